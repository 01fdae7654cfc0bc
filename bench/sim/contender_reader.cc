#include "sim/contender_reader.h"

#include "sim/yaml_fields.h"

namespace evenkeel::sim {
namespace {

using balancer::HashInput;

void ReadSettings(Fields& fields, balancer::RoundRobin::Settings&) { (void)fields; }
void ReadSettings(Fields& fields, balancer::RandomChoice::Settings&) { (void)fields; }
void ReadSettings(Fields& fields, balancer::PickFirst::Settings&) { (void)fields; }

void ReadSettings(Fields& fields, balancer::LeastRequest::Settings& settings) {
  fields.Read("choice_count", settings.choice_count);
  fields.Read("full_scan_limit", settings.full_scan_limit);
  fields.Read("failure_hold", settings.failure_hold);
}
void ReadSettings(Fields& fields, balancer::PeakEwma::Settings& settings) {
  fields.Read("decay", settings.decay);
  fields.Read("choice_count", settings.choice_count);
  fields.Read("full_scan_limit", settings.full_scan_limit);
  fields.Read("failure_hold", settings.failure_hold);
}
void ReadSettings(Fields& fields, balancer::WeightedRoundRobin::Settings& settings) {
  fields.Read("blackout_period", settings.blackout_period);
  fields.Read("weight_expiration_period", settings.weight_expiration_period);
  fields.Read("weight_update_period", settings.weight_update_period);
  fields.Read("error_utilization_penalty", settings.error_utilization_penalty);
}
void ReadSettings(Fields& fields, balancer::Prequal::Settings& settings) {
  fields.Read("pool_size", settings.pool_size);
  fields.Read("max_age", settings.max_age);
  fields.Read("max_uses", settings.max_uses);
  fields.Read("rif_quantile", settings.rif_quantile);
  fields.Read("removal_rate", settings.removal_rate);
  fields.Read("failure_hold", settings.failure_hold);
}
// The simulator's calls carry a user's name to hash.
template <typename HashSettings>
void ReadHash(Fields& fields, HashSettings& settings) {
  settings.hash = {HashInput::Kind::kMetadata, "x-user"};
  fields.Read("max_load_factor", settings.max_load_factor);
}
void ReadSettings(Fields& fields, balancer::RingHash::Settings& settings) {
  ReadHash(fields, settings);
}
void ReadSettings(Fields& fields, balancer::Maglev::Settings& settings) {
  ReadHash(fields, settings);
}

Contender ReadContender(const YAML::Node& node) {
  const YAML::Node map = node.IsMap() ? node : YAML::Load("{name: " + node.as<std::string>() + "}");
  Fields fields(map);
  std::string name;
  fields.Read("name", name);
  Contender contender{.label = name};
  fields.Read("label", contender.label);
  contender.omniscient = name == "omniscient" || name == "omniscient_of_replicas";
  if (!contender.omniscient) {
    auto settings = balancer::DefaultPolicySettings(name);
    if (!settings) throw YAML::Exception(node.Mark(), "unknown policy \"" + name + "\"");
    std::visit([&](auto& each) { ReadSettings(fields, each); }, *settings);
    contender.policy = *settings;
  }
  fields.RefuseOthers();
  return contender;
}

}  // namespace

std::vector<Contender> ReadContenders(const YAML::Node& node) {
  const YAML::Node list = node ? node
                               : YAML::Load(
                                     "[round_robin, random, least_request, "
                                     "weighted_round_robin, peak_ewma, prequal, omniscient]");
  std::vector<Contender> contenders;
  for (const YAML::Node& each : list) contenders.push_back(ReadContender(each));
  return contenders;
}

}  // namespace evenkeel::sim
