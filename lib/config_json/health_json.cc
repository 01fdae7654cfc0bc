#include "lib/config_json/health_json.h"

#include <optional>

namespace evenkeel::admin {
namespace {

std::string TypeName(config::HealthCheck::Type type) {
  switch (type) {
    case config::HealthCheck::Type::kTcp:
      return "tcp";
    case config::HealthCheck::Type::kHttp:
      return "http";
    case config::HealthCheck::Type::kGrpc:
      break;
  }
  return "grpc";
}

Json ToJson(const config::HealthCheck& check) {
  Json json = {{"type", TypeName(check.type)}};
  SetUnlessEmpty(json, "service", check.service);
  json["interval"] = DurationText(check.interval);
  json["edge_interval"] = DurationText(check.edge_interval);
  json["jitter"] = check.jitter;
  json["timeout"] = DurationText(check.timeout);
  json["unhealthy_threshold"] = check.unhealthy_threshold;
  json["healthy_threshold"] = check.healthy_threshold;
  json["startup_grace"] = DurationText(check.startup_grace);
  if (check.port) json["port"] = *check.port;
  SetUnlessEmpty(json, "authority", check.authority);
  for (const config::Metadata& each : check.metadata) json["metadata"][each.name] = each.value;
  if (check.type == config::HealthCheck::Type::kHttp) {
    json["path"] = check.path;
    json["expected_status"] = check.expected_status;
  }
  return json;
}

template <typename Algorithm>
Json WithVolumes(Json json, const Algorithm& algorithm) {
  json["enforcement_percentage"] = algorithm.enforcement_percentage;
  json["minimum_hosts"] = algorithm.minimum_hosts;
  json["request_volume"] = algorithm.request_volume;
  return json;
}

Json ToJson(const config::ConsecutiveFailures& algorithm) {
  return {{"threshold", algorithm.threshold},
          {"enforcement_percentage", algorithm.enforcement_percentage}};
}

Json ToJson(const config::SuccessRate& algorithm) {
  return WithVolumes({{"stdev_factor", algorithm.stdev_factor}}, algorithm);
}

Json ToJson(const config::FailurePercentage& algorithm) {
  return WithVolumes({{"threshold", algorithm.threshold}}, algorithm);
}

Json ToJson(const config::LatencyOutlier& algorithm) {
  return WithVolumes({{"factor", algorithm.factor},
                      {"minimum", DurationText(algorithm.minimum)},
                      {"intervals", algorithm.intervals}},
                     algorithm);
}

Json ToJson(const config::Keepalive& keepalive) {
  return {{"time", DurationText(keepalive.time)},
          {"timeout", DurationText(keepalive.timeout)},
          {"without_calls", keepalive.without_calls}};
}

Json ToJson(const config::OutlierDetection& detection);

template <typename T>
Json OrOff(const std::optional<T>& settings) {
  if (!settings) return "off";
  return ToJson(*settings);
}

Json ToJson(const config::OutlierDetection& detection) {
  const bool observes = detection.mode == config::OutlierDetection::Mode::kObserve;
  return {{"mode", observes ? "observe" : "enforce"},
          {"statuses", detection.statuses},
          {"interval", DurationText(detection.interval)},
          {"base_ejection_time", DurationText(detection.base_ejection_time)},
          {"max_ejection_time", DurationText(detection.max_ejection_time)},
          {"ejection_jitter", detection.ejection_jitter},
          {"max_ejection_percent", detection.max_ejection_percent},
          {"eject_last", detection.eject_last},
          {"consecutive_failures", OrOff(detection.consecutive_failures)},
          {"success_rate", OrOff(detection.success_rate)},
          {"failure_percentage", OrOff(detection.failure_percentage)},
          {"latency", OrOff(detection.latency)}};
}

}  // namespace

void SetHealth(Json& json, const config::Cluster& cluster) {
  json["health_check"] = OrOff(cluster.health_check);
  json["outlier_detection"] = OrOff(cluster.outlier_detection);
  json["keepalive"] = OrOff(cluster.keepalive);
}

}  // namespace evenkeel::admin
