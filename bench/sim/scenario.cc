#include "sim/scenario.h"

#include <yaml-cpp/yaml.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "sim/contender_reader.h"
#include "sim/yaml_fields.h"

namespace evenkeel::sim {
namespace {

ReplicaGroup ReadGroup(const YAML::Node& node) {
  ReplicaGroup group;
  Fields fields(node);
  fields.Read("count", group.count);
  fields.Read("speed", group.speed);
  fields.Read("concurrency", group.concurrency);
  fields.Read("queue", group.queue);
  fields.Read("up", group.up);
  fields.RefuseOthers();
  return group;
}

Work ReadWork(const YAML::Node& node) {
  Work work;
  Fields fields(node);
  std::string kind = "exponential";
  fields.Read("distribution", kind);
  fields.Read("mean", work.mean);
  fields.Read("median", work.mean);
  fields.Read("sigma", work.sigma);
  fields.RefuseOthers();
  if (kind == "exponential") {
    work.kind = Work::Kind::kExponential;
  } else if (kind == "lognormal") {
    work.kind = Work::Kind::kLognormal;
  } else if (kind == "fixed") {
    work.kind = Work::Kind::kFixed;
  } else {
    throw YAML::Exception(node.Mark(), "distribution: expected exponential, lognormal or fixed");
  }
  return work;
}

Change ReadChange(const YAML::Node& node) {
  Change change;
  Fields fields(node);
  fields.Read("at", change.at);
  fields.Read("replicas", change.replicas);
  std::string state;
  base::Duration fixed{};
  if (fields.Read("slow", change.value)) {
    change.kind = Change::Kind::kSlow;
  } else if (fields.Read("fixed", fixed)) {
    change.kind = Change::Kind::kFixed;
    change.value = static_cast<double>(fixed.count());
  } else if (fields.Read("fail", change.value)) {
    change.kind = Change::Kind::kFail;
  } else if (fields.Read("black_hole", change.value)) {
    change.kind = Change::Kind::kBlackHole;
  } else if (fields.Read("state", state)) {
    if (state != "up" && state != "down" && state != "not_serving") {
      throw YAML::Exception(node.Mark(), "state: expected up, down or not_serving");
    }
    change.kind = state == "up"     ? Change::Kind::kUp
                  : state == "down" ? Change::Kind::kDown
                                    : Change::Kind::kNotServing;
  } else {
    throw YAML::Exception(node.Mark(), "expected slow, fixed, fail, black_hole or state");
  }
  fields.RefuseOthers();
  return change;
}

// Each replica in turn: not serving, gone after `grace`, back after `down`.
void ReadRollingRestart(const YAML::Node& node, Scenario& scenario) {
  base::Duration at{};
  base::Duration each = std::chrono::seconds(4);
  base::Duration grace = std::chrono::seconds(1);
  base::Duration down = std::chrono::seconds(2);
  Fields fields(node);
  fields.Read("at", at);
  fields.Read("each", each);
  fields.Read("grace", grace);
  fields.Read("down", down);
  fields.RefuseOthers();
  for (uint32_t i = 0; i < scenario.ReplicaCount(); ++i, at += each) {
    scenario.changes.push_back({at, Change::Kind::kNotServing, 0, {i}});
    scenario.changes.push_back({at + grace, Change::Kind::kDown, 0, {i}});
    scenario.changes.push_back({at + grace + down, Change::Kind::kUp, 0, {i}});
  }
}

void ReadAntagonists(const YAML::Node& node, Antagonists& antagonists) {
  Fields fields(node);
  fields.Read("share", antagonists.share);
  fields.Read("slow", antagonists.slow);
  fields.Read("on", antagonists.on);
  fields.Read("off", antagonists.off);
  fields.RefuseOthers();
}

void ReadStreams(const YAML::Node& node, Streams& streams) {
  Fields fields(node);
  fields.Read("count", streams.count);
  fields.Read("at", streams.at);
  fields.Read("duration", streams.duration);
  fields.Read("cost", streams.cost);
  fields.RefuseOthers();
}

void ReadCluster(const YAML::Node& node, balancer::EndpointSetSettings& cluster) {
  Fields fields(node);
  fields.Read("slow_start", cluster.slow_start.window);
  fields.Read("subset_size", cluster.subset_size);
  fields.Read("panic_threshold", cluster.panic_threshold);
  fields.RefuseOthers();
}

void ReadTraffic(Fields& fields, Scenario& scenario) {
  fields.Read("sidecars", scenario.sidecars);
  fields.Read("workers", scenario.workers);
  fields.Read("rate", scenario.rate);
  fields.Read("burst", scenario.burst);
  fields.Read("duration", scenario.duration);
  fields.Read("warm_up", scenario.warm_up);
  fields.Read("timeout", scenario.timeout);
  fields.Read("threshold", scenario.threshold);
  fields.Read("network", scenario.network);
  fields.Read("in_band", scenario.in_band);
  fields.Read("out_of_band", scenario.out_of_band);
  fields.Read("watch", scenario.watch);
}

void CheckReplicas(const YAML::Node& root, const Scenario& scenario) {
  const auto check = [&](const std::vector<uint32_t>& replicas) {
    for (const uint32_t each : replicas) {
      if (each < scenario.ReplicaCount()) continue;
      throw YAML::Exception(root.Mark(), "there is no replica " + std::to_string(each));
    }
  };
  for (const Change& each : scenario.changes) check(each.replicas);
  check(scenario.watch);
}

Scenario Read(const YAML::Node& root, const std::string& name) {
  Scenario scenario;
  scenario.name = name;
  Fields fields(root);
  fields.Read("about", scenario.about);
  ReadTraffic(fields, scenario);
  if (const auto node = fields.Take("work")) scenario.work = ReadWork(node);
  for (const YAML::Node& each : fields.Take("replicas")) {
    scenario.replicas.push_back(ReadGroup(each));
  }
  if (scenario.replicas.empty()) throw YAML::Exception(root.Mark(), "replicas: at least one group");
  for (const YAML::Node& each : fields.Take("changes")) {
    scenario.changes.push_back(ReadChange(each));
  }
  if (const auto node = fields.Take("rolling_restart")) ReadRollingRestart(node, scenario);
  if (const auto node = fields.Take("antagonists")) ReadAntagonists(node, scenario.antagonists);
  if (const auto node = fields.Take("streams")) ReadStreams(node, scenario.streams);
  if (const auto node = fields.Take("cluster")) ReadCluster(node, scenario.cluster);
  double load = 0;
  if (fields.Read("load", load)) scenario.rate = load * scenario.Capacity();
  if (!(scenario.rate > 0)) throw YAML::Exception(root.Mark(), "load or rate: expected above 0");
  scenario.contenders = ReadContenders(fields.Take("policies"));
  fields.RefuseOthers();
  CheckReplicas(root, scenario);
  return scenario;
}

}  // namespace

uint32_t Scenario::ReplicaCount() const {
  uint32_t count = 0;
  for (const ReplicaGroup& each : replicas) count += each.count;
  return count;
}

double Scenario::Capacity() const {
  double slots = 0;
  for (const ReplicaGroup& each : replicas) {
    if (each.up) slots += each.count * each.speed * each.concurrency;
  }
  return slots * 1e9 / static_cast<double>(MeanWork());
}

int64_t Scenario::MeanWork() const {
  const bool is_median = work.kind == Work::Kind::kLognormal;
  const double spread = is_median ? std::exp(work.sigma * work.sigma / 2) : 1;
  return static_cast<int64_t>(static_cast<double>(work.mean.count()) * spread);
}

base::Result<Scenario, std::string> ParseScenario(const std::string& yaml,
                                                  const std::string& name) {
  try {
    return Read(YAML::Load(yaml), name);
  } catch (const YAML::Exception& error) {
    const int line = error.mark.is_null() ? 0 : error.mark.line + 1;
    return base::Error(name + ":" + std::to_string(line) + ": " + error.msg);
  }
}

base::Result<Scenario, std::string> LoadScenario(const std::string& path) {
  std::ifstream file(path);
  if (!file) return base::Error(path + ": cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  auto scenario = ParseScenario(text.str(), path);
  if (scenario) {
    const size_t slash = path.rfind('/');
    const size_t start = slash == std::string::npos ? 0 : slash + 1;
    scenario->name = path.substr(start, path.rfind('.') - start);
  }
  return scenario;
}

}  // namespace evenkeel::sim
