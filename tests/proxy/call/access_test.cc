// Who may call what, through a real sidecar.
#include "lib/tls/sha256.h"
#include "tests/lib/jwt/token_forge.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AccessTest : public SidecarTest {
 protected:
  config::Listener& listener() { return config_.listeners[0].Edit(); }
  config::Authorization& rules() {
    if (!listener().authorization) listener().authorization.emplace();
    return *listener().authorization;
  }
  void AcceptToken(const std::string& name, const std::string& token) {
    if (!listener().authentication) listener().authentication.emplace();
    auto& tokens = listener().authentication->bearer_tokens;
    if (!tokens) tokens.emplace();
    tokens->tokens.push_back({name, tls::Sha256(token)});
  }
  static Fields Bearing(const std::string& token, const std::string& path = "/a.S/M") {
    return With(GrpcRequest(path), "authorization", "Bearer " + token);
  }
  static config::AccessRule Methods(const std::string& name, const std::string& pattern) {
    config::AccessRule rule;
    rule.name = name;
    rule.methods = {pattern};
    return rule;
  }
  StreamLog& CallTo(const std::string& path) { return Call(EndStream::kYes, GrpcRequest(path)); }
  /// Until they have what was applied.
  void WaitForWorkers() {
    bool taken = false;
    server_->CheckAlive([&taken] { taken = true; });
    RunUntil([&taken] { return taken; });
  }
  void ExpectServed(const std::string& path) {
    StreamLog& call = CallTo(path);
    Answer(*Arrived().log);
    EXPECT_EQ(Finished(call), "0") << path;
  }
  testing::Matcher<std::string> Denials(const std::string& rule, const std::string& mode,
                                        int count) {
    return HasSubstr("call_denied_total{listener=\"127.0.0.1:0\",rule=\"" + rule + "\",mode=\"" +
                     mode + "\"} " + std::to_string(count) + "\n");
  }
};

TEST_F(AccessTest, WhatIsDeniedReachesNoEndpointAndIsNotTriedAgain) {
  config::Route& route = listener().routes.emplace_back();
  route.cluster = "users";
  route.calls.retry.emplace().codes = {"PERMISSION_DENIED"};
  rules().deny = {Methods("no-deletes", "user.v1.UserService/DeleteUser")};
  Start(2);
  StreamLog& call = CallTo("/user.v1.UserService/DeleteUser");
  EXPECT_EQ(Finished(call), "7");
  EXPECT_THAT(MessageOf(call), Not(HasSubstr("no-deletes")));
  EXPECT_TRUE(NothingArrives());
  ExpectServed("/user.v1.UserService/GetUser");
  EXPECT_THAT(metrics_.Text(), Denials("no-deletes", "enforce", 1));
}

TEST_F(AccessTest, WhereSomeCallsAreAllowedOthersAreNot) {
  rules().allow = {Methods("readers", "*/GetUser")};
  Start(1);
  ExpectServed("/user.v1.UserService/GetUser");
  EXPECT_EQ(Finished(CallTo("/user.v1.UserService/ListUsers")), "7");
  EXPECT_THAT(metrics_.Text(), Denials("(no rule)", "enforce", 1));
}

TEST_F(AccessTest, ObservedRulesCountAndLetPass) {
  rules().allow = {Methods("nobody", "none")};
  rules().observe = true;
  Start(1);
  ExpectServed("/user.v1.UserService/GetUser");
  EXPECT_THAT(metrics_.Text(), Denials("(no rule)", "observe", 1));
}

TEST_F(AccessTest, ARouteHasItsOwnRulesOrNone) {
  rules().deny = {Methods("all", "*")};
  config::Route& open = listener().routes.emplace_back();
  open.match.service = "open.S";
  open.cluster = "users";
  open.authorization.emplace();
  config::Route& half = listener().routes.emplace_back();
  half.match.service = "half.S";
  half.cluster = "users";
  half.authorization.emplace().allow = {Methods("get", "*/Get")};
  Start(1);
  ExpectServed("/open.S/Anything");
  ExpectServed("/half.S/Get");
  EXPECT_EQ(Finished(CallTo("/half.S/Set")), "7");
  EXPECT_EQ(Finished(CallTo("/other.S/Get")), "7");
}

TEST_F(AccessTest, APathWithTwoReadingsIsRefusedBeforeRoutesAndRules) {
  config::Route& guarded = listener().routes.emplace_back();
  guarded.match.service = "user.v1.UserService";
  guarded.cluster = "users";
  guarded.authorization.emplace().deny = {Methods("all", "*")};
  Start(1);
  for (const char* each :
       {"/user.v1.UserService/DeleteUser?", "//user.v1.UserService/DeleteUser",
        "/user.v1.UserService/Delete%55ser", "/x/../user.v1.UserService/DeleteUser"}) {
    StreamLog& call = CallTo(each);
    EXPECT_EQ(Finished(call), "12") << each;
  }
  EXPECT_TRUE(NothingArrives());
}

TEST_F(AccessTest, WithoutRulesPathsGoOnAsTheyCome) {
  Start(1);
  ExpectServed("/user.v1.UserService/Delete%55ser");
}

TEST_F(AccessTest, OtherRulesCountForCallsFromNowOn) {
  Start(1);
  ExpectServed("/user.v1.UserService/GetUser");
  rules().deny = {Methods("all", "*")};
  ASSERT_TRUE(server_->Apply(config_));
  WaitForWorkers();
  EXPECT_EQ(Finished(CallTo("/user.v1.UserService/GetUser")), "7");
}

TEST_F(AccessTest, WhoBringsNoTokenOrAWrongOneReachesNoEndpoint) {
  AcceptToken("team-a", "secret-a");
  Start(1);
  StreamLog& without = CallTo("/a.S/M");
  EXPECT_EQ(Finished(without), "16");
  EXPECT_THAT(MessageOf(without), HasSubstr("no credential"));
  EXPECT_EQ(Finished(Call(EndStream::kYes, Bearing("secret-b"))), "16");
  EXPECT_EQ(Finished(Call(EndStream::kYes, With(Bearing("secret-a"), "authorization", "x"))), "16");
  EXPECT_TRUE(NothingArrives());
  for (const char* reason : {"missing", "unknown", "malformed"}) {
    EXPECT_THAT(metrics_.Text(),
                HasSubstr("call_unauthenticated_total{listener=\"127.0.0.1:0\",reason=\"" +
                          std::string(reason) + "\"} 1\n"));
  }
}

TEST_F(AccessTest, AnEndpointHearsWhoCallsAndNotByWhichToken) {
  AcceptToken("team-a", "secret-a");
  listener().authentication->bearer_tokens->name_to_metadata = "x-team";
  Start(1);
  StreamLog& call = Call(EndStream::kYes, With(Bearing("secret-a"), "x-team", "admin"));
  StreamLog& arrived = *Arrived().log;
  EXPECT_EQ(FieldOf(arrived.headers, "x-team"), "team-a");
  EXPECT_EQ(FieldOf(arrived.headers, "authorization"), "");
  Answer(arrived);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(AccessTest, RulesKnowTokensByTheirNames) {
  AcceptToken("readers", "secret-r");
  AcceptToken("writers", "secret-w");
  rules().allow = {Methods("read", "*/GetUser"), Methods("write", "*")};
  rules().allow[1].tokens = {"writers"};
  Start(1);
  StreamLog& read = Call(EndStream::kYes, Bearing("secret-r", "/u.S/GetUser"));
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(read), "0");
  EXPECT_EQ(Finished(Call(EndStream::kYes, Bearing("secret-r", "/u.S/DeleteUser"))), "7");
  StreamLog& write = Call(EndStream::kYes, Bearing("secret-w", "/u.S/DeleteUser"));
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(write), "0");
}

TEST_F(AccessTest, RoutesSeeTheRequestAsEndpointsDo) {
  AcceptToken("team-a", "secret-a");
  listener().authentication->bearer_tokens->name_to_metadata = "x-team";
  listener().cluster.clear();
  config::Route& route = listener().routes.emplace_back();
  route.match.metadata = {{"x-team", "team-a"}};
  route.cluster = "users";
  AcceptToken("team-b", "secret-b");
  Start(1);
  StreamLog& call = Call(EndStream::kYes, Bearing("secret-a"));
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
  const Fields spoofed = With(Bearing("secret-b"), "x-team", "team-a");
  EXPECT_EQ(Finished(Call(EndStream::kYes, spoofed)), "12");
}

TEST_F(AccessTest, AskingForHealthNeedsNothingUnlessItIsGuarded) {
  AcceptToken("team-a", "secret-a");
  rules().allow = {Methods("nobody", "none")};
  listener().health_service = true;
  Start(1);
  EXPECT_EQ(Finished(CallTo("/grpc.health.v1.Health/Unknown")), "12");
  listener().guard_health_service = true;
  ASSERT_TRUE(server_->Apply(config_));
  WaitForWorkers();
  EXPECT_EQ(Finished(CallTo("/grpc.health.v1.Health/Unknown")), "16");
  const Fields known = Bearing("secret-a", "/grpc.health.v1.Health/Unknown");
  EXPECT_EQ(Finished(Call(EndStream::kYes, known)), "7");
}

TEST_F(AccessTest, ATokenThatIsTakenBackIsWrongAtOnce) {
  AcceptToken("team-a", "secret-a");
  Start(1);
  StreamLog& call = Call(EndStream::kYes, Bearing("secret-a"));
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
  listener().authentication.reset();
  AcceptToken("team-a", "secret-b");
  ASSERT_TRUE(server_->Apply(config_));
  WaitForWorkers();
  EXPECT_EQ(Finished(Call(EndStream::kYes, Bearing("secret-a"))), "16");
}

TEST_F(AccessTest, AJsonWebTokenSaysWhoCallsAndWhatHeMay) {
  const jwt::TokenForge forge(tls::SignatureAlgorithm::kEs256);
  config::JwtIssuer& issuer = listener().authentication.emplace().jwt.emplace_back();
  issuer.issuer = "id";
  issuer.audiences = {"users"};
  issuer.jwks = jwt::TokenForge::SetOf({forge.Jwk()});
  issuer.claims_to_metadata = {{"sub", "x-user"}};
  rules().allow = {Methods("readers", "*")};
  rules().allow[0].claims = {{"scope", "read"}};
  Start(1);
  const auto bearing = [&](const std::string& audience, const std::string& scope) {
    return Bearing(forge.Token(R"({"iss":"id","sub":"ada","exp":9999999999,"aud":")" + audience +
                               R"(","scope":")" + scope + "\"}"));
  };
  for (int i = 0; i < 2; ++i) {  // the second time it is remembered
    StreamLog& call = Call(EndStream::kYes, With(bearing("users", "write read"), "x-user", "root"));
    ASSERT_FALSE(call.stream->closed()) << StatusOf(call) << MessageOf(call);
    StreamLog& arrived = *Arrived().log;
    EXPECT_EQ(FieldOf(arrived.headers, "x-user"), "ada");
    EXPECT_EQ(FieldOf(arrived.headers, "authorization"), "");
    Answer(arrived);
    EXPECT_EQ(Finished(call), "0");
  }
  EXPECT_EQ(Finished(Call(EndStream::kYes, bearing("users", "write"))), "7");
  EXPECT_EQ(Finished(Call(EndStream::kYes, bearing("orders", "read"))), "7");
  EXPECT_EQ(Finished(Call(EndStream::kYes, Bearing("a.b.c"))), "16");
  EXPECT_THAT(metrics_.Text(), HasSubstr("reason=\"wrong_audience\"} 1\n"));
}

TEST_F(AccessTest, TheRuleIsInTheCallsRecord) {
  struct Sink final : telemetry::CallSink {
    explicit Sink(std::string& rule) : rule(rule) {}
    void OnCallStarted(const telemetry::CallRecord&) override {}
    void OnCallEnded(const telemetry::CallRecord& record) override { rule = record.rule; }
    std::string& rule;
  };
  std::string rule;
  make_sink_ = [&rule](unsigned) { return std::make_unique<Sink>(rule); };
  rules().deny = {Methods("no-deletes", "*/DeleteUser")};
  Start(1);
  EXPECT_EQ(Finished(CallTo("/user.v1.UserService/DeleteUser")), "7");
  server_.reset();
  EXPECT_EQ(rule, "no-deletes");
}

}  // namespace
}  // namespace evenkeel::proxy
