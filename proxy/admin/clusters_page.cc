#include "proxy/admin/clusters_page.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/config_json/json.h"

namespace evenkeel::admin {
namespace {

constexpr size_t kColumns = 10;
using Row = std::array<std::string, kColumns>;

Json ToJson(const EndpointView& endpoint) {
  return {{"address", endpoint.address},
          {"state", endpoint.state},
          {"state_age_seconds", endpoint.state_age},
          {"why", endpoint.why},
          {"last_probe", endpoint.last_probe},
          {"successes", endpoint.successes},
          {"failures", endpoint.failures},
          {"failures_in_a_row", endpoint.failures_in_a_row},
          {"in_flight", endpoint.in_flight},
          {"picked", endpoint.picked},
          {"connections", endpoint.connections}};
}

Json ToJson(const ClusterView& cluster) {
  Json endpoints = Json::array();
  for (const EndpointView& each : cluster.endpoints) endpoints.push_back(ToJson(each));
  Json json = {{"name", cluster.name},
               {"policy", cluster.policy},
               {"tls", cluster.tls},
               {"endpoints", std::move(endpoints)},
               {"discovery_failure", cluster.discovery_failure}};
  for (const LimitView& each : cluster.limits) {
    json["limits"][each.name] = {{"used", each.used}, {"max", each.max}};
  }
  for (const CountView& each : cluster.calls) {
    if (each.name.empty()) {
      json["calls"][each.group] = each.value;
    } else {
      json["calls"][each.group][each.name] = each.value;
    }
  }
  return json;
}

std::string Age(double seconds) { return std::to_string(std::llround(seconds)) + " s"; }

std::vector<Row> Rows(const std::vector<ClusterView>& clusters) {
  std::vector<Row> rows = {{"CLUSTER", "POLICY", "ENDPOINT", "STATE", "IN FLIGHT", "PICKED",
                            "CONNECTIONS", "FAILED", "FOR", "WHY"}};
  for (const ClusterView& cluster : clusters) {
    for (const EndpointView& each : cluster.endpoints) {
      rows.push_back({cluster.name, cluster.policy, each.address, each.state,
                      std::to_string(each.in_flight), std::to_string(each.picked),
                      std::to_string(each.connections), std::to_string(each.failures),
                      Age(each.state_age), each.why});
    }
    if (cluster.tls == "not verified") {
      rows.push_back({cluster.name, cluster.policy, "-", "not_verified", "-", "-", "-", "-", "-",
                      "tls.verify is false: whoever answers at an endpoint's address is believed"});
    }
    if (cluster.discovery_failure.empty()) continue;
    rows.push_back({cluster.name, cluster.policy, "-", "not_found", "-", "-", "-", "-", "-",
                    cluster.discovery_failure});
  }
  return rows;
}

}  // namespace

std::string ClustersJson(const std::vector<ClusterView>& clusters) {
  Json list = Json::array();
  for (const ClusterView& each : clusters) list.push_back(ToJson(each));
  return ToText({{"clusters", std::move(list)}});
}

std::string ClustersTable(const std::vector<ClusterView>& clusters) {
  const std::vector<Row> rows = Rows(clusters);
  std::array<size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string table;
  for (const Row& row : rows) {
    for (size_t i = 0; i + 1 < kColumns; ++i) {
      table += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    table += row.back() + "\n";
  }
  return table;
}

}  // namespace evenkeel::admin
