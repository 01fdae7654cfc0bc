#include "lib/config_json/config_page.h"

#include "lib/config_json/call_policy_json.h"
#include "lib/config_json/health_json.h"
#include "lib/config_json/json.h"
#include "lib/config_json/policy_json.h"
#include "lib/config_json/traffic_json.h"
#include "lib/yaml/quantity.h"

namespace evenkeel::admin {
namespace {

std::string Size(uint32_t bytes) { return config::SizeUnit::Format(bytes); }

Json Http2Json(const config::Http2& http2) {
  return {{"stream_window", Size(http2.stream_window)},
          {"connection_window", Size(http2.connection_window)},
          {"max_header_list", Size(http2.max_header_list)}};
}

Json ToJson(const config::Match& match) {
  Json json = Json::object();
  SetUnlessEmpty(json, "authority", match.authority);
  SetUnlessEmpty(json, "service", match.service);
  SetUnlessEmpty(json, "method", match.method);
  for (const auto& each : match.metadata) json["metadata"][each.name] = each.value;
  return json;
}

Json ToJson(const config::ClientKeepalive& keepalive) {
  return {{"time", DurationText(keepalive.time)},
          {"timeout", DurationText(keepalive.timeout)},
          {"permit_time", DurationText(keepalive.permit_time)},
          {"permit_without_calls", keepalive.permit_without_calls},
          {"max_ping_strikes", keepalive.max_ping_strikes}};
}

Json ToJson(const config::Listener& listener) {
  Json json = {{"address", listener.address.ToString()}};
  for (const config::Route& each : listener.routes) {
    Json route = {{"match", ToJson(each.match)}};
    SetUnlessEmpty(route, "cluster", each.cluster);
    SetCallPolicy(route, each.calls);
    SetTraffic(route, each.traffic);
    json["routes"].push_back(std::move(route));
  }
  SetUnlessEmpty(json, "cluster", listener.cluster);
  json["health_service"] = listener.health_service;
  json["http2"] = Http2Json(listener.http2);
  json["http2"]["max_concurrent_streams"] = listener.http2.max_concurrent_streams;
  json["keepalive"] = ToJson(listener.keepalive);
  json["max_connection_idle"] = DurationText(listener.lifetime.max_idle);
  json["max_connection_age"] = DurationText(listener.lifetime.max_age);
  json["max_connection_age_grace"] = DurationText(listener.lifetime.max_age_grace);
  return json;
}

Json ToJson(const config::Connection& connection) {
  return {{"connect_timeout", DurationText(connection.connect_timeout)},
          {"initial_backoff", DurationText(connection.initial_backoff)},
          {"max_backoff", DurationText(connection.max_backoff)},
          {"backoff_multiplier", connection.backoff_multiplier},
          {"backoff_jitter", connection.backoff_jitter},
          {"max_connections", connection.max_connections}};
}

Json ToJson(const config::Endpoint& endpoint) {
  Json json = {{"address", endpoint.address.ToString()},
               {"weight", endpoint.weight},
               {"priority", endpoint.priority}};
  SetUnlessEmpty(json, "zone", endpoint.zone);
  SetUnlessEmpty(json, "hash_key", endpoint.hash_key);
  return json;
}

Json EndpointsJson(const config::Cluster& cluster) {
  if (const auto* dns = std::get_if<config::DnsName>(&cluster.origin)) return dns->ToString();
  if (const auto* file = std::get_if<config::EndpointsFile>(&cluster.origin)) {
    return {{"file", file->path}};
  }
  Json json;
  for (const config::Endpoint& each : cluster.endpoints) json.push_back(ToJson(each));
  return json;
}

Json ToJson(const config::Dns& dns) {
  Json json = {{"min_ttl", DurationText(dns.min_ttl)},
               {"max_ttl", DurationText(dns.max_ttl)},
               {"jitter", dns.jitter},
               {"timeout", DurationText(dns.timeout)},
               {"max_retry", DurationText(dns.max_retry)}};
  for (const base::Address& each : dns.resolvers) json["resolvers"].push_back(each.ToString());
  return json;
}

Json ToJson(const config::Cluster& cluster) {
  Json json;
  json["endpoints"] = EndpointsJson(cluster);
  if (std::holds_alternative<config::DnsName>(cluster.origin)) json["dns"] = ToJson(cluster.dns);
  json["policy"] = PolicyJson(cluster.policy);
  SetBalancing(json, cluster.balancing);
  SetHealth(json, cluster);
  json["connection"] = ToJson(cluster.connection);
  json["http2"] = Http2Json(cluster.http2);
  json["max_pending_calls"] = cluster.max_pending_calls;
  SetRetryBrakes(json, cluster);
  if (cluster.service_config) json["service_config"] = cluster.service_config->path;
  SetLimits(json, cluster);
  return json;
}

Json ToJson(const config::Admin& admin) {
  if (!admin.address) return "off";
  return {{"address", admin.address->ToString()}};
}

}  // namespace

std::string ConfigJson(const config::Config& config) {
  Json json;
  for (const config::Listener& each : config.listeners) json["listeners"].push_back(ToJson(each));
  for (const config::Cluster& each : config.clusters) json["clusters"][each.name] = ToJson(each);
  json["admin"] = ToJson(config.admin);
  if (config.workers) json["workers"] = *config.workers;
  json["replay_memory"] = config::SizeUnit::Format(static_cast<int64_t>(config.replay_memory));
  if (config.memory_limit) {
    json["memory_limit"] = config::SizeUnit::Format(static_cast<int64_t>(*config.memory_limit));
  }
  return ToText(json);
}

}  // namespace evenkeel::admin
