#include "lib/yaml/call_policy_reader.h"

#include <array>
#include <chrono>
#include <string>

#include "lib/yaml/flag_key.h"
#include "lib/yaml/key_types.h"
#include "lib/yaml/or_off.h"
#include "lib/yaml/status_list_key.h"
#include "lib/yaml/status_names.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;

constexpr int64_t kMaxMessage = 4'294'967'295;  // what a message's prefix can say

std::optional<Complaint> CheckCode(std::string_view text) {
  if (IsErrorStatusName(text)) return std::nullopt;
  return Complaint{Quoted(text) + " is no status that a call can fail with",
                   "write gRPC's name of it, such as UNAVAILABLE"};
}

// A duration, or `p95`.
struct HedgeDelayKey : Leaf {
  using Delay = std::variant<base::Duration, Hedging::Percentile>;

  void Read(const Place& place, Delay& delay) const {
    const std::string& text = place.node().text;
    if (!place.node().IsScalar() || !text.starts_with('p')) {
      base::Duration fixed{};
      ReadValue(Duration(0ms, 1h), place, fixed);
      delay = fixed;
      return;
    }
    Hedging::Percentile share;
    const auto percent = WholeNumberUnit::Parse(std::string_view(text).substr(1));
    if (!percent || *percent < 50 || *percent > 99) {
      return place.Fail({Quoted(text) + " is no percentile", "write p50 to p99, or a duration"});
    }
    share.percent = static_cast<uint32_t>(*percent);
    delay = share;
  }
  KeyFacts Facts(const Delay&) const {
    return {
        .type = "percentile or duration", .range = "p50 to p99, or 0s to 1h", .fallback = "p95"};
  }
  Written Write(const Delay& delay) const {
    const auto* share = std::get_if<Hedging::Percentile>(&delay);
    if (share != nullptr) return WrittenText("p" + std::to_string(share->percent));
    return Duration(0ms, 1h).Write(std::get<base::Duration>(delay));
  }
};

void ReadRetry(MapReader& map, Retry& retry) {
  map.Optional("attempts", retry.attempts, WholeNumber(2, 5));
  map.Optional("codes", retry.codes, StatusListKey(CheckCode));
  map.Optional("initial_backoff", retry.initial_backoff, Duration(1ms, 1min));
  map.Optional("max_backoff", retry.max_backoff, Duration(1ms, 1h));
  map.Optional("backoff_multiplier", retry.backoff_multiplier, Decimal(1, 10));
  map.Optional("per_try_timeout", retry.per_try_timeout, Duration(1ms, 1h));
}

void ReadHedging(MapReader& map, Hedging& hedging) {
  map.Optional("attempts", hedging.attempts, WholeNumber(2, 5));
  map.Optional("delay", hedging.delay, HedgeDelayKey());
  map.Optional("non_fatal_codes", hedging.non_fatal_codes, StatusListKey(CheckCode));
}

void ReadBudget(MapReader& map, RetryBudget& budget) {
  map.Optional("percent", budget.percent, WholeNumber(0, 100));
  map.Optional("reserve", budget.reserve, WholeNumber(0, 100'000));
}

}  // namespace

void ReadCallPolicy(MapReader& map, CallPolicy& policy) {
  map.Optional("timeout", policy.timeout, Duration(1ms, 24h));
  map.Optional("max_stream_duration", policy.max_stream_duration, Duration(100ms, 720h));
  map.Optional("idle_timeout", policy.idle_timeout, Duration(100ms, 24h));
  map.Optional("retry", policy.retry, OrLeftOut(ReadRetry));
  map.Optional("hedging", policy.hedging, OrLeftOut(ReadHedging));
  map.Optional("wait_for_ready", policy.wait_for_ready, FlagKey());
  map.Optional("max_request_message_bytes", policy.max_request_message, Size(0, kMaxMessage));
  map.Optional("max_response_message_bytes", policy.max_response_message, Size(0, kMaxMessage));
}

void ReadRetryThrottling(MapReader& map, RetryThrottling& tokens) {
  map.Optional("max_tokens", tokens.max_tokens, Decimal(0.001, 1000));
  map.Optional("token_ratio", tokens.token_ratio, Decimal(0.001, 1000));
}

void ReadRetryBrakes(MapReader& map, Cluster& cluster) {
  map.OptionalIf(!cluster.service_config || !cluster.service_config->sets_retry_throttling,
                 {"the service config has retryThrottling too", "remove one of the two"},
                 "retry_throttling", cluster.retry_throttling, OrOff{Group{ReadRetryThrottling}});
  map.Optional("retry_budget", cluster.retry_budget, OrOff{Group{ReadBudget}});
}

}  // namespace evenkeel::config
