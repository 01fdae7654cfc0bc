#include "http2/stream.h"

#include <nghttp2/nghttp2.h>

#include <utility>

#include "base/check.h"
#include "http2/nv_array.h"
#include "http2/session.h"
#include "http2/session_callbacks.h"

namespace evenkeel::http2 {

void Stream::SubmitHeaders(HeaderList headers, EndStream end) {
  if (!writable()) return;
  CHECK(local_ == Local::kIdle);
  local_ = Local::kHeaders;
  const uint8_t flags = end == EndStream::kYes ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE;
  if (end == EndStream::kYes) local_ = Local::kEnding;
  headers_ = std::move(headers);
  nghttp2_submit_headers(session_->session_.get(), flags, id_, nullptr, NvArray(headers_).data(),
                         headers_.size(), nullptr);
  session_->WantOutput();
}

void Stream::SubmitData(std::span<const uint8_t> bytes, EndStream end) {
  if (!writable()) return;
  CHECK(local_ == Local::kHeaders || local_ == Local::kOpen);
  body_.Append(bytes);
  if (end == EndStream::kYes) end_after_body_ = true;
  StartBody();
}

void Stream::SubmitTrailers(HeaderList trailers) {
  if (!writable()) return;
  CHECK(local_ == Local::kHeaders || local_ == Local::kOpen);
  trailers_ = std::move(trailers);
  trailers_after_body_ = true;
  StartBody();
}

void Stream::Reset(ErrorCode code) {
  if (!closed()) session_->SubmitReset(*this, code);
}

void Stream::ReturnCredit(size_t count) {
  if (closed()) return;
  nghttp2_session_consume_stream(session_->session_.get(), id_, count);
  session_->WantOutput();
}

// nghttp2 has one DATA item for each run of queued bytes; it ends when the queue is empty, so an
// idle stream costs nothing and no empty frame is sent before trailers. The first item has to wait
// until the HEADERS are framed: only then does the stream exist for nghttp2.
void Stream::StartBody() {
  if (local_ != Local::kOpen || body_item_active_) return;
  if (body_.empty() && trailers_after_body_) return session_->SubmitTrailers(*this);
  if (body_.empty() && !end_after_body_) return;
  nghttp2_data_provider provider{};
  provider.source.ptr = this;
  provider.read_callback = SessionCallbacks::ReadBody;
  // Fails only for a stream that is about to close, whose body nobody wants.
  body_item_active_ =
      nghttp2_submit_data(session_->session_.get(), NGHTTP2_FLAG_END_STREAM, id_, &provider) == 0;
  session_->WantOutput();
}

void StreamDeleter::operator()(Stream* stream) const {
  if (stream->closed()) {
    delete stream;
  } else {
    stream->session_->Release(*stream);
  }
}

}  // namespace evenkeel::http2
