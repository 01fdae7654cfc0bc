// SourceTest: what tests of endpoint sources share: a loop, and a record of what was found.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "lib/telemetry/metrics.h"
#include "proxy/discovery/endpoint_source.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::discovery {

/// "10.0.0.1:1", and " weight 2", " priority 1" where they are not the default.
inline std::vector<std::string> TextOf(const std::vector<ResolvedEndpoint>& endpoints) {
  std::vector<std::string> texts;
  for (const ResolvedEndpoint& each : endpoints) {
    std::string text = each.address;
    if (each.traits.weight != 1) text += " weight " + std::to_string(each.traits.weight);
    if (each.traits.priority != 0) text += " priority " + std::to_string(each.traits.priority);
    texts.push_back(std::move(text));
  }
  return texts;
}

class SourceTest : public net::LoopTest {
 protected:
  void Start(config::EndpointOrigin origin, config::Dns dns = {}) {
    config::Cluster cluster;
    cluster.origin = std::move(origin);
    cluster.dns = std::move(dns);
    Start(std::move(cluster));
  }
  void Start(config::Cluster cluster) {
    cluster.name = "users";
    const auto known = [this](const std::string& address) {
      const auto found = known_.find(address);
      return found == known_.end() ? nullptr : &found->second;
    };
    source_ = EndpointSource::Make(
        cluster, known, {loop_, random_, metrics_.discovery(), log_},
        {.on_found = [this](auto found) { OnFound(found); }, .on_failed = [this] { ++failures_; }});
  }
  /// Waits for the list number `count`, the first being 1, and returns it.
  std::vector<std::string> List(size_t count) {
    RunUntil([&] { return found_.size() >= count; });
    return found_.size() < count ? std::vector<std::string>{"nothing came"} : found_[count - 1];
  }
  bool HasMetric(const std::string& line) const {
    return metrics_.Text().find(line) != std::string::npos;
  }
  std::string Log() const { return log_text_.str(); }

  void OnFound(const std::vector<ResolvedEndpoint>& endpoints) {
    found_.push_back(TextOf(endpoints));
    last_found_.clear();
    for (const ResolvedEndpoint& each : endpoints) {
      std::vector<std::string>& texts = last_found_.emplace_back();
      for (const auto& address : each.addresses) texts.push_back(address.ToString());
    }
  }

  base::Random random_{1};
  std::ostringstream log_text_;
  telemetry::Log log_{telemetry::LogLevel::kInfo, telemetry::LogFormat::kText, log_text_};
  telemetry::Metrics metrics_;
  std::unique_ptr<EndpointSource> source_;
  std::vector<std::vector<std::string>> found_;
  std::vector<std::vector<std::string>> last_found_;              // each endpoint's addresses
  int failures_ = 0;                                              // before there was a list
  std::map<std::string, std::vector<net::SocketAddress>> known_;  // what the cluster has already
};

}  // namespace evenkeel::discovery
