// user-client as a person or script sees it: the real program against a real user-service.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "tests/backend/programs/replica.h"

namespace evenkeel::backend {
namespace {

using testing::HasSubstr;

class UserClientTest : public testing::Test {
 protected:
  struct Result {
    int code = 0;
    std::string out;
    std::string err;
  };

  void StartReplica(const std::vector<std::string>& flags = {}) { replica_.emplace(flags); }

  // Runs `user-client arguments… --target <the replica>`.
  Result Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--target", replica_->address()});
    Process client(USER_CLIENT, arguments);
    Result result;
    result.out = client.ReadAll();
    result.err = client.ReadErrors();
    result.code = client.Wait();
    return result;
  }

  // Runs a load and reads its summary.
  nlohmann::json Load(std::vector<std::string> flags, int expected_code = 0) {
    flags.insert(flags.begin(), "load");
    flags.emplace_back("--json");
    const Result result = Run(flags);
    EXPECT_EQ(result.code, expected_code) << result.err;
    return nlohmann::json::parse(result.out, nullptr, /*allow_exceptions=*/false);
  }

  std::optional<Replica> replica_;
};

TEST_F(UserClientTest, GetPrintsUsersAndWhoServedThem) {
  StartReplica();
  const Result result = Run({"get", "user-1", "user-2", "--note-size", "100"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("user-2  Claude Dahl"));
  EXPECT_THAT(result.out, HasSubstr("[r1]"));
}

TEST_F(UserClientTest, AFailedCallIsExplainedAndEndsWithOne) {
  StartReplica();
  const Result result = Run({"get", "nobody"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "GetUser failed: NOT_FOUND: no user \"nobody\" [r1]\n");
}

TEST_F(UserClientTest, ListCreateAndSyncCheckWhatTheyTransfer) {
  StartReplica();
  const Result list = Run({"list", "--limit", "3", "--note-size", "100000"});
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_THAT(list.out, HasSubstr("3 users [r1]"));
  const Result create = Run({"create", "--count", "4", "--note-size", "100000"});
  EXPECT_EQ(create.code, 0) << create.err;
  EXPECT_THAT(create.out, HasSubstr("4 created, 0 replaced, 400000 bytes"));
  const Result sync = Run({"sync", "--count", "2", "--note-size", "100000"});
  EXPECT_EQ(sync.code, 0) << sync.err;
  EXPECT_THAT(sync.out, HasSubstr("replaced  new-2"));
}

TEST_F(UserClientTest, WatchPrintsEventsAndEndsWellAtCtrlC) {
  StartReplica();
  Process watch(USER_CLIENT, {"watch", "--target", replica_->address()});
  EXPECT_EQ(watch.ReadLine(), "watching [r1]");
  EXPECT_EQ(Run({"create"}).code, 0);
  EXPECT_EQ(watch.ReadLine(), "1  created   new-1  User new-1  <new-1@example.com>");
  watch.Signal(SIGINT);
  EXPECT_EQ(watch.Wait(), 0);
}

TEST_F(UserClientTest, TheTokenOpensTheService) {
  StartReplica({"--require-token", "s3cret"});
  EXPECT_THAT(Run({"get", "user-1"}).err, HasSubstr("UNAUTHENTICATED"));
  EXPECT_EQ(Run({"get", "user-1", "--token", "s3cret"}).code, 0);
}

TEST_F(UserClientTest, WithoutATargetItEndsWithThree) {
  StartReplica();
  replica_->process().Signal(SIGKILL);
  replica_->process().Wait();
  const Result result = Run({"get", "user-1", "--connect-timeout", "300ms"});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("cannot connect to " + replica_->address()));
}

TEST_F(UserClientTest, ClosedLoopMakesExactlyTheWantedCalls) {
  StartReplica();
  const auto json = Load({"--calls", "500", "--concurrency", "8", "--connections", "3"});
  EXPECT_EQ(json["calls"], 500);
  EXPECT_EQ(json["failed"], 0);
  EXPECT_EQ(json["replicas"]["r1"], 500);
  EXPECT_EQ(json["statuses"]["OK"], 500);
  EXPECT_EQ(json["concurrency"], 8);
}

TEST_F(UserClientTest, OpenLoopKeepsItsRate) {
  StartReplica();
  const auto json = Load({"--rate", "200", "--calls", "100"});
  EXPECT_EQ(json["calls"], 100);
  // 99 intervals of 5 ms; late only if this machine is busy.
  EXPECT_LE(json["start_rate"], 203);
  EXPECT_GE(json["elapsed_s"], 0.49);
}

TEST_F(UserClientTest, OpenLoopCountsWaitingIntoTheLatency) {
  // One at a time, 20 ms each: of 20 calls due at once, the last is done after 400 ms.
  StartReplica({"--concurrency", "1", "--latency", "20ms"});
  const auto json = Load({"--rate", "100000", "--calls", "20", "--max-in-flight", "1"});
  EXPECT_EQ(json["calls"], 20);
  EXPECT_GE(json["latency_ms"]["max"], 360);
  EXPECT_GE(json["latency_ms"]["p50"], 180);
}

TEST_F(UserClientTest, LoadCallsEveryMethod) {
  StartReplica();
  for (const char* const method : {"get", "list", "create", "sync"}) {
    const auto json = Load({"--method", method, "--calls", "20", "--payload", "1000"});
    EXPECT_EQ(json["calls"], 20) << method;
    EXPECT_EQ(json["replicas"]["r1"], 20) << method;
  }
}

TEST_F(UserClientTest, LoadHoldsWatchesOpenUntilTheEnd) {
  StartReplica();
  const auto json =
      Load({"--method", "watch", "--concurrency", "50", "--duration", "300ms", "--deadline", "0"});
  EXPECT_EQ(json["started"], 50);
  EXPECT_EQ(json["statuses"]["OK"], 50);
  EXPECT_EQ(json["replicas"]["r1"], 50);
}

TEST_F(UserClientTest, FailuresAreCountedAndExplainedAndFailTheLoad) {
  StartReplica({"--fail-rate", "0.5", "--fail-status", "INTERNAL"});
  const auto json = Load({"--calls", "200"}, 1);
  EXPECT_EQ(json["calls"], 200);
  EXPECT_EQ(json["replicas"]["r1"], 200);
  EXPECT_EQ(json["failures"][0]["status"], "INTERNAL");
  EXPECT_EQ(json["failures"][0]["message"], "injected by --fail-rate");
  EXPECT_EQ(json["failures"][0]["count"], json["statuses"]["INTERNAL"]);
  Load({"--calls", "200", "--allow-failures"}, 0);
}

TEST_F(UserClientTest, LoadFailsIfNothingSucceeds) {
  StartReplica({"--fail-rate", "1"});
  Load({"--calls", "10", "--allow-failures"}, 1);
}

TEST_F(UserClientTest, SlowCallsEndAtTheirDeadline) {
  StartReplica({"--latency", "10s", "--grace", "0"});
  const auto json = Load({"--calls", "3", "--concurrency", "3", "--deadline", "100ms"}, 1);
  EXPECT_EQ(json["statuses"]["DEADLINE_EXCEEDED"], 3);
}

TEST_F(UserClientTest, CtrlCEndsALoadWithItsSummary) {
  StartReplica();
  const std::string file = testing::TempDir() + "user-client-" + std::to_string(getpid());
  Process client(USER_CLIENT, {"load", "--rate", "100", "--duration", "1h", "--target",
                               replica_->address(), "--json", file});
  EXPECT_THAT(client.ReadLine(), HasSubstr("calls/s"));
  client.Signal(SIGINT);
  EXPECT_EQ(client.Wait(), 0);
  std::ifstream in(file);
  const auto json = nlohmann::json::parse(in);
  EXPECT_EQ(json["interrupted"], true);
  EXPECT_GE(json["calls"], 1);
  std::remove(file.c_str());
}

}  // namespace
}  // namespace evenkeel::backend
