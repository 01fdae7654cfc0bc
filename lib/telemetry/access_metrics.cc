#include "lib/telemetry/access_metrics.h"

#include "lib/telemetry/samples.h"

namespace evenkeel::telemetry {

std::shared_ptr<DenialCounter> AccessMetrics::Of(const std::string& listener,
                                                 const std::string& rule) {
  auto& counter = rules_[{listener, rule}];
  if (!counter) counter = std::make_shared<DenialCounter>();
  return counter;
}

std::shared_ptr<CredentialCounter> AccessMetrics::OfCredentials(const std::string& listener,
                                                                const std::string& reason) {
  auto& counter = credentials_[{listener, reason}];
  if (!counter) counter = std::make_shared<CredentialCounter>(0);
  return counter;
}

void AccessMetrics::Collect(std::vector<MetricFamily>& families) const {
  MetricFamily family =
      CounterFamily("evenkeel_server_call_denied_total",
                    "Calls that authorization refused, or with observe would have refused.");
  for (const auto& [key, counter] : rules_) {
    const Labels labels = {{"listener", key.first}, {"rule", key.second}};
    AddIfCounted(family, labels, "mode", "enforce", static_cast<double>(counter->denied.load()));
    AddIfCounted(family, labels, "mode", "observe", static_cast<double>(counter->observed.load()));
  }
  families.push_back(std::move(family));
  MetricFamily credentials =
      CounterFamily("evenkeel_server_call_unauthenticated_total",
                    "Calls that authentication refused, by what was wrong with their credentials.");
  for (const auto& [key, counter] : credentials_) {
    AddIfCounted(credentials, {{"listener", key.first}}, "reason", key.second,
                 static_cast<double>(counter->load()));
  }
  families.push_back(std::move(credentials));
}

}  // namespace evenkeel::telemetry
