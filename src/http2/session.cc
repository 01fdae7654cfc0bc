#include "http2/session.h"

#include <nghttp2/nghttp2.h>

#include <cstring>
#include <vector>

#include "base/check.h"
#include "http2/native_memory.h"
#include "http2/nv_array.h"
#include "http2/session_callbacks.h"

namespace evenkeel::http2 {
namespace {

// nghttp2's own limiter of RST_STREAM from a client counts honest gRPC cancels too; ours is in
// CountPrematureReset.
constexpr uint64_t kNoResetLimit = UINT32_MAX;

// Of at least this many recent streams, more than half reset before their response was complete:
// an attack (CVE-2023-44487, CVE-2025-8671), no client that cancels.
constexpr uint32_t kResetSample = 500;
constexpr uint32_t kResetWindow = 1000;

struct OptionDeleter {
  void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};

std::unique_ptr<nghttp2_option, OptionDeleter> Options() {
  nghttp2_option* raw = nullptr;
  CHECK(nghttp2_option_new(&raw) == 0);
  std::unique_ptr<nghttp2_option, OptionDeleter> option(raw);
  nghttp2_option_set_no_auto_window_update(raw, 1);
  nghttp2_option_set_no_closed_streams(raw, 1);
  nghttp2_option_set_stream_reset_rate_limit(raw, kNoResetLimit, kNoResetLimit);
  return option;
}

}  // namespace

void Session::Deleter::operator()(nghttp2_session* session) const { nghttp2_session_del(session); }

Session::Session(Role role, const SessionSettings& settings, SessionHandler& handler)
    : role_(role), settings_(settings), handler_(handler) {
  nghttp2_session* raw = nullptr;
  const auto make =
      role == Role::kServer ? nghttp2_session_server_new3 : nghttp2_session_client_new3;
  CHECK(make(&raw, SessionCallbacks::Get(), this, Options().get(), NativeMemory()) == 0);
  session_.reset(raw);
  std::vector<nghttp2_settings_entry> entries = {
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings.max_header_list},
  };
  if (role == Role::kServer) {
    entries.push_back({NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.max_concurrent_streams});
  } else {
    entries.push_back({NGHTTP2_SETTINGS_ENABLE_PUSH, 0});
  }
  CHECK(nghttp2_submit_settings(raw, NGHTTP2_FLAG_NONE, entries.data(), entries.size()) == 0);
  CHECK(nghttp2_session_set_local_window_size(
            raw, NGHTTP2_FLAG_NONE, 0, static_cast<int32_t>(settings.connection_window)) == 0);
}

Session::~Session() {
  while (streams_ != nullptr) {
    Stream& stream = *streams_;
    Unlink(stream);
    if (!stream.held_) delete &stream;
  }
}

base::Result<void, ConnectionError> Session::Receive(std::span<const uint8_t> bytes) {
  const ssize_t taken = nghttp2_session_mem_recv(session_.get(), bytes.data(), bytes.size());
  WantOutput();
  if (taken == NGHTTP2_ERR_BAD_CLIENT_MAGIC) {
    return base::Error(
        ConnectionError{ErrorCode::kHttp11Required, "the peer does not speak HTTP/2"});
  }
  if (taken < 0) {
    const std::string reason =
        complaint_.empty() ? nghttp2_strerror(static_cast<int>(taken)) : complaint_;
    nghttp2_session_terminate_session(session_.get(), NGHTTP2_PROTOCOL_ERROR);
    return base::Error(ConnectionError{ErrorCode::kProtocolError, reason});
  }
  return {};
}

void Session::Produce(ByteQueue& out, size_t limit) {
  output_announced_ = false;
  if (aborted_) return;  // what is queued refers to fields of streams that are no more
  out_ = &out;
  out_limit_ = limit;
  while (out.size() < limit) {
    const uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
    // Negative: out of memory, or a callback failed, which ours do not.
    CHECK(size >= 0);
    if (size == 0) break;  // DATA went straight to `out`, by SessionCallbacks::SendData
    produced_ += static_cast<uint64_t>(size);
    out.Append({data, static_cast<size_t>(size)});
  }
  out_ = nullptr;
}

bool Session::wants_output() const { return nghttp2_session_want_write(session_.get()) != 0; }

size_t Session::queued_frames() const {
  return nghttp2_session_get_outbound_queue_size(session_.get());
}

bool Session::finished() const {
  return !nghttp2_session_want_read(session_.get()) && !nghttp2_session_want_write(session_.get());
}

StreamHandle Session::OpenStream(const HeaderList& headers, EndStream end, StreamHandler& handler) {
  CHECK(role_ == Role::kClient && stream_room() > 0);
  Stream* stream = NewStream();
  stream->handler_ = &handler;
  stream->held_ = true;
  stream->local_ = Stream::Local::kHeaders;
  stream->headers_ = headers;
  const uint8_t flags = end == EndStream::kYes ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE;
  const int32_t id = nghttp2_submit_headers(
      session_.get(), flags, -1, nullptr, NvArray(stream->headers_).data(), headers.size(), stream);
  CHECK(id > 0);
  stream->id_ = id;
  WantOutput();
  return StreamHandle(stream);
}

size_t Session::stream_room() const {
  if (goaway_received_ || aborted_ || !nghttp2_session_check_request_allowed(session_.get()))
    return 0;
  const uint32_t limit = peer_max_streams();
  return limit > open_streams_ ? limit - open_streams_ : 0;
}

uint32_t Session::peer_max_streams() const {
  constexpr uint32_t kBeforeSettings = 100;
  if (!settings_received_) return kBeforeSettings;
  return nghttp2_session_get_remote_settings(session_.get(),
                                             NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

void Session::SubmitShutdownNotice(uint64_t ping) {
  ping_after_goaway_ = ping;
  nghttp2_submit_shutdown_notice(session_.get());
  WantOutput();
}

void Session::SubmitGoAway(ErrorCode code, std::string_view debug_data) {
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_.get()),
                        static_cast<uint32_t>(code),
                        reinterpret_cast<const uint8_t*>(debug_data.data()), debug_data.size());
  WantOutput();
}

void Session::SubmitPing(uint64_t opaque) {
  uint8_t bytes[sizeof opaque];
  std::memcpy(bytes, &opaque, sizeof opaque);
  nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, bytes);
  WantOutput();
}

void Session::Abort(ErrorCode code, uint64_t bytes_written) {
  aborted_ = true;
  while (streams_ != nullptr) {
    Stream& stream = *streams_;
    const auto processed = stream.headers_offset_ >= bytes_written && role_ == Role::kClient
                               ? StreamEnd::Processed::kNeverSent
                               : StreamEnd::Processed::kPerhaps;
    nghttp2_session_set_stream_user_data(session_.get(), stream.id_, nullptr);
    Close(stream, {StreamEnd::By::kConnection, code, processed});
  }
}

Stream* Session::NewStream() {
  auto* stream = new Stream(*this);
  stream->next_ = streams_;
  if (streams_ != nullptr) streams_->previous_ = stream;
  streams_ = stream;
  ++open_streams_;
  return stream;
}

Stream* Session::FindStream(StreamId id) {
  if (last_found_ != nullptr && last_found_->id_ == id) return last_found_;
  auto* found = static_cast<Stream*>(nghttp2_session_get_stream_user_data(session_.get(), id));
  if (found != nullptr) last_found_ = found;
  return found;
}

void Session::Unlink(Stream& stream) {
  if (last_found_ == &stream) last_found_ = nullptr;
  if (receiving_ == &stream) receiving_ = nullptr;
  (stream.previous_ != nullptr ? stream.previous_->next_ : streams_) = stream.next_;
  if (stream.next_ != nullptr) stream.next_->previous_ = stream.previous_;
  stream.session_ = nullptr;
  --open_streams_;
}

void Session::Close(Stream& stream, const StreamEnd& end) {
  Unlink(stream);
  if (!stream.held_) {
    delete &stream;
  } else if (stream.handler_ != nullptr) {
    stream.handler_->OnClosed(end);  // may let go of the handle, and so of the stream
  }
}

void Session::Release(Stream& stream) {
  stream.held_ = false;
  stream.handler_ = nullptr;
  const bool remote_ended = stream.remote_ == Stream::Remote::kEnded;
  const bool closing = stream.local_ == Stream::Local::kEnded &&
                       (remote_ended || stream.reset_by_ == StreamEnd::By::kUs);
  if (!closing) SubmitReset(stream, remote_ended ? ErrorCode::kNoError : ErrorCode::kCancel);
}

void Session::SubmitReset(Stream& stream, ErrorCode code) {
  stream.reset_by_ = StreamEnd::By::kUs;
  // What is queued stays until the stream closes: a DATA frame of it may be made but blocked.
  stream.local_ = Stream::Local::kEnded;
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream.id_,
                            static_cast<uint32_t>(code));
  WantOutput();
}

void Session::SubmitTrailers(Stream& stream) {
  stream.local_ = Stream::Local::kEnding;
  nghttp2_submit_trailer(session_.get(), stream.id_, NvArray(stream.trailers_).data(),
                         stream.trailers_.size());
  WantOutput();
}

void Session::WantOutput() {
  if (output_announced_ || out_ != nullptr) return;
  output_announced_ = true;
  handler_.OnOutput();
}

void Session::CountPrematureReset() {
  ++recent_resets_;
  if (recent_streams_ >= kResetSample && recent_resets_ > recent_streams_ / 2) {
    complaint_ = "too many streams reset before their response";
    nghttp2_session_terminate_session(session_.get(), NGHTTP2_ENHANCE_YOUR_CALM);
  }
  if (recent_streams_ >= kResetWindow) {
    recent_streams_ /= 2;
    recent_resets_ /= 2;
  }
}

}  // namespace evenkeel::http2
