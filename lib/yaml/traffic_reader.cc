#include "lib/yaml/traffic_reader.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "lib/yaml/metadata_key.h"
#include "lib/yaml/name_rules.h"
#include "lib/yaml/or_off.h"

namespace evenkeel::config {
namespace {

// A map of clusters to weights.
struct SplitKey : Leaf {
  void Read(const Place& place, std::vector<SplitPart>& out) const {
    constexpr char kForm[] = "write {cluster: weight, other-cluster: weight}";
    if (place.node().kind != YamlNode::Kind::kMap) return place.FailType("a map", kForm);
    if (place.node().entries.empty()) return place.Fail({"names no cluster", kForm});
    for (const YamlNode::Entry* entry : place.Entries()) {
      SplitPart& part = out.emplace_back();
      part.cluster = entry->key;
      ReadValue(Number(SplitPart::kWeight), place.Value(*entry), part.weight);
    }
  }
  KeyFacts Facts(const std::vector<SplitPart>&) const {
    return {.type = "map of cluster names to whole numbers"};
  }
  Written Write(const std::vector<SplitPart>& parts) const {
    if (parts.empty()) return {};
    Written map{.kind = Written::Kind::kMap};
    for (const SplitPart& each : parts) {
      map.Set(each.cluster, WrittenLiteral(std::to_string(each.weight)));
    }
    return map;
  }
};

// To be removed, binary metadata is as good as text.
std::optional<Complaint> CheckRemovedName(std::string_view text) {
  if (text.ends_with("-bin") && text.size() > 4) {
    return CheckSentName(text.substr(0, text.size() - 4));
  }
  return CheckSentName(text);
}

void ReadEdits(MapReader& map, HeaderEdits& edits) {
  map.Optional("remove", edits.remove, List{Text("metadata name", CheckRemovedName)});
  map.Optional("set", edits.set, MetadataKey(CheckSentName));
  map.Optional("add", edits.add, MetadataKey(CheckSentName));
}

void ReadRateLimit(MapReader& map, RateLimit& limit) {
  map.Required("calls", limit.calls, Number(RateLimit::kCalls));
  map.Optional("per", limit.per, Number(RateLimit::kPer));
  map.Optional("burst", limit.burst, Number(RateLimit::kBurst));
  map.Optional("key", limit.key, Text("metadata name", CheckMetadataName));
  map.Optional("max_keys", limit.max_keys, Number(RateLimit::kMaxKeys));
}

void ReadDelay(MapReader& map, Fault::Delay& delay) {
  map.Required("time", delay.time, Number(Fault::Delay::kTime));
  map.Optional("percentage", delay.percentage, Number(Fault::Delay::kPercentage));
}

void ReadAbort(MapReader& map, Fault::Abort& abort) {
  map.Optional("status", abort.status, Text("status name", CheckErrorStatus));
  map.Optional("message", abort.message, Text("text", CheckMetadataValue));
  map.Optional("percentage", abort.percentage, Number(Fault::Abort::kPercentage));
}

void ReadFault(MapReader& map, Fault& fault) {
  map.Optional("metadata", fault.metadata, MetadataKey());
  map.Optional("delay", fault.delay, Group{ReadDelay});
  map.Optional("abort", fault.abort, Group{ReadAbort});
}

void ReadMirror(MapReader& map, Mirror& mirror) {
  map.Required("cluster", mirror.cluster, ClusterReference());
  map.Optional("percentage", mirror.percentage, Number(Mirror::kPercentage));
}

void ReadClusterLimits(MapReader& map, Limits& limits) {
  map.Optional("max_calls", limits.max_calls, Number(Limits::kEach));
  map.Optional("max_connections", limits.max_connections, Number(Limits::kEach));
  map.Optional("max_retries", limits.max_retries, Number(Limits::kEach));
}

void ReadEndpointLimits(MapReader& map, Limits& limits) {
  map.Optional("max_calls", limits.max_calls, Number(Limits::kEach));
  map.Optional("max_pending_calls", limits.max_pending_calls, Number(Limits::kEach));
  map.Optional("max_connections", limits.max_connections, Number(Limits::kEach));
}

void ReadAdaptiveConcurrency(MapReader& map, AdaptiveConcurrency& settings) {
  map.Optional("min_calls", settings.min_calls, Number(AdaptiveConcurrency::kMinCalls));
  map.Optional("max_calls", settings.max_calls, Number(AdaptiveConcurrency::kMaxCalls));
  map.Optional("tolerance", settings.tolerance, Number(AdaptiveConcurrency::kTolerance));
  map.Optional("interval", settings.interval, Number(AdaptiveConcurrency::kInterval));
  map.Optional("baseline_age", settings.baseline_age, Number(AdaptiveConcurrency::kBaselineAge));
}

void ReadMoveStreams(MapReader& map, MoveStreams& settings) {
  map.Optional("older_than", settings.older_than, Number(MoveStreams::kOlderThan));
  map.Optional("share_per_minute", settings.share_per_minute, Number(MoveStreams::kSharePerMinute));
}

}  // namespace

void ReadRouteTraffic(MapReader& map, RouteTraffic& traffic) {
  map.Optional("split", traffic.split, SplitKey());
  map.Optional("mirror", traffic.mirror, Group{ReadMirror});
  map.Optional("request_headers", traffic.request_headers, Group{ReadEdits});
  map.Optional("response_headers", traffic.response_headers, Group{ReadEdits});
  map.Optional("rate_limit", traffic.rate_limit, Group{ReadRateLimit});
  map.Optional("fault", traffic.fault, Group{ReadFault});
}

void ReadLimits(MapReader& map, Cluster& cluster) {
  map.Optional("limits", cluster.limits, Group{[&cluster](MapReader& map, Limits& limits) {
                 ReadClusterLimits(map, limits);
                 map.Optional("endpoint", cluster.endpoint_limits, Group{ReadEndpointLimits});
               }});
  map.Optional("adaptive_concurrency", cluster.adaptive_concurrency,
               OrOff{Group{ReadAdaptiveConcurrency}});
  map.Optional("move_streams", cluster.move_streams, OrOff{Group{ReadMoveStreams}});
}

}  // namespace evenkeel::config
