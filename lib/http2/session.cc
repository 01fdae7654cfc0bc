#include "lib/http2/session.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "lib/base/check.h"

namespace evenkeel::http2 {
namespace {

std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

Session::Session(Role role, const SessionSettings& settings, SessionHandler& handler,
                 const base::Clock& clock)
    : role_(role),
      state_(role == Role::kServer ? State::kPreface : State::kSettings),
      settings_(settings),
      handler_(handler),
      clock_(clock),
      blocks_(settings.max_header_list),
      next_id_(settings.first_stream),
      guard_({settings.max_resets, settings.max_concurrent_streams}) {
  if (role == Role::kClient) output_.frames().Append(AsBytes(kPreface));
  const SettingsEntry window{SettingId::kInitialWindowSize, settings.stream_window};
  const SettingsEntry list{SettingId::kMaxHeaderListSize, settings.max_header_list};
  const SettingsEntry own = role == Role::kServer ? SettingsEntry{SettingId::kMaxConcurrentStreams,
                                                                  settings.max_concurrent_streams}
                                                  : SettingsEntry{SettingId::kEnablePush, 0};
  if (settings.instance == 0) {
    AppendSettings(output_.frames(), {window, list, own});
  } else {
    AppendSettings(output_.frames(),
                   {window, list, own, {SettingId::kSidecarInstance, settings.instance}});
  }
  if (settings.connection_window > kDefaultWindow) {
    AppendWindowUpdate(output_.frames(), 0, settings.connection_window - kDefaultWindow);
  }
}

Session::~Session() {
  TakeAll();
  while (Stream* const stream = output_.next_reset()) {
    Unlink(*stream);
    if (!stream->held_) delete stream;
  }
}

bool Session::finished() const {
  if (output_.has_frames()) return false;
  return state_ == State::kFailed || ((goaway_sent_ || goaway_received_) && streams_.size() == 0);
}

StreamHandle Session::OpenStream(const HeaderList& headers, EndStream end, StreamHandler& handler) {
  CHECK(role_ == Role::kClient && stream_room() > 0);
  Stream& stream = NewStream(next_id_);
  next_id_ = static_cast<StreamId>(static_cast<uint32_t>(next_id_) + 2);
  stream.handler_ = &handler;
  stream.local_ = Stream::Local::kHeaders;
  stream.headers_ = headers;
  if (end == EndStream::kYes) stream.ending_ = Stream::Ending::kEndStream;
  Queue(stream);
  return StreamHandle(&stream);
}

size_t Session::stream_room() const {
  if (goaway_received_ || goaway_sent_ || state_ >= State::kFailed || !ids_left()) return 0;
  const size_t open = streams_.size();
  return peer_.max_streams > open ? peer_.max_streams - open : 0;
}

void Session::SubmitShutdownNotice(uint64_t ping) {
  if (state_ >= State::kFailed || goaway_sent_) return;
  AppendGoAway(output_.frames(), kMaxStreamId, ErrorCode::kNoError, {});
  WantOutput();
  SubmitPing(ping);
}

void Session::SubmitGoAway(ErrorCode code, std::string_view debug_data) {
  if (state_ >= State::kFailed) return;
  goaway_sent_ = true;
  if (code != ErrorCode::kNoError && failure_.empty()) {
    failure_ = ErrorCodeName(code);
    failure_code_ = code;
  }
  AppendGoAway(output_.frames(), last_processed_, code, debug_data);
  WantOutput();
}

void Session::SubmitPing(uint64_t opaque) {
  if (state_ >= State::kFailed) return;
  std::array<uint8_t, sizeof opaque> payload;
  std::memcpy(payload.data(), &opaque, sizeof opaque);
  AppendFrame(output_.frames(), FrameType::kPing, 0, 0, payload);
  WantOutput();
}

void Session::Abort(ErrorCode code, uint64_t bytes_written) {
  state_ = State::kAborted;
  output_.DropFrames();
  TakeAll();
  while (Stream* const stream = output_.next_reset()) {
    const auto processed = role_ == Role::kClient && stream->headers_offset_ >= bytes_written
                               ? StreamEnd::Processed::kNeverSent
                               : StreamEnd::Processed::kPerhaps;
    Close(*stream, {StreamEnd::By::kConnection, code, processed});
  }
}

Stream& Session::NewStream(StreamId id) {
  auto* stream = new Stream(*this, id);
  stream->held_ = true;
  stream->send_window_ = peer_.initial_window;
  streams_.Insert(*stream);
  return *stream;
}

void Session::Queue(Stream& stream) {
  if (stream.queue_ != nullptr || !stream.sendable()) return;
  output_.Add(stream);
  WantOutput();
}

void Session::Reset(Stream& stream, ErrorCode code) {
  if (stream.being_reset()) return;
  if (role_ == Role::kServer) resets_.Add(stream.id_, clock_.Now());
  stream.reset_by_ = StreamEnd::By::kUs;
  stream.reset_code_ = code;
  stream.local_ = Stream::Local::kEnded;
  stream.body_.Clear();
  // The peer knows nothing of a request that has not left.
  if (role_ == Role::kServer || stream.framed()) {
    AppendRstStream(output_.frames(), stream.id_, code);
    WantOutput();
  }
  output_.AddReset(stream);
  WantOutput();
}

void Session::ReturnCredit(Stream& stream, uint32_t count) {
  const uint32_t increment = stream.receive_window_.Return(count, settings_.stream_window);
  if (increment == 0 || stream.remote_ == Stream::Remote::kEnded || stream.being_reset()) return;
  AppendWindowUpdate(output_.answers(), stream.id_, increment);
  WantOutput();
}

void Session::Release(Stream& stream) {
  stream.held_ = false;
  stream.handler_ = nullptr;
  if (stream.complete()) return;  // the session is about to close it
  const bool remote_ended = stream.remote_ == Stream::Remote::kEnded;
  Reset(stream, remote_ended ? ErrorCode::kNoError : ErrorCode::kCancel);
}

void Session::Close(Stream& stream, const StreamEnd& end) {
  Unlink(stream);
  if (!stream.held_) {
    delete &stream;
  } else if (stream.handler_ != nullptr) {
    stream.handler_->OnClosed(end);  // may let go of the handle, and so of the stream
  }
  if (state_ != State::kAborted) handler_.OnStreamClosed();
}

void Session::Unlink(Stream& stream) {
  StreamQueue::Remove(stream);
  streams_.Erase(stream);
  blocks_.GiveBack(stream.list_cost_);
  stream.session_ = nullptr;
}

void Session::TakeAll() {
  streams_.ForEach([this](Stream& each) { output_.AddReset(each); });
}

void Session::Wake() {
  if (output_.Wake()) WantOutput();
}

}  // namespace evenkeel::http2
