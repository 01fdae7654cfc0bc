// AccessMetrics: the calls that `authentication` and `authorization` refused, by listener, reason
// and rule.
//
// Part of Metrics. Refusals are cheap beside the calls they save, so all workers count in the same
// place.
#pragma once

#include <prometheus/metric_family.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::telemetry {

/// Of one rule. Any thread.
struct DenialCounter {
  std::atomic<uint64_t> denied{0};
  std::atomic<uint64_t> observed{0};  ///< would have been, were it not for `observe`
};

/// Calls that were refused for their credentials. Any thread.
using CredentialCounter = std::atomic<uint64_t>;

class AccessMetrics {
 public:
  /// Of a listener and a reason; the same for the same ones. Main thread.
  std::shared_ptr<CredentialCounter> OfCredentials(const std::string& listener,
                                                   const std::string& reason);
  /// The rule's counter; the same for the same listener and rule, whatever the configuration. Main
  /// thread.
  std::shared_ptr<DenialCounter> Of(const std::string& listener, const std::string& rule);
  void Collect(std::vector<prometheus::MetricFamily>& families) const;

 private:
  std::map<std::pair<std::string, std::string>, std::shared_ptr<CredentialCounter>> credentials_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<DenialCounter>> rules_;
};

}  // namespace evenkeel::telemetry
