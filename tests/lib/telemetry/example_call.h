// ExampleCall: a record with something in each field, for tests of what reads records.
#pragma once

#include <string>
#include <vector>

#include "lib/telemetry/call_record.h"

namespace evenkeel::telemetry {

struct ExampleCall {
  static constexpr base::Time At(int64_t microseconds) {
    return base::Time(std::chrono::hours(1) + std::chrono::microseconds(microseconds));
  }

  ExampleCall() {
    request.Add(":authority", "users.example");
    request.Add("user-agent", "grpc-c++/1.51.1");
    record.started = At(0);
    record.sent_on = At(10);
    record.picked = At(20);
    record.opened = At(1500);
    record.request_ended = At(5);
    record.answer_started = At(2500);
    record.first_message = At(2600);
    record.last_byte = At(2700);
    record.ended = At(2800);
    record.deadline = At(1'000'000);
    record.request_bytes = 34;
    record.answer_bytes = 120;
    record.attempts = 2;
    record.request = &request;
    record.path = "/users.v1.Users/Get";
    record.client = "10.0.0.3";
    record.listener = "127.0.0.1:50051";
    record.route = "users.v1.Users";
    record.cluster = "users";
    record.endpoint = "10.0.0.8:50061";
    record.status = rpc::StatusCode::kOk;
    record.origin = rpc::Origin::kEndpoint;
    record.cause = rpc::Cause::kAnswered;
    record.Set(CallFlag::kRetried);
    tries.push_back({.started = At(20),
                     .opened = At(30),
                     .answered = {},
                     .ended = At(900),
                     .endpoint = "10.0.0.7:50061",
                     .zone = "a",
                     .span = 0,
                     .status = rpc::StatusCode::kUnavailable,
                     .origin = rpc::Origin::kProxy,
                     .cause = rpc::Cause::kLost,
                     .kind = AttemptKind::kFirst,
                     .won = false});
    tries.push_back({.started = At(1400),
                     .opened = At(1500),
                     .answered = At(2500),
                     .ended = At(2800),
                     .endpoint = "10.0.0.8:50061",
                     .zone = "b",
                     .span = 0,
                     .status = rpc::StatusCode::kOk,
                     .origin = rpc::Origin::kEndpoint,
                     .cause = rpc::Cause::kAnswered,
                     .kind = AttemptKind::kRetry,
                     .won = true});
    record.tries = tries;
  }
  ExampleCall(const ExampleCall&) = delete;
  ExampleCall& operator=(const ExampleCall&) = delete;

  /// The same call, failed on its second attempt as on its first.
  void Fail() {
    record.status = rpc::StatusCode::kUnavailable;
    record.origin = rpc::Origin::kProxy;
    record.cause = rpc::Cause::kLost;
    record.message = "attempt 2: endpoint 10.0.0.8:50061: connection lost";
    record.answer_started = record.first_message = record.last_byte = {};
    record.answer_bytes = 0;
  }

  http2::HeaderList request;
  std::vector<AttemptRecord> tries;
  CallRecord record;
};

}  // namespace evenkeel::telemetry
