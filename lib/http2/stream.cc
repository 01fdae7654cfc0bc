#include "lib/http2/stream.h"

#include <utility>

#include "lib/base/check.h"
#include "lib/http2/session.h"

namespace evenkeel::http2 {

void Stream::SubmitHeaders(HeaderList headers, EndStream end) {
  if (!writable()) return;
  CHECK(local_ == Local::kIdle);
  local_ = Local::kHeaders;
  headers_ = std::move(headers);
  if (end == EndStream::kYes) ending_ = Ending::kEndStream;
  session_->Queue(*this);
}

void Stream::SubmitData(std::span<const uint8_t> bytes, EndStream end) {
  if (!writable()) return;
  CHECK(answered());
  body_.Append(bytes);
  if (end == EndStream::kYes) ending_ = Ending::kEndStream;
  session_->Queue(*this);
}

void Stream::SubmitTrailers(HeaderList trailers) {
  if (!writable()) return;
  CHECK(answered());
  trailers_ = std::move(trailers);
  ending_ = Ending::kTrailers;
  session_->Queue(*this);
}

void Stream::Reset(ErrorCode code) {
  if (!closed()) session_->Reset(*this, code);
}

void Stream::ReturnCredit(size_t count) {
  if (!closed()) session_->ReturnCredit(*this, static_cast<uint32_t>(count));
}

uint32_t Stream::max_header_list() const {
  return closed() ? UINT32_MAX : session_->peer_max_header_list();
}

void Stream::Release() { StreamDeleter()(this); }

void StreamDeleter::operator()(Stream* stream) const {
  if (stream->closed()) {
    delete stream;
  } else {
    stream->session_->Release(*stream);
  }
}

}  // namespace evenkeel::http2
