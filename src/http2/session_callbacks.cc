#include "http2/session_callbacks.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "base/check.h"

namespace evenkeel::http2 {
namespace {

Session& SessionOf(void* user) { return *static_cast<Session*>(user); }

std::string_view View(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// A 1xx response (RFC 9113, section 8.1): the final headers are still to come.
bool IsInterim(const HeaderList& headers) {
  const auto status = headers.Find(":status");
  return status && status->starts_with('1');
}

bool EndsStream(const nghttp2_frame& frame) {
  return (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

}  // namespace

const nghttp2_session_callbacks* SessionCallbacks::Get() {
  static const nghttp2_session_callbacks* const kCallbacks = [] {
    nghttp2_session_callbacks* callbacks = nullptr;
    CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnDataChunk);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, OnFrameSent);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, OnInvalidFrame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnStreamClose);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, SendData);
    nghttp2_session_callbacks_set_error_callback2(callbacks, OnError);
    return callbacks;
  }();
  return kCallbacks;
}

int SessionCallbacks::OnBeginHeaders(nghttp2_session* native, const nghttp2_frame* frame,
                                     void* user) noexcept {
  Session& session = SessionOf(user);
  session.receiving_ = nullptr;
  if (frame->hd.type != NGHTTP2_HEADERS) return 0;
  if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
    Stream* stream = session.NewStream();
    stream->id_ = frame->hd.stream_id;
    stream->incoming_.Reserve(HeaderList::kUsualRequest);
    nghttp2_session_set_stream_user_data(native, stream->id_, stream);
    ++session.recent_streams_;
  }
  session.receiving_ = session.FindStream(frame->hd.stream_id);
  if (Stream* stream = session.receiving_) {
    stream->incoming_.Clear();
    stream->incoming_.set_limit(session.settings_.max_header_list);
  }
  return 0;
}

int SessionCallbacks::OnHeader(nghttp2_session*, const nghttp2_frame*, const uint8_t* name,
                               size_t name_size, const uint8_t* value, size_t value_size,
                               uint8_t flags, void* user) noexcept {
  if (Stream* stream = SessionOf(user).receiving_) {
    stream->incoming_.AddWithinLimit(
        View(name, name_size), View(value, value_size),
        flags & NGHTTP2_NV_FLAG_NO_INDEX ? Indexing::kNever : Indexing::kAllowed);
  }
  return 0;
}

int SessionCallbacks::OnDataChunk(nghttp2_session* native, uint8_t, int32_t id, const uint8_t* data,
                                  size_t size, void* user) noexcept {
  Session& session = SessionOf(user);
  nghttp2_session_consume_connection(native, size);
  session.WantOutput();
  Stream* stream = session.FindStream(id);
  if (stream && stream->handler_) stream->handler_->OnData({data, size}, EndStream::kNo);
  return 0;
}

int SessionCallbacks::OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
  Session& session = SessionOf(user);
  switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
      if (Stream* stream = session.FindStream(frame->hd.stream_id)) {
        OnHeadersFrame(session, *stream, *frame);
      }
      break;
    case NGHTTP2_DATA:
      if (Stream* stream = session.FindStream(frame->hd.stream_id); stream && EndsStream(*frame)) {
        stream->remote_ = Stream::Remote::kEnded;
        if (stream->handler_) stream->handler_->OnData({}, EndStream::kYes);
      }
      break;
    case NGHTTP2_RST_STREAM:
      if (Stream* stream = session.FindStream(frame->hd.stream_id)) {
        stream->reset_by_ = StreamEnd::By::kPeer;
      }
      break;
    case NGHTTP2_SETTINGS:
      if (!(frame->hd.flags & NGHTTP2_FLAG_ACK)) {
        session.settings_received_ = true;
        session.handler_.OnSettings();
      }
      break;
    case NGHTTP2_PING:
      if (frame->hd.flags & NGHTTP2_FLAG_ACK) {
        uint64_t opaque;
        std::memcpy(&opaque, frame->ping.opaque_data, sizeof opaque);
        session.handler_.OnPingAck(opaque);
      } else {
        session.handler_.OnPing();
      }
      break;
    case NGHTTP2_GOAWAY:
      OnGoAwayFrame(session, frame->goaway);
      break;
    default:
      break;
  }
  session.WantOutput();  // WINDOW_UPDATE and SETTINGS open windows, SETTINGS and PING want an ACK
  return 0;
}

void SessionCallbacks::OnHeadersFrame(Session& session, Stream& stream,
                                      const nghttp2_frame& frame) {
  const EndStream end = EndsStream(frame) ? EndStream::kYes : EndStream::kNo;
  if (stream.remote_ == Stream::Remote::kOpen) {
    if (session.role_ == Role::kClient && IsInterim(stream.incoming_)) return;
    stream.remote_ = end == EndStream::kYes ? Stream::Remote::kEnded : Stream::Remote::kHeadersSeen;
    if (session.role_ == Role::kServer) {
      stream.held_ = true;
      session.handler_.OnRequest(StreamHandle(&stream), std::move(stream.incoming_), end);
    } else if (stream.handler_) {
      stream.handler_->OnHeaders(std::move(stream.incoming_), end);
    }
    return;
  }
  stream.remote_ = Stream::Remote::kEnded;  // nghttp2 has checked that trailers end the stream
  if (stream.handler_) stream.handler_->OnTrailers(std::move(stream.incoming_));
}

void SessionCallbacks::OnGoAwayFrame(Session& session, const nghttp2_goaway& frame) {
  session.goaway_received_ = true;
  session.handler_.OnGoAway({frame.last_stream_id, static_cast<ErrorCode>(frame.error_code),
                             View(frame.opaque_data, frame.opaque_data_len)});
}

void SessionCallbacks::NoteFailure(Session& session, const nghttp2_goaway& frame) {
  if (frame.error_code == NGHTTP2_NO_ERROR) return;
  // nghttp2 ends some broken connections without a word to OnError.
  session.failure_ = session.complaint_.empty()
                         ? ErrorCodeName(static_cast<ErrorCode>(frame.error_code))
                         : session.complaint_;
}

int SessionCallbacks::OnFrameSent(nghttp2_session*, const nghttp2_frame* frame,
                                  void* user) noexcept {
  Session& session = SessionOf(user);
  if (frame->hd.type == NGHTTP2_GOAWAY) {
    NoteFailure(session, frame->goaway);
    if (const auto ping = std::exchange(session.ping_after_goaway_, std::nullopt)) {
      session.SubmitPing(*ping);
    }
  }
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  ++session.call_frames_sent_;
  Stream* stream = session.FindStream(frame->hd.stream_id);
  if (stream == nullptr) return 0;
  if (frame->hd.type == NGHTTP2_HEADERS) {
    if (stream->headers_offset_ == UINT64_MAX) stream->headers_offset_ = session.produced_;
    if (stream->local_ == Stream::Local::kHeaders) stream->local_ = Stream::Local::kOpen;
    stream->headers_ = {};
  } else if (stream->body_ended_item_) {
    stream->body_item_active_ = false;
  }
  if (EndsStream(*frame)) {
    stream->local_ = Stream::Local::kEnded;
    // A server that has said all tells the client to stop sending (RFC 9113, section 8.1).
    if (session.role_ == Role::kServer && stream->remote_ != Stream::Remote::kEnded) {
      session.SubmitReset(*stream, ErrorCode::kNoError);
    }
    return 0;
  }
  stream->StartBody();
  return 0;
}

int SessionCallbacks::OnInvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int error,
                                     void* user) noexcept {
  Session& session = SessionOf(user);
  if (session.complaint_.empty()) session.complaint_ = nghttp2_strerror(error);
  if (Stream* stream = session.FindStream(frame->hd.stream_id)) {
    stream->reset_by_ = StreamEnd::By::kUs;
  }
  return 0;
}

int SessionCallbacks::OnStreamClose(nghttp2_session*, int32_t id, uint32_t code,
                                    void* user) noexcept {
  Session& session = SessionOf(user);
  Stream* stream = session.FindStream(id);
  if (stream == nullptr) return 0;
  const bool complete =
      stream->local_ == Stream::Local::kEnded && stream->remote_ == Stream::Remote::kEnded;
  StreamEnd end{stream->reset_by_, static_cast<ErrorCode>(code), StreamEnd::Processed::kPerhaps};
  if (end.code == ErrorCode::kRefusedStream) {
    end.processed = StreamEnd::Processed::kRefused;
    // Without RST_STREAM it was a GOAWAY below this id, which is the peer's word too.
    if (end.by == StreamEnd::By::kBoth) end.by = StreamEnd::By::kPeer;
  } else if (!complete && end.by == StreamEnd::By::kBoth) {
    end.by = StreamEnd::By::kUs;  // nghttp2 itself reset it: a stream error
  }
  if (stream->headers_offset_ == UINT64_MAX && session.role_ == Role::kClient) {
    end.processed = StreamEnd::Processed::kNeverSent;
  }
  if (session.role_ == Role::kServer && stream->local_ != Stream::Local::kEnded) {
    session.CountPrematureReset();
  }
  session.Close(*stream, end);
  session.handler_.OnStreamClosed();
  return 0;
}

ssize_t SessionCallbacks::ReadBody(nghttp2_session*, int32_t, uint8_t*, size_t length,
                                   uint32_t* flags, nghttp2_data_source* source,
                                   void* user) noexcept {
  Session& session = SessionOf(user);
  Stream& stream = *static_cast<Stream*>(source->ptr);
  const size_t size = std::min(length, stream.body_.size());
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  stream.body_ended_item_ = size == stream.body_.size();
  if (!stream.body_ended_item_) return static_cast<ssize_t>(size);
  *flags |= NGHTTP2_DATA_FLAG_EOF;
  if (stream.trailers_after_body_) {
    *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    session.SubmitTrailers(stream);
  } else if (!stream.end_after_body_) {
    *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
  }
  return static_cast<ssize_t>(size);
}

int SessionCallbacks::SendData(nghttp2_session*, nghttp2_frame*, const uint8_t* frame_header,
                               size_t length, nghttp2_data_source* source, void* user) noexcept {
  constexpr size_t kFrameHeaderSize = 9;  // RFC 9113, section 4.1
  Session& session = SessionOf(user);
  if (session.out_->size() >= session.out_limit_) return NGHTTP2_ERR_WOULDBLOCK;
  Stream& stream = *static_cast<Stream*>(source->ptr);
  session.out_->Append({frame_header, kFrameHeaderSize});
  session.out_->Append(stream.body_.bytes().first(length));
  session.produced_ += kFrameHeaderSize + length;
  stream.body_.Consume(length);
  if (length > 0 && stream.handler_) stream.handler_->OnSent(length);
  return 0;
}

int SessionCallbacks::OnError(nghttp2_session*, int, const char* text, size_t size,
                              void* user) noexcept {
  SessionOf(user).complaint_.assign(text, size);
  return 0;
}

}  // namespace evenkeel::http2
