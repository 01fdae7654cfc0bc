#include "proxy/program/sidecar.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>

#include "lib/net/listener.h"
#include "lib/net/socket_address.h"
#include "proxy/program/ready_command.h"
#include "tests/lib/connection/connection_peer.h"
#include "tests/lib/net/loop_test.h"
#include "tests/proxy/program/command_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

// The whole of `evenkeel run` on a thread of its own, with a listener and its admin port at sockets
// in a folder of the test's. Its log goes where the tests' does.
class RunningSidecarTest : public net::LoopTest {
 protected:
  RunningSidecarTest() {
    std::string name = ::testing::TempDir() + "evenkeel-run-XXXXXX";
    directory_ = mkdtemp(name.data());
    pthread_sigmask(SIG_SETMASK, nullptr, &mask_);
    HoldSignals();  // as main does: they wait for the sidecar's thread
    command_ = {.config_file = Path("main.yaml"), .workers = 1, .takeover_socket = ""};
    command_.log_level = telemetry::LogLevel::kError;
    Write({"calls"});
  }
  ~RunningSidecarTest() override {
    if (thread_.joinable()) {  // the test has failed
      if (!ended_) Signal(SIGTERM);
      thread_.join();
    }
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    std::signal(SIGCHLD, SIG_DFL);
    std::filesystem::remove_all(directory_);
  }

  std::string Path(const std::string& name) const { return directory_ / name; }
  base::Address At(const std::string& name) const {
    return *base::Address::Parse("unix:" + Path(name));
  }
  // A configuration with these listeners.
  void Write(const std::vector<std::string>& listeners) const {
    std::string text = "admin: {address: \"" + At("admin").ToString() + "\"}\nlisteners:\n";
    for (const std::string& each : listeners) {
      text += "- {address: \"" + At(each).ToString() + "\", cluster: users}\n";
    }
    std::ofstream(command_.config_file)
        << text << "clusters: {users: {health_check: off, "
        << "endpoints: [\"" << At("endpoint").ToString() << "\"]}}\n";
  }
  void Start() {
    loading_ = config::Load(command_.config_file);
    ASSERT_TRUE(loading_->config) << config::Format(loading_->config.error());
    thread_ = std::thread([this] {
      code_ = Serve(command_, *loading_);
      ended_ = true;
    });
  }
  // Once it listens for calls.
  void AwaitListener(const std::string& name) {
    RunUntil([&] { return std::filesystem::exists(Path(name)); });
  }
  void AwaitServing() {
    AwaitListener("admin");
    AwaitListener("calls");
  }
  static void Signal(int signal) { kill(getpid(), signal); }
  int ExitCode() {
    RunUntil([&] { return ended_.load(); });
    if (ended_) thread_.join();
    return code_;
  }

  sigset_t mask_;
  std::filesystem::path directory_;
  RunCommand command_;
  std::optional<config::Loading> loading_;
  std::atomic<bool> ended_ = false;
  int code_ = -1;
  std::thread thread_;
};

TEST_F(RunningSidecarTest, ServesUntilASignalAndCleansUpItsSockets) {
  Start();
  AwaitServing();
  RunUntil([&] {  // nobody is at the endpoint's address
    const auto ready = AskReady(At("admin"), 15s);
    return !ready && ready.error().find("status 503: not ready") != std::string::npos;
  });
  Signal(SIGTERM);
  EXPECT_EQ(ExitCode(), EXIT_SUCCESS);
  EXPECT_FALSE(std::filesystem::exists(Path("calls")));
  EXPECT_FALSE(std::filesystem::exists(Path("admin")));
}

TEST_F(RunningSidecarTest, WhereItCannotListenItEndsWithCode1) {
  const auto taken = net::OpenListeners(At("calls"), 1);
  ASSERT_TRUE(taken);
  Start();
  EXPECT_EQ(ExitCode(), EXIT_FAILURE);
}

TEST_F(RunningSidecarTest, WhereItsAdminPortIsTakenItEndsWithCode1) {
  const auto taken = net::OpenListeners(At("admin"), 1);
  ASSERT_TRUE(taken);
  Start();
  EXPECT_EQ(ExitCode(), EXIT_FAILURE);
}

TEST_F(RunningSidecarTest, ReloadsOnSighup) {
  Start();
  AwaitServing();
  Write({"calls", "more"});
  Signal(SIGHUP);
  AwaitListener("more");
  Signal(SIGINT);
  EXPECT_EQ(ExitCode(), EXIT_SUCCESS);
}

// A client's call waits for its endpoint, and the drain for the call.
TEST_F(RunningSidecarTest, ASecondSignalEndsADrainAtOnce) {
  auto sockets = net::OpenListeners(At("endpoint"), 1);
  ASSERT_TRUE(sockets);
  rpc::ConnectionPeer endpoint(loop_, http2::Role::kServer);
  net::Listener listener(loop_, std::move(sockets->front()), [&](base::FileDescriptor socket) {
    endpoint.connection().Attach(std::move(socket));
  });
  command_.drain_timeout = 1h;
  Start();
  AwaitServing();
  rpc::ConnectionPeer client(loop_, http2::Role::kClient);
  client.connection().Connect(net::SocketAddress::From(At("calls")));
  RunUntil([&] { return client.settings > 0; });
  client.Open();
  RunUntil([&] { return !endpoint.streams.empty(); });
  Signal(SIGTERM);
  RunUntil([&] { return client.goaways > 0; });
  EXPECT_FALSE(ended_);
  Signal(SIGTERM);
  EXPECT_EQ(ExitCode(), EXIT_SUCCESS);
}

}  // namespace
}  // namespace evenkeel::proxy
