#include "proxy/admin/clusters_page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace evenkeel::admin {
namespace {

const std::vector<ClusterView> kClusters = {
    {"users",
     "least_request",
     {{"127.0.0.1:50051", "ready", 3, 1000, 2, 61.5, "connected", "serving 1 s ago", 990, 7, 1},
      {"127.0.0.1:50052", "not_connected", 0, 17, 0, 2, "refused"}},
     {},
     "",
     "verified"},
    {"empty", "round_robin", {}},
};

TEST(ClustersPageTest, ShowsEveryFactAsJson) {
  const auto json = nlohmann::json::parse(ClustersJson(kClusters));
  const auto expected = nlohmann::json::parse(R"({"clusters": [
    {"name": "users", "policy": "least_request", "tls": "verified", "endpoints": [
      {"address": "127.0.0.1:50051", "state": "ready",
       "state_age_seconds": 61.5, "why": "connected",
       "last_probe": "serving 1 s ago", "successes": 990, "failures": 7, "failures_in_a_row": 1,
       "in_flight": 3, "picked": 1000, "connections": 2},
      {"address": "127.0.0.1:50052", "state": "not_connected",
       "state_age_seconds": 2.0, "why": "refused",
       "last_probe": "", "successes": 0, "failures": 0, "failures_in_a_row": 0,
       "in_flight": 0, "picked": 17, "connections": 0}],
     "discovery_failure": ""},
    {"name": "empty", "policy": "round_robin", "tls": "off", "endpoints": [], "discovery_failure": ""}]})");
  EXPECT_EQ(json, expected);
}

TEST(ClustersPageTest, ShowsWhatBecameOfCalls) {
  const std::vector<ClusterView> clusters = {
      {"users",
       "random",
       {},
       {{"retries", "ABORTED", 2}, {"retries", "UNKNOWN", 3}, {"hedges", "", 4}}}};
  const auto json = nlohmann::json::parse(ClustersJson(clusters));
  EXPECT_EQ(json["clusters"][0]["calls"],
            nlohmann::json::parse(R"({"retries": {"ABORTED": 2, "UNKNOWN": 3}, "hedges": 4})"));
}

TEST(ClustersPageTest, SaysWhyThereAreNoEndpoints) {
  const std::vector<ClusterView> clusters = {
      {"users", "random", {}, {}, "dns:///users:1: silence"}};
  const auto json = nlohmann::json::parse(ClustersJson(clusters));
  EXPECT_EQ(json["clusters"][0]["discovery_failure"], "dns:///users:1: silence");
  const std::string table = ClustersTable(clusters);
  EXPECT_NE(table.find("not_found"), std::string::npos) << table;
  EXPECT_NE(table.find("dns:///users:1: silence\n"), std::string::npos) << table;
}

TEST(ClustersPageTest, RemindsOfEndpointsThatNobodyVerifies) {
  const std::string table = ClustersTable({{"users", "random", {}, {}, "", "not verified"}});
  EXPECT_NE(table.find("not_verified"), std::string::npos) << table;
}

TEST(ClustersPageTest, IsAnEmptyListWithoutClusters) {
  EXPECT_EQ(nlohmann::json::parse(ClustersJson({})), nlohmann::json::parse(R"({"clusters": []})"));
}

TEST(ClustersPageTest, StaysJsonWhenANameIsNoUtf8) {
  EXPECT_TRUE(nlohmann::json::accept(ClustersJson({{"\xff", "\"\n", {}}})));
}

TEST(ClustersPageTest, AlignsTheTable) {
  EXPECT_EQ(
      ClustersTable(kClusters),
      "CLUSTER  POLICY         ENDPOINT         STATE          IN FLIGHT  PICKED  CONNECTIONS  "
      "FAILED  FOR   WHY\n"
      "users    least_request  127.0.0.1:50051  ready          3          1000    2            "
      "7       62 s  connected\n"
      "users    least_request  127.0.0.1:50052  not_connected  0          17      0            "
      "0       2 s   refused\n");
}

}  // namespace
}  // namespace evenkeel::admin
