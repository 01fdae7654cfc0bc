// AnswerHandler: what a call hears of what answers it: its attempts on endpoints (AttemptSet), or
// the sidecar itself (HealthCall).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/http/header_list.h"
#include "lib/rpc/outcome.h"
#include "lib/rpc/status.h"

namespace evenkeel::proxy {

/// Legal order: OnAnswerHeaders, OnAnswerData*, OnAnswerEnd, of which the last may come alone
/// (Trailers-Only); OnOwnStatus or OnTooLate instead of it at any point.
class AnswerHandler {
 public:
  virtual void OnAnswerHeaders(http2::HeaderList headers) = 0;
  virtual void OnAnswerData(std::span<const uint8_t> bytes) = 0;
  /// The attempt's last fields; null when the answer ends without, its status being in the headers.
  virtual void OnAnswerEnd(http2::HeaderList* fields, rpc::StatusCode status) = 0;
  /// The call ends with a status that no endpoint has said, in trailers or alone.
  virtual void OnOwnStatus(const rpc::Status& status, rpc::Origin origin) = 0;
  /// The deadline has passed before the attempt could be sent.
  virtual void OnTooLate() = 0;
  /// The client's credit for so many bytes of the request is due.
  virtual void OnCreditDue(size_t count) = 0;

 protected:
  ~AnswerHandler() = default;
};

}  // namespace evenkeel::proxy
