// Answerer: what answers a call: its attempts on endpoints (AttemptSet), or the sidecar itself
// (HealthCall). A part of its Call, to which it speaks through AnswerHandler, on the call's thread.
//
// Legal order of what the call says, whatever is answered:
//   a good call:   AddRequest*, the last with kYes; ReturnCredit as the answer leaves
//   any other end: Cancel, at any point, also from within a function of AnswerHandler
// Nothing comes after Cancel but the destructor, and nothing is heard of it then. What answers may
// end the call from within AddRequest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "balancer/endpoint.h"
#include "lib/http/stream_handler.h"
#include "proxy/call/final_status.h"

namespace evenkeel::proxy {

class Answerer {
 public:
  /// More of the request.
  virtual void AddRequest(std::span<const uint8_t> bytes, http2::EndStream end) = 0;
  /// `count` bytes of the answer have left towards the client.
  virtual void ReturnCredit(size_t count) = 0;
  /// The connection is to end: what would last as long as that ends now.
  virtual void Drain() = 0;
  /// The call has ended so: lets go of all there is.
  virtual void Cancel(const FinalStatus& end) = 0;
  /// For messages: what the call waits for, ", waiting for endpoint …"; may be empty.
  virtual std::string WaitsFor() const = 0;
  /// Bytes of memory for what it has of request and answer.
  virtual size_t held() const = 0;
  /// The endpoint that has the call, the first where several do; null: none.
  virtual const balancer::Endpoint* endpoint() const = 0;

 protected:
  ~Answerer() = default;
};

}  // namespace evenkeel::proxy
