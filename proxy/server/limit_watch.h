// LimitWatch: tells the log when a cluster begins to refuse calls, or retries, for one of its
// limits, and when it has not done so for a while.
//
// Main looks at the counters that workers raise anyway, so that a refused call costs nothing more.
// Part of a ClusterController; main thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/telemetry/log.h"
#include "lib/telemetry/retry_counters.h"
#include "lib/telemetry/shed.h"

namespace evenkeel::proxy {

class LimitWatch {
 public:
  /// A limit is no longer reached once nothing has been refused for so long.
  static constexpr auto kQuiet = std::chrono::seconds(10);

  /// `retries` and `log` outlive it. What was counted before is no news.
  LimitWatch(std::string cluster, std::shared_ptr<const telemetry::ShedCounters> shed,
             const telemetry::RetryCounters& retries, telemetry::Log& log);

  /// To be called each second or so.
  void Look(base::Time now);

 private:
  /// Refusals that follow each other by less than kQuiet.
  struct Bout {
    uint64_t count = 0;               ///< at the last look
    uint64_t count_before = 0;        ///< it began
    std::optional<base::Time> since;  ///< nothing: there is none
    base::Time last{};                ///< refusal
  };
  struct Kind {
    telemetry::Event begun;
    telemetry::Event over;
    std::string_view label;  ///< the field that says which: "limit", "brake"
  };

  uint64_t Count(telemetry::Shed reason) const { return shed_->value(reason); }
  uint64_t Count(rpc::NoRetry reason) const {
    return retries_.refused[static_cast<size_t>(reason)].value();
  }
  void Look(Bout& bout, uint64_t count, base::Time now, const Kind& kind, std::string_view name);

  const std::string cluster_;
  const std::shared_ptr<const telemetry::ShedCounters> shed_;
  const telemetry::RetryCounters& retries_;
  telemetry::Log& log_;
  std::array<Bout, telemetry::kShedCount> shed_bouts_;
  std::array<Bout, rpc::kNoRetryCount> retry_bouts_;
};

}  // namespace evenkeel::proxy
