// AnswerHandler: what a call hears of what answers it (Answerer).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/http/header_list.h"
#include "proxy/call/final_status.h"

namespace evenkeel::proxy {

/// Legal order: OnAnswerHeaders, OnAnswerData*, End, of which the last may come alone
/// (Trailers-Only); End or OnTooLate instead of the rest at any point.
class AnswerHandler {
 public:
  virtual void OnAnswerHeaders(http2::HeaderList headers) = 0;
  virtual void OnAnswerData(std::span<const uint8_t> bytes) = 0;
  /// The call ends, by an endpoint's last fields or by a status that no endpoint has said.
  virtual void End(const FinalStatus& end) = 0;
  /// The deadline has passed before the attempt could be sent.
  virtual void OnTooLate() = 0;
  /// The client's credit for so many bytes of the request is due.
  virtual void OnCreditDue(size_t count) = 0;

 protected:
  ~AnswerHandler() = default;
};

}  // namespace evenkeel::proxy
