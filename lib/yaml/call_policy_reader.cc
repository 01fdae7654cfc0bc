#include "lib/yaml/call_policy_reader.h"

#include <array>
#include <string>

#include "lib/yaml/flag_key.h"
#include "lib/yaml/key_types.h"
#include "lib/yaml/or_off.h"
#include "lib/yaml/status_list_key.h"

namespace evenkeel::config {
namespace {

// A duration, or `p95`.
struct HedgeDelayKey : Leaf {
  using Delay = std::variant<base::Duration, Hedging::Percentile>;

  void Read(const Place& place, Delay& delay) const {
    const std::string& text = place.node().text;
    if (!place.node().IsScalar() || !text.starts_with('p')) {
      base::Duration fixed{};
      ReadValue(Number(Hedging::kDelay), place, fixed);
      delay = fixed;
      return;
    }
    Hedging::Percentile share;
    const auto percent = WholeNumberUnit::Parse(std::string_view(text).substr(1));
    if (!percent || !kShares.Hold(*percent)) {
      return place.Fail(
          {Quoted(text) + " is no percentile", "write " + Percentiles() + ", or a duration"});
    }
    share.percent = static_cast<uint32_t>(*percent);
    delay = share;
  }
  KeyFacts Facts(const Delay&) const {
    return {.type = "percentile or duration",
            .range = Percentiles() + ", or " + Hedging::kDelay.ToString(),
            .fallback = "p" + std::to_string(Hedging::Percentile{}.percent)};
  }
  Written Write(const Delay& delay) const {
    const auto* share = std::get_if<Hedging::Percentile>(&delay);
    if (share != nullptr) return WrittenText("p" + std::to_string(share->percent));
    return Number(Hedging::kDelay).Write(std::get<base::Duration>(delay));
  }

 private:
  static constexpr WholeNumbers kShares = Hedging::Percentile::kPercent;

  // "p50 to p99"
  static std::string Percentiles() {
    return "p" + std::to_string(kShares.min) + " to p" + std::to_string(kShares.max);
  }
};

void ReadRetry(MapReader& map, Retry& retry) {
  map.Optional("attempts", retry.attempts, Number(Retry::kAttempts));
  map.Optional("codes", retry.codes, StatusListKey(CheckErrorStatus));
  map.Optional("initial_backoff", retry.initial_backoff, Number(Retry::kInitialBackoff));
  map.Optional("max_backoff", retry.max_backoff, Number(Retry::kMaxBackoff));
  map.Optional("backoff_multiplier", retry.backoff_multiplier, Number(Retry::kBackoffMultiplier));
  map.Optional("per_try_timeout", retry.per_try_timeout, Number(Retry::kPerTryTimeout));
}

void ReadHedging(MapReader& map, Hedging& hedging) {
  map.Optional("attempts", hedging.attempts, Number(Hedging::kAttempts));
  map.Optional("delay", hedging.delay, HedgeDelayKey());
  map.Optional("non_fatal_codes", hedging.non_fatal_codes, StatusListKey(CheckErrorStatus));
}

void ReadBudget(MapReader& map, RetryBudget& budget) {
  map.Optional("percent", budget.percent, Number(RetryBudget::kPercent));
  map.Optional("reserve", budget.reserve, Number(RetryBudget::kReserve));
}

}  // namespace

void ReadCallPolicy(MapReader& map, CallPolicy& policy) {
  map.Optional("timeout", policy.timeout, Number(CallPolicy::kTimeout));
  map.Optional("max_stream_duration", policy.max_stream_duration,
               Number(CallPolicy::kMaxStreamDuration));
  map.Optional("idle_timeout", policy.idle_timeout, Number(CallPolicy::kIdleTimeout));
  map.Optional("retry", policy.retry, OrLeftOut(ReadRetry));
  map.Optional("hedging", policy.hedging, OrLeftOut(ReadHedging));
  map.Optional("wait_for_ready", policy.wait_for_ready, FlagKey());
  map.Optional("max_request_message_bytes", policy.max_request_message,
               Number(CallPolicy::kMaxRequestMessage));
  map.Optional("max_response_message_bytes", policy.max_response_message,
               Number(CallPolicy::kMaxResponseMessage));
}

void ReadRetryThrottling(MapReader& map, RetryThrottling& tokens) {
  map.Optional("max_tokens", tokens.max_tokens, Number(RetryThrottling::kMaxTokens));
  map.Optional("token_ratio", tokens.token_ratio, Number(RetryThrottling::kTokenRatio));
}

void ReadRetryBrakes(MapReader& map, Cluster& cluster) {
  map.OptionalIf(!cluster.service_config || !cluster.service_config->sets_retry_throttling,
                 {"the service config has retryThrottling too", "remove one of the two"},
                 "retry_throttling", cluster.retry_throttling, OrOff{Group{ReadRetryThrottling}});
  map.Optional("retry_budget", cluster.retry_budget, OrOff{Group{ReadBudget}});
}

}  // namespace evenkeel::config
