// A running sidecar under other configurations: what stays, what goes, what calls notice of it.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/lib/net/dns_server.h"
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

TEST_F(ReloadTest, AnEndpointThatIsRemovedIsListedAsDrainingWhileItHasACall) {
  Start(2);
  Call();
  const Arrival arrival = Arrived();
  Remove(arrival.endpoint);
  Reload();
  const auto listed = [this] { return server_->Clusters()[0].endpoints; };
  ASSERT_THAT(listed(), SizeIs(2));
  EXPECT_EQ(listed()[1].address, endpoints_[arrival.endpoint]->name());
  EXPECT_EQ(listed()[1].health.state, "draining");
  EXPECT_EQ(listed()[1].in_flight, 1);
  Answer(*arrival.log);
  RunUntil([&] { return listed().size() == 1; });
}

TEST_F(ReloadTest, AnEndpointThatComesBackWhileItDrainsIsListedTwiceUntilItsCallEnds) {
  Start(2);
  Call();
  const Arrival arrival = Arrived();
  const std::vector<config::Endpoint> all = Endpoints();
  Remove(arrival.endpoint);
  Reload();
  Endpoints() = all;
  Reload();
  EXPECT_THAT(server_->Clusters()[0].endpoints, SizeIs(3));
  Answer(*arrival.log);
  RunUntil([&] { return server_->Clusters()[0].endpoints.size() == 2; });
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
    return telemetry::Scrape(metrics_.Text()).Sum("evenkeel_server_call_in_flight");
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

TEST_F(ReloadTest, AListenerThatIsOnlySpelledOtherwiseStays) {
  Start(1);
  const auto before = server_->listening_on();
  config_.listeners[0].Edit().address = *base::Address::Parse(before[0]);  // it was port 0
  Reload();
  EXPECT_EQ(server_->listening_on(), before);
  EXPECT_EQ(sockets_.open()[0].name, before[0]) << "a successor finds it by that";
  StreamLog& call = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0") << "on the connection of before";
}

TEST_F(ReloadTest, AListenerIsWidenedAndNarrowed) {
  Start(1);
  const std::string at = server_->listening_on()[0];
  const std::string port = at.substr(at.rfind(':'));
  for (const std::string host : {"0.0.0.0", "127.0.0.1", "0.0.0.0"}) {
    config_.listeners[0].Edit().address = *base::Address::Parse(host + port);
    Reload();
    ASSERT_EQ(server_->listening_on()[0], host + port);
    client_ = std::make_unique<rpc::ConnectionPeer>(loop_, http2::Role::kClient);
    client_->connection().Connect(net::SocketAddress::From(*base::Address::Parse(at)));
    StreamLog& call = Call();
    Answer(*Arrived().log);
    EXPECT_EQ(Finished(call), "0");
  }
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
  Endpoints().pop_back();
  config_.listeners.push_back(config_.listeners[0]);
  config_.listeners[1].Edit().address = *base::Address::Parse("192.0.2.1:1");  // not of this host
  const auto applied = server_->Apply(config_);
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error(), HasSubstr("192.0.2.1:1"));
  EXPECT_THAT(server_->Clusters()[0].endpoints, SizeIs(1));
  StreamLog& call = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(ReloadTest, ANameThatIsNotFoundCostsItsEndpointOnly) {
  Start(1);
  net::DnsServer dns(loop_);
  config_.clusters[0].Edit().dns.resolvers = {*base::Address::Parse(dns.address().ToString())};
  Endpoints().emplace_back().address = *base::Address::Parse("gone.test:1");
  Reload();
  StreamLog& call = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
  RunUntil([&] { return !server_->Notes().empty(); });
  EXPECT_THAT(server_->Notes()[0], HasSubstr("cluster users: gone.test:1"));
  EXPECT_THAT(server_->Clusters()[0].trouble, HasSubstr("gone.test"));
  EXPECT_THAT(server_->NotReadyReasons(), IsEmpty());
  EXPECT_EQ(Connections(0), 1U) << "the other stays connected";
}

TEST_F(ReloadTest, AClusterOfNamesThatAreNotFoundWaitsAndTheRestServes) {
  Start(1);
  net::DnsServer dns(loop_);
  config::Cluster cluster = config_.clusters[0];
  cluster.name = "orders";
  cluster.dns.resolvers = {*base::Address::Parse(dns.address().ToString())};
  cluster.dns.min_ttl = std::chrono::milliseconds(20);
  cluster.endpoints[0].address =
      *base::Address::Parse("late.test:" + std::to_string(Endpoints()[0].address.port()));
  config_.clusters.push_back(cluster);
  Reload();
  EXPECT_THAT(server_->NotReadyReasons(), IsEmpty()) << "a new cluster of a process that serves";
  StreamLog& call = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
  RunUntil([&] { return !server_->Clusters()[1].trouble.empty(); });
  dns.SetAddresses("late.test", {"127.0.0.1"}, 1);
  RunUntil([&] { return Connections(0) == 2U; });
  EXPECT_EQ(server_->Clusters()[1].trouble, "");
}

TEST_F(ReloadTest, DiscoveryReplacesTheEndpointsOfOneCluster) {
  AddEndpoint();
  AddEndpoint();
  const std::string path = ::testing::TempDir() + "reload_test-endpoints.yaml";
  const auto write = [&path](const auto&... names) {
    std::string text = "endpoints:\n";
    ((text += "- \"" + names + "\"\n"), ...);
    std::ofstream(path + ".new") << text;
    std::filesystem::rename(path + ".new", path);
  };
  write(endpoints_[0]->name(), endpoints_[1]->name());
  Endpoints().clear();
  config_.clusters[0].Edit().origin = config::EndpointsFile{path};
  Launch();
  RunUntil([&] { return Ready() == 2; });
  endpoints_.push_back(std::make_unique<pool::TestEndpoint>(loop_));
  write(endpoints_[1]->name(), endpoints_[2]->name());
  RunUntil([&] { return Ready() == 2 && Connections(2) == 1 && Open(0) == 0; });
  EXPECT_EQ(Connections(1), 1U);
  std::filesystem::remove(path);
}

TEST_F(ReloadTest, ARateLimitKeepsItsFill) {
  config::Route& route = config_.listeners[0].Edit().routes.emplace_back();
  route.cluster = "users";
  route.traffic.rate_limit =
      config::RateLimit{.calls = 1, .per = std::chrono::hours(1), .burst = {}, .key = {}};
  Start(1);
  StreamLog& first = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(first), "0");
  config_.listeners[0].Edit().routes[0].calls.timeout = std::chrono::seconds(9);
  Reload();
  EXPECT_EQ(Finished(Call()), "8") << "the limit is used up";
}

TEST_F(ReloadTest, MoreEndpointsThanOneTurnAddsAllGetConnections) {
  Start(1);
  while (endpoints_.size() < 40) AddEndpoint();
  Reload();
  RunUntil([&] { return Ready() == 40; });
}

}  // namespace
}  // namespace evenkeel::proxy
