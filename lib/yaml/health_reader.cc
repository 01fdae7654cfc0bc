#include "lib/yaml/health_reader.h"

#include <algorithm>
#include <array>
#include <chrono>
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

using namespace std::chrono_literals;

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
  map.Optional("interval", check.interval, Duration(100ms, 1h));
  map.Optional("edge_interval", check.edge_interval, Duration(100ms, 1h));
  map.Optional("jitter", check.jitter, Decimal(0, 1));
  map.Optional("timeout", check.timeout, Duration(10ms, 5min));
  map.Optional("unhealthy_threshold", check.unhealthy_threshold, WholeNumber(1, 100));
  map.Optional("healthy_threshold", check.healthy_threshold, WholeNumber(1, 100));
  map.Optional("startup_grace", check.startup_grace, Duration(0ms, 1h));
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
  map.Optional("port", check.port, WholeNumber(1, 65535));
  map.OptionalIf(is_grpc || is_http, IsFor("grpc or http"), "authority", check.authority,
                 Text("host or host:port", CheckAuthority));
  map.OptionalIf(is_grpc || is_http, IsFor("grpc or http"), "metadata", check.metadata,
                 MetadataKey(CheckSentName));
  map.OptionalIf(is_http, IsFor("http"), "path", check.path, Text("path", CheckUrlPath));
  map.OptionalIf(is_http, IsFor("http"), "expected_status", check.expected_status,
                 WholeNumber(100, 599));
}

// The keys that every algorithm has.
template <typename Algorithm>
void ReadEnforcement(MapReader& map, Algorithm& algorithm) {
  map.Optional("enforcement_percentage", algorithm.enforcement_percentage, WholeNumber(0, 100));
}

template <typename Algorithm>
void ReadVolumes(MapReader& map, Algorithm& algorithm) {
  ReadEnforcement(map, algorithm);
  map.Optional("minimum_hosts", algorithm.minimum_hosts, WholeNumber(1, 100'000));
  map.Optional("request_volume", algorithm.request_volume, WholeNumber(1, 1'000'000));
}

void ReadConsecutiveFailures(MapReader& map, ConsecutiveFailures& algorithm) {
  map.Optional("threshold", algorithm.threshold, WholeNumber(1, 10'000));
  ReadEnforcement(map, algorithm);
}

void ReadSuccessRate(MapReader& map, SuccessRate& algorithm) {
  map.Optional("stdev_factor", algorithm.stdev_factor, Decimal(0, 10));
  ReadVolumes(map, algorithm);
}

void ReadFailurePercentage(MapReader& map, FailurePercentage& algorithm) {
  map.Optional("threshold", algorithm.threshold, WholeNumber(0, 100));
  ReadVolumes(map, algorithm);
}

void ReadLatencyOutlier(MapReader& map, LatencyOutlier& algorithm) {
  map.Optional("factor", algorithm.factor, Decimal(1.1, 1000));
  map.Optional("minimum", algorithm.minimum, Duration(0ms, 1h));
  map.Optional("intervals", algorithm.intervals, WholeNumber(1, 100));
  ReadVolumes(map, algorithm);
}

void ReadOutlierDetection(MapReader& map, OutlierDetection& detection) {
  map.Optional("mode", detection.mode,
               WordKey(std::array<std::string_view, 2>{"enforce", "observe"}));
  map.Optional("statuses", detection.statuses,
               StatusListKey(CheckFailureStatus, kEndpointStatuses));
  map.Optional("interval", detection.interval, Duration(100ms, 1h));
  map.Optional("base_ejection_time", detection.base_ejection_time, Duration(100ms, 24h));
  map.Optional("max_ejection_time", detection.max_ejection_time, Duration(100ms, 24h));
  map.Optional("ejection_jitter", detection.ejection_jitter, Decimal(0, 1));
  map.Optional("max_ejection_percent", detection.max_ejection_percent, WholeNumber(0, 100));
  map.Optional("eject_last", detection.eject_last, FlagKey());
  map.Optional("consecutive_failures", detection.consecutive_failures,
               OrOff{Group{ReadConsecutiveFailures}});
  map.Optional("success_rate", detection.success_rate, OrOff{Group{ReadSuccessRate}});
  map.Optional("failure_percentage", detection.failure_percentage,
               OrOff{Group{ReadFailurePercentage}});
  map.Optional("latency", detection.latency, OrOff{Group{ReadLatencyOutlier}});
}

void ReadKeepalive(MapReader& map, Keepalive& keepalive) {
  map.Optional("time", keepalive.time, Duration(10s, 24h));
  map.Optional("timeout", keepalive.timeout, Duration(1s, 10min));
  map.Optional("without_calls", keepalive.without_calls, FlagKey());
}

}  // namespace

void ReadHealth(MapReader& map, Cluster& cluster) {
  map.Optional("health_check", cluster.health_check, OrOff{Group{ReadHealthCheck}});
  map.Optional("outlier_detection", cluster.outlier_detection, OrOff{Group{ReadOutlierDetection}});
  map.Optional("keepalive", cluster.keepalive, OrOff{Group{ReadKeepalive}});
}

}  // namespace evenkeel::config
