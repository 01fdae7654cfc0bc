// CallSinks: several sinks of one worker as one. Owned by the worker, used on its thread.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lib/telemetry/call_record.h"

namespace evenkeel::telemetry {

class CallSinks final : public CallSink {
 public:
  /// They hear in the order in which they were added.
  void Add(std::unique_ptr<CallSink> sink) { sinks_.push_back(std::move(sink)); }

  void OnCallStarted(const CallRecord& record) override {
    for (const auto& each : sinks_) each->OnCallStarted(record);
  }
  void OnCallEnded(const CallRecord& record) override {
    for (const auto& each : sinks_) each->OnCallEnded(record);
  }

 private:
  std::vector<std::unique_ptr<CallSink>> sinks_;
};

}  // namespace evenkeel::telemetry
