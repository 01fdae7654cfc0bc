#include "lib/config_json/call_policy_json.h"

#include <optional>
#include <string>

namespace evenkeel::admin {
namespace {

Json ToJson(const config::Retry& retry) {
  Json json = {{"attempts", retry.attempts},
               {"codes", retry.codes},
               {"initial_backoff", DurationText(retry.initial_backoff)},
               {"max_backoff", DurationText(retry.max_backoff)},
               {"backoff_multiplier", retry.backoff_multiplier}};
  if (retry.per_try_timeout) json["per_try_timeout"] = DurationText(*retry.per_try_timeout);
  return json;
}

std::string DelayText(const config::Hedging& hedging) {
  if (const auto* fixed = std::get_if<base::Duration>(&hedging.delay)) return DurationText(*fixed);
  return "p" + std::to_string(std::get<config::Hedging::Percentile>(hedging.delay).percent);
}

Json ToJson(const config::Hedging& hedging) {
  return {{"attempts", hedging.attempts},
          {"delay", DelayText(hedging)},
          {"non_fatal_codes", hedging.non_fatal_codes}};
}

void SetDuration(Json& json, const char* key, const std::optional<base::Duration>& duration) {
  if (duration) json[key] = DurationText(*duration);
}

void SetSize(Json& json, const char* key, const std::optional<uint64_t>& bytes) {
  if (bytes) json[key] = config::SizeUnit::Format(static_cast<int64_t>(*bytes));
}

}  // namespace

void SetCallPolicy(Json& json, const config::CallPolicy& policy) {
  SetDuration(json, "timeout", policy.timeout);
  SetDuration(json, "max_stream_duration", policy.max_stream_duration);
  SetDuration(json, "idle_timeout", policy.idle_timeout);
  if (policy.retry) json["retry"] = ToJson(*policy.retry);
  if (policy.hedging) json["hedging"] = ToJson(*policy.hedging);
  if (policy.wait_for_ready) json["wait_for_ready"] = *policy.wait_for_ready;
  SetSize(json, "max_request_message_bytes", policy.max_request_message);
  SetSize(json, "max_response_message_bytes", policy.max_response_message);
}

void SetRetryBrakes(Json& json, const config::Cluster& cluster) {
  if (const auto& tokens = cluster.retry_throttling) {
    json["retry_throttling"] = {{"max_tokens", tokens->max_tokens},
                                {"token_ratio", tokens->token_ratio}};
  } else {
    json["retry_throttling"] = "off";
  }
  if (const auto& budget = cluster.retry_budget) {
    json["retry_budget"] = {{"percent", budget->percent}, {"reserve", budget->reserve}};
  } else {
    json["retry_budget"] = "off";
  }
}

}  // namespace evenkeel::admin
