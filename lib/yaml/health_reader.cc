#include "lib/yaml/health_reader.h"

#include <algorithm>
#include <array>
#include <string>

#include "lib/yaml/flag_key.h"
#include "lib/yaml/key_types.h"
#include "lib/yaml/metadata_key.h"
#include "lib/yaml/name_rules.h"
#include "lib/yaml/or_off.h"
#include "lib/yaml/status_list_key.h"
#include "lib/yaml/word_key.h"

namespace evenkeel::config {
namespace {

// What can be the endpoint's fault. All other statuses are the application's answer to its caller,
// and no number of them says anything about the endpoint.
constexpr std::array<std::string_view, 7> kEndpointStatuses = {
    "UNKNOWN",  "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE",       "DATA_LOSS"};

std::optional<Complaint> CheckFailureStatus(std::string_view text) {
  if (std::ranges::find(kEndpointStatuses, text) != kEndpointStatuses.end()) return std::nullopt;
  std::string known;
  for (const std::string_view each : kEndpointStatuses) {
    known.append(known.empty() ? "" : ", ").append(each);
  }
  return Complaint{Quoted(text) + " is no status that can count against an endpoint",
                   "those are " + known + "; all others are the application's business"};
}

std::optional<Complaint> CheckUrlPath(std::string_view text) {
  const auto is_plain = [](char c) { return c > ' ' && c <= '~'; };
  if (text.starts_with('/') && std::ranges::all_of(text, is_plain)) return std::nullopt;
  return Complaint{Quoted(text) + " is no path of a URL",
                   "write it from its first slash: /healthz"};
}

void ReadTimes(MapReader& map, HealthCheck& check) {
  map.Optional("interval", check.interval, Number(HealthCheck::kInterval));
  map.Optional("edge_interval", check.edge_interval, Number(HealthCheck::kEdgeInterval));
  map.Optional("jitter", check.jitter, Number(HealthCheck::kJitter));
  map.Optional("timeout", check.timeout, Number(HealthCheck::kTimeout));
  map.Optional("unhealthy_threshold", check.unhealthy_threshold,
               Number(HealthCheck::kUnhealthyThreshold));
  map.Optional("healthy_threshold", check.healthy_threshold,
               Number(HealthCheck::kHealthyThreshold));
  map.Optional("startup_grace", check.startup_grace, Number(HealthCheck::kStartupGrace));
}

// Of a key that only some types of check have.
Complaint IsFor(std::string_view types) {
  return {"is for type: " + std::string(types), "remove it, or change the type"};
}

void ReadHealthCheck(MapReader& map, HealthCheck& check) {
  map.Optional("type", check.type, WordKey(std::array<std::string_view, 3>{"grpc", "tcp", "http"}));
  const bool is_grpc = check.type == HealthCheck::Type::kGrpc;
  const bool is_http = check.type == HealthCheck::Type::kHttp;
  map.OptionalIf(is_grpc, IsFor("grpc"), "mode", check.mode,
                 WordKey(std::array<std::string_view, 2>{"watch", "check"}));
  map.OptionalIf(is_grpc, IsFor("grpc"), "when_denied", check.when_denied,
                 WordKey(std::array<std::string_view, 2>{"serving", "not_serving"}));
  map.OptionalIf(is_grpc, IsFor("grpc"), "service", check.service,
                 Text("service name", CheckService));
  ReadTimes(map, check);
  map.Optional("port", check.port, Number(HealthCheck::kPort));
  map.OptionalIf(is_grpc || is_http, IsFor("grpc or http"), "authority", check.authority,
                 Text("host or host:port", CheckAuthority));
  map.OptionalIf(is_grpc || is_http, IsFor("grpc or http"), "metadata", check.metadata,
                 MetadataKey(CheckSentName));
  map.OptionalIf(is_http, IsFor("http"), "path", check.path, Text("path", CheckUrlPath));
  map.OptionalIf(is_http, IsFor("http"), "expected_status", check.expected_status,
                 Number(HealthCheck::kExpectedStatus));
}

// The keys that every algorithm has.
template <typename Algorithm>
void ReadEnforcement(MapReader& map, Algorithm& algorithm) {
  map.Optional("enforcement_percentage", algorithm.enforcement_percentage,
               Number(Algorithm::kEnforcementPercentage));
}

template <typename Algorithm>
void ReadVolumes(MapReader& map, Algorithm& algorithm) {
  ReadEnforcement(map, algorithm);
  map.Optional("minimum_hosts", algorithm.minimum_hosts, Number(Algorithm::kMinimumHosts));
  map.Optional("request_volume", algorithm.request_volume, Number(Algorithm::kRequestVolume));
}

void ReadConsecutiveFailures(MapReader& map, ConsecutiveFailures& algorithm) {
  map.Optional("threshold", algorithm.threshold, Number(ConsecutiveFailures::kThreshold));
  ReadEnforcement(map, algorithm);
}

void ReadSuccessRate(MapReader& map, SuccessRate& algorithm) {
  map.Optional("stdev_factor", algorithm.stdev_factor, Number(SuccessRate::kStdevFactor));
  ReadVolumes(map, algorithm);
}

void ReadFailurePercentage(MapReader& map, FailurePercentage& algorithm) {
  map.Optional("threshold", algorithm.threshold, Number(FailurePercentage::kThreshold));
  ReadVolumes(map, algorithm);
}

void ReadLatencyOutlier(MapReader& map, LatencyOutlier& algorithm) {
  map.Optional("factor", algorithm.factor, Number(LatencyOutlier::kFactor));
  map.Optional("minimum", algorithm.minimum, Number(LatencyOutlier::kMinimum));
  map.Optional("intervals", algorithm.intervals, Number(LatencyOutlier::kIntervals));
  ReadVolumes(map, algorithm);
}

void ReadOutlierDetection(MapReader& map, OutlierDetection& detection) {
  map.Optional("mode", detection.mode,
               WordKey(std::array<std::string_view, 2>{"enforce", "observe"}));
  map.Optional("statuses", detection.statuses,
               StatusListKey(CheckFailureStatus, kEndpointStatuses));
  map.Optional("interval", detection.interval, Number(OutlierDetection::kInterval));
  map.Optional("base_ejection_time", detection.base_ejection_time,
               Number(OutlierDetection::kBaseEjectionTime));
  map.Optional("max_ejection_time", detection.max_ejection_time,
               Number(OutlierDetection::kMaxEjectionTime));
  map.Optional("ejection_jitter", detection.ejection_jitter,
               Number(OutlierDetection::kEjectionJitter));
  map.Optional("max_ejection_percent", detection.max_ejection_percent,
               Number(OutlierDetection::kMaxEjectionPercent));
  map.Optional("eject_last", detection.eject_last, FlagKey());
  map.Optional("consecutive_failures", detection.consecutive_failures,
               OrOff{Group{ReadConsecutiveFailures}});
  map.Optional("success_rate", detection.success_rate, OrOff{Group{ReadSuccessRate}});
  map.Optional("failure_percentage", detection.failure_percentage,
               OrOff{Group{ReadFailurePercentage}});
  map.Optional("latency", detection.latency, OrOff{Group{ReadLatencyOutlier}});
}

void ReadKeepalive(MapReader& map, Keepalive& keepalive) {
  map.Optional("time", keepalive.time, Number(Keepalive::kTime));
  map.Optional("timeout", keepalive.timeout, Number(Keepalive::kTimeout));
  map.Optional("without_calls", keepalive.without_calls, FlagKey());
}

}  // namespace

void ReadHealth(MapReader& map, Cluster& cluster) {
  map.Optional("health_check", cluster.health_check, OrOff{Group{ReadHealthCheck}});
  map.Optional("outlier_detection", cluster.outlier_detection, OrOff{Group{ReadOutlierDetection}});
  map.Optional("keepalive", cluster.keepalive, OrOff{Group{ReadKeepalive}});
}

}  // namespace evenkeel::config
