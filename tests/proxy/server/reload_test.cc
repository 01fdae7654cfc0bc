// A running sidecar under other configurations: what stays, what goes, what calls notice of it.
#include <gmock/gmock.h>

#include "proxy/discovery/static_endpoints.h"
#include "tests/lib/telemetry/scrape.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ReloadTest : public SidecarTest {
 protected:
  /// Applies what the test has made of the configuration.
  void Reload() {
    const auto applied = server_->Apply(config_);
    ASSERT_TRUE(applied) << applied.error();
  }
  std::vector<config::Endpoint>& Endpoints() { return config_.clusters[0].Edit().endpoints; }
  void Remove(size_t endpoint) {
    const std::string name = endpoints_[endpoint]->name();
    std::erase_if(Endpoints(), [&](const auto& each) { return each.address.ToString() == name; });
  }
  /// Another cluster, whose one endpoint the test plays, and its number.
  size_t AddCluster(const std::string& name) {
    AddEndpoint();
    config::Cluster cluster = config_.clusters[0];
    cluster.name = name;
    cluster.endpoints = {Endpoints().back()};
    Endpoints().pop_back();
    config_.clusters.push_back(std::move(cluster));
    return endpoints_.size() - 1;
  }
  size_t Connections(size_t endpoint) const { return endpoints_[endpoint]->connections.size(); }
  size_t Open(size_t endpoint) const {
    return static_cast<size_t>(std::ranges::count_if(
        endpoints_[endpoint]->connections, [](const auto& each) { return each->losses == 0; }));
  }
  /// Calls until one reaches `endpoint`.
  Arrival ArrivedAt(size_t endpoint) {
    for (int i = 0; i < 100; ++i) {
      Call();
      const Arrival arrival = Arrived();
      if (arrival.endpoint == endpoint) return arrival;
      Answer(*arrival.log);
    }
    ADD_FAILURE() << "no call got to endpoint " << endpoint;
    return {};
  }
};

TEST_F(ReloadTest, AnEndpointThatStaysKeepsItsConnection) {
  Start(2);
  AddEndpoint();
  Reload();
  RunUntil([&] { return Ready() == 3; });
  EXPECT_EQ(Connections(0), 1U);
  EXPECT_EQ(Connections(1), 1U);
}

TEST_F(ReloadTest, AnEndpointThatIsAddedGetsCalls) {
  Start(1);
  AddEndpoint();
  Reload();
  RunUntil([&] { return Ready() == 2; });
  ArrivedAt(1);
}

TEST_F(ReloadTest, AnEndpointThatIsRemovedFinishesItsCallsAndThenLosesItsConnection) {
  Start(2);
  config_.clusters[0].Edit().policy = config::RoundRobin{};
  StreamLog& call = Call();
  const Arrival arrival = Arrived();
  Remove(arrival.endpoint);
  Reload();
  for (int i = 0; i < 4; ++i) {
    StreamLog& other = Call();
    const Arrival elsewhere = Arrived();
    EXPECT_NE(elsewhere.endpoint, arrival.endpoint);
    Answer(*elsewhere.log);
    EXPECT_EQ(Finished(other), "0");
  }
  EXPECT_EQ(Open(arrival.endpoint), 1U);
  Answer(*arrival.log);
  EXPECT_EQ(Finished(call), "0");
  RunUntil([&] { return Open(arrival.endpoint) == 0; });
}

TEST_F(ReloadTest, AnEndpointThatIsRemovedAndIdleLosesItsConnectionAtOnce) {
  Start(2);
  Remove(1);
  Reload();
  RunUntil([&] { return Open(1) == 0; });
  EXPECT_EQ(Open(0), 1U);
}

TEST_F(ReloadTest, AnotherWeightIsNoReasonToReconnect) {
  Start(2);
  config_.clusters[0].Edit().policy = config::RoundRobin{};
  Endpoints()[0].weight = 5;
  Reload();
  ArrivedAt(0);
  EXPECT_EQ(Connections(0), 1U);
  EXPECT_EQ(Connections(1), 1U);
}

TEST_F(ReloadTest, AnotherPolicyIsNoReasonToReconnectAndCountsStay) {
  Start(2);
  Call();
  Arrived();
  config_.clusters[0].Edit().policy = config::RingHash{};
  Reload();
  EXPECT_EQ(InFlight(), 1);
  EXPECT_EQ(server_->Clusters()[0].policy, "ring_hash");
  Call();
  Arrived();
  EXPECT_EQ(Connections(0) + Connections(1), 2U);
}

TEST_F(ReloadTest, ACallWithRetriesEndsByTheBudgetItBeganWith) {
  config::Route& route = config_.listeners[0].Edit().routes.emplace_back();
  route.cluster = "users";
  route.calls.retry.emplace();
  config_.clusters[0].Edit().retry_throttling.emplace();
  Start(2);
  StreamLog& call = Call();
  const Arrival first = Arrived();
  for (uint32_t i = 0; i < 20; ++i) {
    config_.clusters[0].Edit().retry_throttling->max_tokens = 3 + i % 2;
    Reload();
  }
  Settle();
  Answer(*first.log, "14");
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(ReloadTest, OtherWindowsReplaceConnectionsOnlyWhenTheNewOnesWork) {
  Start(1);
  StreamLog& call = Call();
  const Arrival arrival = Arrived();
  config_.clusters[0].Edit().http2.stream_window = 32 * 1024;
  Reload();
  RunUntil([&] { return Connections(0) == 2; });
  EXPECT_EQ(Ready(), 1U);
  Answer(*arrival.log);
  EXPECT_EQ(Finished(call), "0");
  RunUntil([&] { return Open(0) == 1; });
  StreamLog& next = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(next), "0");
}

TEST_F(ReloadTest, CallsGoToAClusterThatIsAdded) {
  Start(1);
  const size_t other = AddCluster("orders");
  config_.listeners[0].Edit().cluster = "orders";
  Reload();
  StreamLog& call = Call();
  const Arrival arrival = Arrived();
  EXPECT_EQ(arrival.endpoint, other);
  Answer(*arrival.log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(ReloadTest, ACallOfAClusterThatIsRemovedEndsWhereItIs) {
  Start(1);
  StreamLog& call = Call();
  const Arrival arrival = Arrived();
  AddCluster("orders");
  config_.listeners[0].Edit().cluster = "orders";
  config_.clusters.erase(config_.clusters.begin());
  Reload();
  EXPECT_THAT(server_->Clusters(), SizeIs(1));
  Call();
  Answer(*Arrived().log);
  Answer(*arrival.log);
  EXPECT_EQ(Finished(call), "0");
  RunUntil([&] { return Open(0) == 0; });
}

TEST_F(ReloadTest, ACallThatWaitsInAClusterThatIsRemovedEndsUnavailable) {
  AddEndpoint();
  endpoints_[0]->HangAfterAccept();
  Launch();
  client_ = Connect();
  StreamLog& call = Call();
  EXPECT_TRUE(NothingArrives());
  AddCluster("orders");
  config_.listeners[0].Edit().cluster = "orders";
  config_.clusters.erase(config_.clusters.begin());
  Reload();
  EXPECT_EQ(Finished(call), "14");
  EXPECT_THAT(MessageOf(call), HasSubstr("removed"));
}

TEST_F(ReloadTest, ACallThatWaitsForReadinessInAClusterThatIsRemovedEndsUnavailable) {
  config::Route& route = config_.listeners[0].Edit().routes.emplace_back();
  route.cluster = "users";
  route.calls.wait_for_ready = true;
  AddEndpoint().StopListening();
  Launch();
  client_ = Connect();
  StreamLog& call = Call();
  const auto calls = [&] {
    return telemetry::Scrape(metrics_.Text()).Sum("evenkeel_server_call_started_total");
  };
  RunUntil([&] { return calls() == 1; });
  EXPECT_TRUE(NothingArrives());
  EXPECT_FALSE(call.stream->closed()) << "it waits for an endpoint that ever comes";
  AddCluster("orders");
  config_.listeners[0].Edit().routes[0].cluster = config_.listeners[0].Edit().cluster = "orders";
  config_.clusters.erase(config_.clusters.begin());
  Reload();
  EXPECT_EQ(Finished(call), "14");
  EXPECT_THAT(MessageOf(call), HasSubstr("removed"));
}

TEST_F(ReloadTest, TheSocketOfAListenerThatStaysStaysOpen) {
  Start(1);
  const auto before = server_->listening_on();
  config_.listeners[0].Edit().http2.max_concurrent_streams = 7;
  config_.listeners.push_back(config_.listeners[0]);
  Reload();
  EXPECT_THAT(server_->listening_on(), SizeIs(2));
  EXPECT_EQ(server_->listening_on()[0], before[0]);
  StreamLog& call = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(ReloadTest, ConnectionsOfAListenerThatIsRemovedAreDrained) {
  config_.listeners.push_back(config_.listeners[0]);
  Start(1);
  StreamLog& call = Call();
  const Arrival arrival = Arrived();
  config_.listeners.erase(config_.listeners.begin());
  Reload();
  // The two are alike but for the port, which is any: the first of the file is the one that stays.
  EXPECT_THAT(server_->listening_on(), SizeIs(1));
  Answer(*arrival.log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(ReloadTest, WhatCannotBeAppliedChangesNothing) {
  Start(1);
  Endpoints().emplace_back().address = *base::Address::Parse("name.invalid:1");
  const auto applied = server_->Apply(config_);
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error(), HasSubstr("name.invalid"));
  EXPECT_THAT(server_->Clusters()[0].endpoints, SizeIs(1));
  StreamLog& call = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(ReloadTest, DiscoveryReplacesTheEndpointsOfOneCluster) {
  Start(2);
  Remove(0);
  AddEndpoint();
  const auto unknown = [](const std::string&) { return nullptr; };
  server_->SetEndpoints("users", *discovery::ResolveEndpoints(config_.clusters[0], unknown));
  RunUntil([&] { return Ready() == 2 && Open(0) == 0; });
  EXPECT_EQ(Connections(1), 1U);
  EXPECT_EQ(Connections(2), 1U);
}

TEST_F(ReloadTest, MoreEndpointsThanOneTurnAddsAllGetConnections) {
  Start(1);
  while (endpoints_.size() < 40) AddEndpoint();
  Reload();
  RunUntil([&] { return Ready() == 40; });
}

}  // namespace
}  // namespace evenkeel::proxy
