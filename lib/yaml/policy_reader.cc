#include "lib/yaml/policy_reader.h"

#include <memory>
#include <utility>

#include "lib/yaml/name_rules.h"

namespace evenkeel::config {
namespace {

// A policy's settings, below its name.
template <typename Settings>
struct Named {
  Group<void (*)(MapReader&, Settings&)> group;

  explicit Named(void (*read)(MapReader&, Settings&)) : group{read} {}

  void Read(const Place& place, Policy& policy) const {
    group.Read(place, policy.emplace<Settings>());
  }
  KeyFacts Facts(const Policy&) const { return {.type = "map"}; }
  void Nested(const std::string& path, const Policy&, Catalog& catalog) const {
    group.Nested(path, Settings{}, catalog);
  }
  Written Write(const Policy& policy) const {
    const auto* settings = std::get_if<Settings>(&policy);
    return settings != nullptr ? group.WriteMap(*settings) : Written{};
  }
};

template <typename Settings>
void ReadNothing(MapReader&, Settings&) {}

template <typename Settings>
void ReadChoice(MapReader& map, Settings& settings) {
  map.Optional("choice_count", settings.choice_count, Number(Settings::kChoiceCount));
  map.Optional("full_scan_limit", settings.full_scan_limit, Number(Settings::kFullScanLimit));
  map.Optional("failure_hold", settings.failure_hold, Number(Settings::kFailureHold));
}

void ReadLeastRequest(MapReader& map, LeastRequest& settings) { ReadChoice(map, settings); }

void ReadPeakEwma(MapReader& map, PeakEwma& settings) {
  map.Optional("decay", settings.decay, Number(PeakEwma::kDecay));
  ReadChoice(map, settings);
}

template <typename Settings>
void ReadOobPeriod(MapReader& map, Settings& settings) {
  map.Optional("oob_reporting_period", settings.oob_reporting_period,
               Number(Settings::kOobReportingPeriod));
}

void ReadWeightedRoundRobin(MapReader& map, WeightedRoundRobin& settings) {
  map.Optional("blackout_period", settings.blackout_period,
               Number(WeightedRoundRobin::kBlackoutPeriod));
  map.Optional("weight_expiration_period", settings.weight_expiration_period,
               Number(WeightedRoundRobin::kWeightExpirationPeriod));
  map.Optional("weight_update_period", settings.weight_update_period,
               Number(WeightedRoundRobin::kWeightUpdatePeriod));
  map.Optional("error_utilization_penalty", settings.error_utilization_penalty,
               Number(WeightedRoundRobin::kErrorUtilizationPenalty));
  map.Optional("metric_names_for_computing_utilization",
               settings.metric_names_for_computing_utilization,
               List{Text("metric name", CheckUtilizationMetric)});
  ReadOobPeriod(map, settings);
}

void ReadPrequal(MapReader& map, Prequal& settings) {
  map.Optional("pool_size", settings.pool_size, Number(Prequal::kPoolSize));
  map.Optional("max_age", settings.max_age, Number(Prequal::kMaxAge));
  map.Optional("max_uses", settings.max_uses, Number(Prequal::kMaxUses));
  map.Optional("rif_quantile", settings.rif_quantile, Number(Prequal::kRifQuantile));
  map.Optional("removal_rate", settings.removal_rate, Number(Prequal::kRemovalRate));
  map.Optional("failure_hold", settings.failure_hold, Number(Prequal::kFailureHold));
  map.Optional("rif_metric", settings.rif_metric, Text("metric name", CheckMetricName));
  map.Optional("latency_metric", settings.latency_metric, Text("metric name", CheckMetricName));
  ReadOobPeriod(map, settings);
}

// `true` or `false`, as an order.
struct ShuffleKey : Leaf {
  void Read(const Place& place, PickFirst::Order& order) const {
    const std::string* text = place.Text("true or false", "write true or false, without quotes");
    if (!text) return;
    if (*text != "true" && *text != "false") {
      return place.FailType("true or false", "write true or false, without quotes");
    }
    order = *text == "true" ? PickFirst::Order::kShuffled : PickFirst::Order::kAsListed;
  }
  KeyFacts Facts(const PickFirst::Order&) const {
    return {.type = "true or false", .fallback = "true"};
  }
  Written Write(const PickFirst::Order& order) const {
    return WrittenFlag(order == PickFirst::Order::kShuffled);
  }
};

void ReadPickFirst(MapReader& map, PickFirst& settings) {
  map.Optional("shuffle_address_list", settings.order, ShuffleKey());
}

void ReadHashMap(MapReader& map, HashInput& hash) {
  hash.kind = HashInput::Kind::kMetadata;
  map.Required("metadata", hash.name, Text("metadata name", CheckMetadataName));
}

// `path`, `source_address`, or `{metadata: name}`.
struct HashKey : Group<void (*)(MapReader&, HashInput&)> {
  HashKey() : Group{ReadHashMap} {}

  void Read(const Place& place, HashInput& hash) const {
    if (!place.node().IsScalar()) return Group::Read(place, hash);
    if (place.node().text == "path") {
      hash.kind = HashInput::Kind::kPath;
    } else if (place.node().text == "source_address") {
      hash.kind = HashInput::Kind::kSourceAddress;
    } else {
      place.FailType("path, source_address or a map", "write {metadata: name} to hash metadata");
    }
  }
  KeyFacts Facts(const HashInput&) const {
    return {.type = "path, source_address, or map",
            .fallback = "path",
            .words = {"path", "source_address"}};
  }
  Written Write(const HashInput& hash) const {
    switch (hash.kind) {
      case HashInput::Kind::kMetadata:
        return Group::Write(hash);
      case HashInput::Kind::kSourceAddress:
        return WrittenText("source_address");
      case HashInput::Kind::kPath:
        break;
    }
    return WrittenText("path");
  }
};

template <typename Settings>
void ReadLoadFactor(MapReader& map, Settings& settings) {
  map.Optional("max_load_factor", settings.max_load_factor, Number(Settings::kMaxLoadFactor));
}

void ReadRingHash(MapReader& map, RingHash& settings) {
  map.Optional("hash", settings.hash, HashKey());
  map.Optional("min_ring_size", settings.min_ring_size, Number(RingHash::kMinRingSize));
  map.Optional("max_ring_size", settings.max_ring_size, Number(RingHash::kMaxRingSize));
  ReadLoadFactor(map, settings);
}

void ReadMaglev(MapReader& map, Maglev& settings) {
  map.Optional("hash", settings.hash, HashKey());
  map.Optional("table_size", settings.table_size, Number(Maglev::kTableSize));
  ReadLoadFactor(map, settings);
}

void ReadPolicy(MapReader& map, Policy& policy) {
  map.Optional("round_robin", policy, Named<RoundRobin>(ReadNothing));
  map.Optional("least_request", policy, Named(ReadLeastRequest));
  map.Optional("weighted_round_robin", policy, Named(ReadWeightedRoundRobin));
  map.Optional("peak_ewma", policy, Named(ReadPeakEwma));
  map.Optional("prequal", policy, Named(ReadPrequal));
  map.Optional("random", policy, Named<RandomChoice>(ReadNothing));
  map.Optional("pick_first", policy, Named(ReadPickFirst));
  map.Optional("ring_hash", policy, Named(ReadRingHash));
  map.Optional("maglev", policy, Named(ReadMaglev));
  if (map.entries().size() != 1) {
    map.Fail({"names " + std::to_string(map.entries().size()) + " policies", "name exactly one"});
  }
}

void ReadSlowStart(MapReader& map, SlowStart& slow_start) {
  map.Optional("window", slow_start.window, Number(SlowStart::kWindow));
  map.Optional("aggression", slow_start.aggression, Number(SlowStart::kAggression));
  map.Optional("min_weight", slow_start.min_weight, Number(SlowStart::kMinWeight));
}

void ReadLocality(MapReader& map, Tiers& tiers) {
  map.Optional("zone", tiers.zone, Text("zone name", CheckZone));
  map.Optional("min_endpoints_for_zone", tiers.min_endpoints_for_zone,
               Number(Tiers::kMinEndpointsForZone));
  map.Optional("overprovisioning", tiers.overprovisioning, Number(Tiers::kOverprovisioning));
}

}  // namespace

PolicyKey::PolicyKey() : Group{ReadPolicy, "policy"} {}

void PolicyKey::Read(const Place& place, Policy& policy) const {
  if (!place.node().IsScalar()) return Group::Read(place, policy);
  const auto no_settings =
      std::make_shared<YamlNode>(YamlNode{.kind = YamlNode::Kind::kMap, .mark = place.mark()});
  const YamlNode map{.kind = YamlNode::Kind::kMap,
                     .mark = place.mark(),
                     .entries = {{place.node().text, place.mark(), no_settings}}};
  Group::Read(place.With(map), policy);
}

// Every policy can be named alone, but those that cannot do without a setting; there are none.
KeyFacts PolicyKey::Facts(const Policy& fallback) const {
  KeyFacts facts{.type = "name, or map with one name",
                 .fallback = std::string(PolicyName(fallback))};
  Catalog policies;
  Group::Nested("", fallback, policies);
  for (const KeyFacts& each : policies) {
    if (each.path.find('.') == std::string::npos) facts.words.push_back(each.path);
  }
  return facts;
}

void ReadBalancing(MapReader& map, Balancing& balancing) {
  map.Optional("panic_threshold", balancing.panic_threshold, Number(Balancing::kPanicThreshold));
  map.Optional("slow_start", balancing.slow_start, Group{ReadSlowStart});
  map.Optional("locality", balancing.tiers, Group{ReadLocality});
  map.Optional("subset_size", balancing.subset_size, Number(Balancing::kSubsetSize));
}

}  // namespace evenkeel::config
