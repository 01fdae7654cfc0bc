// grpc.health.v1.Health answered by the sidecar: what it says of what, and how such calls end.
#include "proxy/call/health_call.h"

#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using health::ServingStatus;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kServing = ServingStatus::kServing;
constexpr auto kNotServing = ServingStatus::kNotServing;
constexpr auto kUnknown = ServingStatus::kServiceUnknown;

class HealthCallTest : public SidecarTest {
 protected:
  HealthCallTest() { config_.listeners[0].Edit().health_service = true; }

  static std::string Framed(std::string_view message) {
    const auto bytes = rpc::FrameMessage(message);
    return {bytes.begin(), bytes.end()};
  }
  /// The body of an answer with these statuses.
  static std::string Said(std::initializer_list<ServingStatus> statuses) {
    std::string body;
    for (const ServingStatus each : statuses) body += Framed(health::HealthResponse(each));
    return body;
  }
  StreamLog& Ask(const std::string& method, const std::string& body, const Fields& more = {}) {
    Fields fields = GrpcRequest("/grpc.health.v1.Health/" + method);
    fields.insert(fields.end(), more.begin(), more.end());
    StreamLog& call = client_->Open(EndStream::kNo, fields);
    SendData(call, body, EndStream::kYes);
    return call;
  }
  StreamLog& AskFor(const std::string& method, const std::string& name, const Fields& more = {}) {
    std::string message;
    if (!name.empty()) message = "\x0a" + std::string(1, static_cast<char>(name.size())) + name;
    return Ask(method, Framed(message), more);
  }
  StreamLog& Watch(const std::string& name = "") { return AskFor("Watch", name); }
  void WaitUntilSaid(const StreamLog& watch, std::initializer_list<ServingStatus> statuses) {
    const std::string body = Said(statuses);
    RunUntil([&] { return watch.body == body || watch.body.size() > body.size(); });
    EXPECT_EQ(watch.body, body);
  }
  void ExpectChecked(const std::string& name, ServingStatus status, const Fields& more = {}) {
    StreamLog& call = AskFor("Check", name, more);
    EXPECT_EQ(Finished(call), "0");
    EXPECT_EQ(call.body, Said({status})) << name;
  }
  void Reload() {
    const auto applied = server_->Apply(config_);
    ASSERT_TRUE(applied) << applied.error();
  }
  config::Route& AddRoute(const std::string& service, const std::string& cluster) {
    config::Route& route = config_.listeners[0].Edit().routes.emplace_back();
    route.match.service = service;
    route.cluster = cluster;
    return route;
  }
  /// A cluster without an endpoint that works.
  void AddDeadCluster(const std::string& name) {
    config::Cluster cluster = config_.clusters[0];
    cluster.name = name;
    cluster.endpoints.clear();
    cluster.endpoints.emplace_back().address = *base::Address::Parse("127.0.0.1:1");
    config_.clusters.push_back(std::move(cluster));
  }
};

TEST_F(HealthCallTest, WithoutANameTheSidecarServesOnceItIsReady) {
  Start(1);
  WaitUntilSaid(Watch(), {kServing});
  ExpectChecked("", kServing);
  EXPECT_TRUE(NothingArrives()) << "no endpoint is asked";
}

TEST_F(HealthCallTest, BeforeItIsReadyItDoesNot) {
  AddDeadCluster("dead");
  Start(1);
  ExpectChecked("", kNotServing);
  StreamLog& watch = Watch();
  WaitUntilSaid(watch, {kNotServing});
  config_.clusters.pop_back();
  Reload();
  WaitUntilSaid(watch, {kNotServing, kServing});
}

TEST_F(HealthCallTest, AClusterServesWhileItHasAnEligibleEndpoint) {
  AddDeadCluster("dead");
  Start(1);
  ExpectChecked("users", kServing);
  ExpectChecked("dead", kNotServing);
  StreamLog& watch = Watch("users");
  WaitUntilSaid(watch, {kServing});
  endpoints_[0]->Die();
  WaitUntilSaid(watch, {kServing, kNotServing});
}

TEST_F(HealthCallTest, AServiceServesAsTheClusterDoesToWhichItsCallsGo) {
  AddDeadCluster("dead");
  AddRoute("orders.v1.Orders", "dead");
  Start(1);
  ExpectChecked("orders.v1.Orders", kNotServing);
  ExpectChecked("users.v1.Users", kServing);  // the listener's own cluster takes it
}

TEST_F(HealthCallTest, ItsRouteIsThatOfTheMetadataOfTheQuestion) {
  AddDeadCluster("dead");
  AddRoute("orders.v1.Orders", "dead").match.metadata = {{"x-env", "canary"}};
  Start(1);
  ExpectChecked("orders.v1.Orders", kServing);
  ExpectChecked("orders.v1.Orders", kNotServing, {{"x-env", "canary"}});
}

TEST_F(HealthCallTest, ASplitServesWhileOneOfItsClustersDoes) {
  AddDeadCluster("dead");
  AddRoute("orders.v1.Orders", "").traffic.split = {{"dead", 50}, {"users", 50}};
  Start(1);
  ExpectChecked("orders.v1.Orders", kServing);
}

TEST_F(HealthCallTest, WhatHasNoRouteIsNotFound) {
  config_.listeners[0].Edit().cluster.clear();
  AddRoute("users.v1.Users", "users");
  Start(1);
  ExpectChecked("users.v1.Users", kServing);
  StreamLog& call = AskFor("Check", "orders.v1.Orders");
  EXPECT_EQ(Finished(call), "5");
  EXPECT_THAT(MessageOf(call), HasSubstr("orders.v1.Orders"));
}

TEST_F(HealthCallTest, AWatchOfWhatIsUnknownHearsWhenItComes) {
  config_.listeners[0].Edit().cluster.clear();
  AddRoute("users.v1.Users", "users");
  Start(1);
  StreamLog& watch = Watch("orders.v1.Orders");
  WaitUntilSaid(watch, {kUnknown});
  AddRoute("orders.v1.Orders", "users");
  Reload();
  WaitUntilSaid(watch, {kUnknown, kServing});
}

TEST_F(HealthCallTest, ADrainTellsAndEndsWatches) {
  Start(1);
  StreamLog& sidecar = Watch();
  StreamLog& cluster = Watch("users");
  WaitUntilSaid(sidecar, {kServing});
  WaitUntilSaid(cluster, {kServing});
  bool drained = false;
  server_->Drain([&] { drained = true; });
  for (StreamLog* each : {&sidecar, &cluster}) {
    EXPECT_EQ(Finished(*each), "14");
    EXPECT_EQ(each->body, Said({kServing, kNotServing}));
  }
  RunUntil([&] { return drained; });
}

TEST_F(HealthCallTest, InADrainNothingServesAndNoWatchStays) {
  Start(1);
  StreamLog& check = client_->Open(EndStream::kNo, GrpcRequest("/grpc.health.v1.Health/Check"));
  StreamLog& watch = client_->Open(EndStream::kNo, GrpcRequest("/grpc.health.v1.Health/Watch"));
  StreamLog& open = Call();
  StreamLog& attempt = *Arrived().log;  // and so have those before it
  server_->Drain([] {});
  RunUntil([&] { return client_->goaways > 0; });
  SendData(check, Framed(""), EndStream::kYes);
  SendData(watch, Framed(""), EndStream::kYes);
  EXPECT_EQ(Finished(check), "0");
  EXPECT_EQ(check.body, Said({kNotServing}));
  EXPECT_EQ(Finished(watch), "14");
  EXPECT_EQ(watch.body, Said({kNotServing}));
  Answer(attempt);
  EXPECT_EQ(Finished(open), "0");
}

TEST_F(HealthCallTest, AnOldConnectionIsNotHeldOpenByAWatch) {
  config_.listeners[0].Edit().lifetime.max_age = std::chrono::milliseconds(50);
  Start(1);
  StreamLog& watch = Watch();
  EXPECT_EQ(Finished(watch), "14");
  EXPECT_EQ(watch.body, Said({kServing}));
  RunUntil([&] { return client_->losses > 0; });
}

TEST_F(HealthCallTest, AWatchEndsWhenTheServiceIsSwitchedOff) {
  Start(1);
  StreamLog& watch = Watch();
  WaitUntilSaid(watch, {kServing});
  config_.listeners[0].Edit().health_service = false;
  Reload();
  EXPECT_EQ(Finished(watch), "14");
  AskFor("Check", "");
  Arrived();  // at the endpoint
}

TEST_F(HealthCallTest, AWatchEndsAtItsDeadline) {
  Start(1);
  StreamLog& watch = AskFor("Watch", "", {{"grpc-timeout", "50m"}});
  EXPECT_EQ(Finished(watch), "4");
  EXPECT_EQ(watch.body, Said({kServing}));
}

TEST_F(HealthCallTest, AClientMayGiveUpItsWatch) {
  Start(1);
  StreamLog& watch = Watch("users");
  WaitUntilSaid(watch, {kServing});
  watch.Release();
  ExpectChecked("", kServing);
  endpoints_[0]->Die();  // nobody is told
  RunUntil([&] { return Ready() == 0; });
  ExpectChecked("users", kNotServing);
}

TEST_F(HealthCallTest, RequestsThatAreNoneEndWithTheStatusOfAServer) {
  Start(1);
  const std::string empty = Framed("");
  EXPECT_EQ(Finished(Ask("Check", Framed("\x0a\x05use"))), "13");
  EXPECT_EQ(Finished(Ask("Check", empty.substr(0, 3))), "13");
  EXPECT_EQ(Finished(Ask("Check", "")), "12");
  EXPECT_EQ(Finished(Ask("Check", empty + empty)), "12");
  EXPECT_EQ(Finished(Ask("Watch", std::string("\1\0\0\0\0", 5))), "12");
  EXPECT_EQ(Finished(Ask("List", empty)), "12");
  EXPECT_EQ(Finished(Ask("Check", Framed(std::string(5000, 'x')))), "8");
  ExpectChecked("", kServing);
}

TEST_F(HealthCallTest, SuchCallsAreCountedLikeAnyOther) {
  Start(1);
  ExpectChecked("", kServing);
  EXPECT_THAT(metrics_.Text(), HasSubstr("grpc_method=\"grpc.health.v1.Health/Check\""));
  EXPECT_THAT(log_text_.str(), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::proxy
