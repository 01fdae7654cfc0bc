#include "lib/config_json/traffic_json.h"

#include <vector>

namespace evenkeel::admin {
namespace {

Json ToJson(const std::vector<config::Metadata>& fields) {
  Json json = Json::object();
  for (const config::Metadata& each : fields) json[each.name] = each.value;
  return json;
}

void SetEdits(Json& route, const char* key, const config::HeaderEdits& edits) {
  if (edits.empty()) return;
  Json json;
  if (!edits.remove.empty()) json["remove"] = edits.remove;
  if (!edits.set.empty()) json["set"] = ToJson(edits.set);
  if (!edits.add.empty()) json["add"] = ToJson(edits.add);
  route[key] = std::move(json);
}

Json ToJson(const config::RateLimit& limit) {
  Json json = {{"calls", limit.calls}, {"per", DurationText(limit.per)}};
  if (limit.burst) json["burst"] = *limit.burst;
  SetUnlessEmpty(json, "key", limit.key);
  json["max_keys"] = limit.max_keys;
  return json;
}

Json ToJson(const config::Fault& fault) {
  Json json;
  if (!fault.metadata.empty()) json["metadata"] = ToJson(fault.metadata);
  if (fault.delay) {
    json["delay"] = {{"time", DurationText(fault.delay->time)},
                     {"percentage", fault.delay->percentage}};
  }
  if (fault.abort) {
    json["abort"] = {{"status", fault.abort->status},
                     {"message", fault.abort->message},
                     {"percentage", fault.abort->percentage}};
  }
  return json;
}

}  // namespace

void SetTraffic(Json& route, const config::RouteTraffic& traffic) {
  for (const config::SplitPart& each : traffic.split) route["split"][each.cluster] = each.weight;
  if (traffic.mirror) {
    route["mirror"] = {{"cluster", traffic.mirror->cluster},
                       {"percentage", traffic.mirror->percentage}};
  }
  SetEdits(route, "request_headers", traffic.request_headers);
  SetEdits(route, "response_headers", traffic.response_headers);
  if (traffic.rate_limit) route["rate_limit"] = ToJson(*traffic.rate_limit);
  if (traffic.fault) route["fault"] = ToJson(*traffic.fault);
}

void SetLimits(Json& json, const config::Cluster& cluster) {
  json["limits"] = {{"max_calls", cluster.limits.max_calls},
                    {"max_connections", cluster.limits.max_connections},
                    {"max_retries", cluster.limits.max_retries},
                    {"endpoint",
                     {{"max_calls", cluster.endpoint_limits.max_calls},
                      {"max_pending_calls", cluster.endpoint_limits.max_pending_calls},
                      {"max_connections", cluster.endpoint_limits.max_connections}}}};
  json["adaptive_concurrency"] = "off";
  if (const auto& adaptive = cluster.adaptive_concurrency) {
    json["adaptive_concurrency"] = {{"min_calls", adaptive->min_calls},
                                    {"max_calls", adaptive->max_calls},
                                    {"tolerance", adaptive->tolerance},
                                    {"interval", DurationText(adaptive->interval)},
                                    {"baseline_age", DurationText(adaptive->baseline_age)}};
  }
  json["move_streams"] = "off";
  if (const auto& moved = cluster.move_streams) {
    json["move_streams"] = {{"older_than", DurationText(moved->older_than)},
                            {"share_per_minute", moved->share_per_minute}};
  }
}

}  // namespace evenkeel::admin
