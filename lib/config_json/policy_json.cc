#include "lib/config_json/policy_json.h"

#include <variant>

namespace evenkeel::admin {
namespace {

template <typename Settings>
void SetChoice(Json& json, const Settings& settings) {
  json["choice_count"] = settings.choice_count;
  json["full_scan_limit"] = settings.full_scan_limit;
  json["failure_hold"] = settings.failure_hold;
}

Json HashJson(const config::HashInput& hash) {
  switch (hash.kind) {
    case config::HashInput::Kind::kMetadata:
      return {{"metadata", hash.name}};
    case config::HashInput::Kind::kSourceAddress:
      return "source_address";
    case config::HashInput::Kind::kPath:
      break;
  }
  return "path";
}

Json ToJson(const config::RoundRobin&) { return Json::object(); }

Json ToJson(const config::RandomChoice&) { return Json::object(); }

Json ToJson(const config::LeastRequest& settings) {
  Json json;
  SetChoice(json, settings);
  return json;
}

Json ToJson(const config::PeakEwma& settings) {
  Json json = {{"decay", DurationText(settings.decay)}};
  SetChoice(json, settings);
  return json;
}

Json ToJson(const config::WeightedRoundRobin& settings) {
  Json json = {
      {"blackout_period", DurationText(settings.blackout_period)},
      {"weight_expiration_period", DurationText(settings.weight_expiration_period)},
      {"weight_update_period", DurationText(settings.weight_update_period)},
      {"error_utilization_penalty", settings.error_utilization_penalty},
      {"oob_reporting_period", DurationText(settings.oob_reporting_period)},
  };
  const auto& metrics = settings.metric_names_for_computing_utilization;
  if (!metrics.empty()) json["metric_names_for_computing_utilization"] = metrics;
  return json;
}

Json ToJson(const config::Prequal& settings) {
  return {
      {"pool_size", settings.pool_size},
      {"max_age", DurationText(settings.max_age)},
      {"max_uses", settings.max_uses},
      {"rif_quantile", settings.rif_quantile},
      {"removal_rate", settings.removal_rate},
      {"failure_hold", settings.failure_hold},
      {"rif_metric", settings.rif_metric},
      {"latency_metric", settings.latency_metric},
      {"oob_reporting_period", DurationText(settings.oob_reporting_period)},
  };
}

Json ToJson(const config::PickFirst& settings) {
  return {{"shuffle_address_list", settings.order == config::PickFirst::Order::kShuffled}};
}

Json ToJson(const config::RingHash& settings) {
  return {{"hash", HashJson(settings.hash)},
          {"min_ring_size", settings.min_ring_size},
          {"max_ring_size", settings.max_ring_size},
          {"max_load_factor", settings.max_load_factor}};
}

Json ToJson(const config::Maglev& settings) {
  return {{"hash", HashJson(settings.hash)},
          {"table_size", settings.table_size},
          {"max_load_factor", settings.max_load_factor}};
}

}  // namespace

Json PolicyJson(const config::Policy& policy) {
  Json json;
  json[std::string(config::PolicyName(policy))] =
      std::visit([](const auto& settings) { return ToJson(settings); }, policy);
  return json;
}

void SetBalancing(Json& cluster, const config::Balancing& balancing) {
  const config::SlowStart& slow_start = balancing.slow_start;
  cluster["panic_threshold"] = balancing.panic_threshold;
  cluster["slow_start"] = {{"window", DurationText(slow_start.window)},
                           {"aggression", slow_start.aggression},
                           {"min_weight", slow_start.min_weight}};
  const config::Tiers& tiers = balancing.tiers;
  Json& locality = cluster["locality"];
  SetUnlessEmpty(locality, "zone", tiers.zone);
  locality["min_endpoints_for_zone"] = tiers.min_endpoints_for_zone;
  locality["overprovisioning"] = tiers.overprovisioning;
  cluster["subset_size"] = balancing.subset_size;
}

}  // namespace evenkeel::admin
