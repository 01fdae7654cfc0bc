// The sidecar as a whole, as main sees it: start, readiness, drain. Calls are in tests/proxy/call,
// other configurations in reload_test.cc.
#include "proxy/server/server.h"

#include <gmock/gmock.h>

#include "tests/lib/net/dns_server.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ServerTest : public SidecarTest {
 protected:
  config::Cluster& Users() { return config_.clusters[0].Edit(); }
  base::Result<std::unique_ptr<Server>, std::string> TryToStart() {
    return Server::Start(loop_, config_, {.workers = 1, .drain_timeout = 5s, .seed = 1}, sockets_,
                         metrics_, log_);
  }
};

TEST_F(ServerTest, SaysWhereItListens) {
  Start(1);
  ASSERT_THAT(server_->listening_on(), SizeIs(1));
  EXPECT_THAT(server_->listening_on()[0], HasSubstr("127.0.0.1:"));
}

TEST_F(ServerTest, AnAddressThatCannotBeHadIsAnErrorInWords) {
  AddEndpoint();
  config_.listeners[0].Edit().address = *base::Address::Parse("192.0.2.1:1");
  const auto started = TryToStart();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error(), HasSubstr("192.0.2.1:1"));
}

TEST_F(ServerTest, IsReadyOnceEachClusterHasAnEndpoint) {
  AddEndpoint();
  Launch();
  ASSERT_THAT(server_->NotReadyReasons(), SizeIs(1));
  EXPECT_THAT(server_->NotReadyReasons()[0], HasSubstr("cluster users"));
  RunUntil([&] { return server_->NotReadyReasons().empty(); });
}

TEST_F(ServerTest, TellsOfReadinessWhenItBeginsAndEnds) {
  AddEndpoint();
  Launch();
  std::vector<std::vector<std::string>> told;
  server_->WatchReadiness([&](const std::vector<std::string>& reasons) {
    EXPECT_EQ(reasons, server_->NotReadyReasons());
    told.push_back(reasons);
  });
  EXPECT_THAT(told, ElementsAre(SizeIs(1)));
  RunUntil([&] { return told.size() > 1; });
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_THAT(told[1], IsEmpty());
  endpoints_[0]->Die();
  RunUntil([&] { return told.size() > 2; });
  ASSERT_THAT(told, SizeIs(3));
  EXPECT_THAT(told[2], ElementsAre(HasSubstr("not connected")));
  server_->Drain([] {});
  Settle();
  EXPECT_THAT(told, SizeIs(3)) << "a drain is told otherwise";
}

TEST_F(ServerTest, ASuccessorNeedsAnEndpointWhereAnotherProcessHasOne) {
  AddEndpoint().StopListening();
  Users().health_check.emplace().type = config::HealthCheck::Type::kTcp;
  Users().health_check->startup_grace = 0ms;
  Launch();
  EXPECT_THAT(server_->NotReadyReasons(), IsEmpty());
  EXPECT_THAT(server_->Serving(), IsEmpty());
  EXPECT_THAT(server_->NotReadyReasons({"gone"}), IsEmpty()) << "it has no such cluster";
  EXPECT_THAT(server_->NotReadyReasons({"gone", "users"}),
              ElementsAre(HasSubstr("cluster users has no endpoint")));
  endpoints_[0]->ListenAgain();
  RunUntil([&] { return server_->NotReadyReasons({"users"}).empty(); });
  EXPECT_THAT(server_->Serving(), ElementsAre("users"));
}

// One meaning of startup_grace, wherever the endpoints come from.
class StartupGraceTest : public ServerTest {
 protected:
  /// Not ready at first, and then, without an endpoint, all the same.
  void ExpectGrace(const std::string& reason) {
    Users().health_check.emplace().startup_grace = 300ms;
    Users().dns.resolvers = {*base::Address::Parse(dns_.address().ToString())};
    Launch();
    ASSERT_THAT(server_->NotReadyReasons(), ElementsAre(HasSubstr(reason)));
    RunUntil([&] { return server_->NotReadyReasons().empty(); });
    EXPECT_EQ(Ready(), 0U);
  }

  net::DnsServer dns_{loop_};
};

TEST_F(StartupGraceTest, OfAListThatRefuses) {
  AddEndpoint().StopListening();
  ExpectGrace("1 endpoint");
}

TEST_F(StartupGraceTest, OfAListWithANameThatIsNotFound) {
  Users().endpoints.emplace_back().address = *base::Address::Parse("gone.test:1");
  ExpectGrace("gone.test:1 has not answered yet");
  RunUntil([&] { return !server_->Notes().empty(); });
  EXPECT_THAT(server_->Notes(), ElementsAre(HasSubstr("gone.test")));
}

TEST_F(StartupGraceTest, OfDns) {
  Users().origin = config::DnsName{config::DnsName::Records::kAddresses, "gone.test.", 1};
  ExpectGrace("dns:///gone.test.:1 has not answered yet");
}

TEST_F(StartupGraceTest, OfAFile) {
  Users().origin = config::EndpointsFile{"/nowhere/endpoints.yaml"};
  ExpectGrace("file /nowhere/endpoints.yaml has not answered yet");
}

TEST_F(ServerTest, ExplainsWhereACallWouldGo) {
  Start(1);
  const auto why =
      server_->Explain("users", {.path = "/a.B/C", .now = loop_.Now(), .hash_key = ""});
  ASSERT_TRUE(why);
  ASSERT_NE(why->picked, nullptr);
  EXPECT_EQ(why->picked->address(), endpoints_[0]->name());
  EXPECT_FALSE(server_->Explain("nobody", {.path = "", .now = loop_.Now(), .hash_key = ""}));
}

TEST_F(ServerTest, IsAliveWhenEveryWorkerHasTurned) {
  Start(1);
  int alive = 0;
  server_->CheckAlive([&] { ++alive; });
  server_->CheckAlive([&] { alive += 100; });
  RunUntil([&] { return alive > 0; });
  EXPECT_EQ(alive, 1) << "asked again before it answers has no effect";
}

TEST_F(ServerTest, DrainsUntilTheLastCallHasEnded) {
  Start(1);
  StreamLog& call = Call();
  const Arrival arrival = Arrived();
  bool drained = false;
  server_->Drain([&] { drained = true; });
  EXPECT_THAT(server_->NotReadyReasons(), ElementsAre("draining"));
  EXPECT_FALSE(server_->Apply(config_)) << "nothing is changed any more";
  Settle();
  EXPECT_FALSE(drained);
  Answer(*arrival.log);
  EXPECT_EQ(Finished(call), "0");
  client_.reset();
  RunUntil([&] { return drained; });
}

}  // namespace
}  // namespace evenkeel::proxy
