#include "proxy/program/explain_command.h"

#include <gmock/gmock.h>

#include "tests/proxy/program/command_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::HasSubstr;

class ExplainCommandTest : public CommandTest {
 protected:
  ExplainCommandTest() {
    Write("tokens", "team-a: " + std::string(64, 'a') + "\nteam-b: " + std::string(64, 'b') + "\n");
    file_ = Write("evenkeel.yaml", R"(
listeners:
  - address: "127.0.0.1:7001"
    cluster: users
    health_service: true
    routes:
      - {match: {service: open.S}, cluster: users, authorization: off}
      - {match: {service: split.S}, split: {users: 90, canary: 10}}
      - {match: {metadata: {x-team: team-b}}, cluster: canary}
    authentication:
      bearer_tokens: {file: tokens, name_to_metadata: x-team}
      required: false
    authorization:
      deny: [{name: no-deletes, methods: ["*/DeleteUser"], metadata: {x-env: prod}}]
      allow:
        - {name: readers, methods: ["*/GetUser"], addresses: ["10.0.0.0/8"]}
        - {name: admins, tokens: ["team-*"]}
        - {name: web, identities: [web]}
  - {address: "127.0.0.1:7002", cluster: users, authentication: {bearer_tokens: {file: tokens}}}
clusters:
  users: {endpoints: ["127.0.0.1:1"]}
  canary: {endpoints: ["127.0.0.1:2"]}
)");
  }

  Printed Explain(ExplainCommand command) {
    command.config_file = file_;
    if (command.listener.empty()) command.listener = "127.0.0.1:7001";
    return Run([&] { return ShowExplanation(command); });
  }

  std::string file_;
};

TEST_F(ExplainCommandTest, SaysWhichRulesACallFitsAndWhereItGoes) {
  const Printed printed = Explain({.path = "/user.S/GetUser", .address = "10.1.2.3"});
  EXPECT_EQ(printed.code, 0) << printed.err;
  EXPECT_EQ(printed.out,
            "listener  127.0.0.1:7001\n"
            "route     cluster\n"
            "deny      no-deletes: does not fit methods\n"
            "allow     readers: fits\n"
            "allow     admins: does not fit tokens\n"
            "allow     web: does not fit identities\n"
            "cluster   users\n");
}

TEST_F(ExplainCommandTest, SaysWhichRuleRefusesIt) {
  const Printed denied =
      Explain({.path = "/user.S/DeleteUser", .metadata = {"x-env=prod"}, .token = "team-a"});
  EXPECT_EQ(denied.code, 1);
  EXPECT_THAT(denied.out, HasSubstr("denied by no-deletes\nanswer    PERMISSION_DENIED\n"));
  const Printed unknown = Explain({.path = "/user.S/GetUser"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.out, HasSubstr("allow     readers: does not fit addresses\n"));
  EXPECT_THAT(unknown.out, HasSubstr("denied by (no rule)\n"));
}

TEST_F(ExplainCommandTest, KnowsCallersByTokenAndCertificate) {
  EXPECT_EQ(Explain({.path = "/user.S/M", .identities = {"web"}}).code, 0);
  const Printed team =
      Explain({.path = "/user.S/M", .metadata = {"x-team=spoofed"}, .token = "team-b"});
  EXPECT_EQ(team.code, 0);
  EXPECT_THAT(team.out, HasSubstr("token     team-b\nroute     x-team\n"));
  EXPECT_THAT(team.out, HasSubstr("cluster   canary\n"));
}

TEST_F(ExplainCommandTest, KnowsWhatARouteHasOfItsOwn) {
  EXPECT_THAT(Explain({.path = "/open.S/M"}).out,
              HasSubstr("route     open.S/*\ncluster   users\n"));
  EXPECT_THAT(Explain({.path = "/split.S/M", .token = "team-a"}).out,
              HasSubstr("cluster   users, weight 90\ncluster   canary, weight 10\n"));
  EXPECT_THAT(Explain({.path = "/grpc.health.v1.Health/Check"}).out,
              HasSubstr("answer    by the sidecar itself\n"));
}

TEST_F(ExplainCommandTest, SaysWhatIsRefusedBeforeARouteIsLookedFor) {
  EXPECT_THAT(Explain({.path = "/user.S/Delete%55ser"}).out,
              HasSubstr("path      may be read in more than one way\nanswer    UNIMPLEMENTED\n"));
  const Printed without = Explain({.listener = "127.0.0.1:7002", .path = "/user.S/M"});
  EXPECT_EQ(without.code, 1);
  EXPECT_THAT(without.out, HasSubstr("answer    UNAUTHENTICATED\n"));
}

TEST_F(ExplainCommandTest, SaysWhatMakesNoSense) {
  EXPECT_EQ(Explain({.path = "user.S/M"}).code, 2);
  EXPECT_THAT(Explain({.listener = "127.0.0.1:9", .path = "/a.S/M"}).err,
              HasSubstr("there are 127.0.0.1:7001, 127.0.0.1:7002"));
  EXPECT_THAT(Explain({.path = "/a.S/M", .metadata = {"x"}}).err, HasSubstr("name=value"));
  EXPECT_THAT(Explain({.path = "/a.S/M", .token = "team-c"}).err, HasSubstr("no token is called"));
}

}  // namespace
}  // namespace evenkeel::proxy
