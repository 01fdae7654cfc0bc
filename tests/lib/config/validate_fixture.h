// ValidateTest: a good configuration, made without YAML, for tests that break it in one place.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/config/validate.h"

namespace evenkeel::config {

class ValidateTest : public ::testing::Test {
 protected:
  ValidateTest() {
    AddCluster("users");
    AddListener("127.0.0.1:50051").cluster = "users";
  }

  Cluster& AddCluster(const std::string& name) {
    Cluster& cluster = config_.clusters.emplace_back().Edit();
    cluster.name = name;
    cluster.endpoints.emplace_back().address = *base::Address::Parse("10.0.0.1:1");
    return cluster;
  }
  Listener& AddListener(const std::string& address) {
    Listener& listener = config_.listeners.emplace_back().Edit();
    listener.address = *base::Address::Parse(address);
    listener.cluster = "users";
    return listener;
  }
  Route& AddRoute() {
    Route& route = TheListener().routes.emplace_back();
    route.cluster = "users";
    return route;
  }
  Cluster& Users() { return config_.clusters[0].Edit(); }
  Listener& TheListener() { return config_.listeners[0].Edit(); }

  std::vector<std::string> Lines(Problem::Kind kind) const {
    std::vector<std::string> lines;
    for (const Problem& each : Validate(config_)) {
      if (each.kind != kind) continue;
      lines.push_back(each.path.ToString() + ": " + each.reason);
    }
    return lines;
  }
  std::vector<std::string> Errors() const { return Lines(Problem::Kind::kError); }
  std::vector<std::string> Warnings() const { return Lines(Problem::Kind::kWarning); }

  Config config_;
};

}  // namespace evenkeel::config
