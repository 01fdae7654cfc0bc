#include "lib/net/systemd.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "lib/base/file_descriptor.h"
#include "lib/net/socket_address.h"

namespace evenkeel::net {
namespace {

using ::testing::IsEmpty;
using ::testing::StartsWith;

class SystemdTest : public ::testing::Test {
 protected:
  SystemdTest() {
    const auto address = SocketAddress::From(*base::Address::Parse("unix:" + path_));
    EXPECT_EQ(bind(socket_.get(), address.get(), address.size()), 0);
  }
  ~SystemdTest() override {
    std::filesystem::remove(path_);
    for (const char* each :
         {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"}) {
      unsetenv(each);
    }
  }
  static void Set(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }
  /// What the manager has been told since the last time; empty: nothing.
  std::string Told() {
    char text[500];
    const ssize_t got = recv(socket_.get(), text, sizeof text, MSG_DONTWAIT);
    return got < 0 ? "" : std::string(text, static_cast<size_t>(got));
  }

  const std::string path_ =
      std::filesystem::temp_directory_path() / ("systemd." + std::to_string(getpid()));
  const base::FileDescriptor socket_{socket(AF_UNIX, SOCK_DGRAM, 0)};
};

TEST_F(SystemdTest, TellsEachChangeOfState) {
  Set("NOTIFY_SOCKET", path_);
  Systemd manager;
  manager.Ready("2 clusters");
  EXPECT_EQ(Told(), "READY=1\nSTATUS=2 clusters");
  manager.Reloading();
  EXPECT_THAT(Told(), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  manager.Alive();
  EXPECT_EQ(Told(), "WATCHDOG=1");
  manager.Stopping();
  EXPECT_THAT(Told(), StartsWith("STOPPING=1"));
}

TEST_F(SystemdTest, WithoutOneItTellsNobody) {
  Systemd manager;
  manager.Ready("alone");
  EXPECT_EQ(Told(), "");
  EXPECT_THAT(manager.TakeSockets(), IsEmpty());
  EXPECT_EQ(manager.watchdog_period(), std::nullopt);
}

TEST_F(SystemdTest, SaysThatItIsAliveTwiceInEachWatchdogInterval) {
  Set("WATCHDOG_USEC", "30000000");
  Set("WATCHDOG_PID", std::to_string(getpid()));
  EXPECT_EQ(Systemd().watchdog_period(), std::chrono::seconds(15));
}

TEST_F(SystemdTest, HeedsNothingThatWasMeantForAnotherProcess) {
  Set("WATCHDOG_USEC", "30000000");
  Set("WATCHDOG_PID", "1");
  Set("LISTEN_FDS", "1");
  Set("LISTEN_PID", "1");
  Systemd manager;
  EXPECT_EQ(manager.watchdog_period(), std::nullopt);
  EXPECT_THAT(manager.TakeSockets(), IsEmpty());
}

TEST_F(SystemdTest, LeavesNothingForChildrenInTheEnvironment) {
  Set("NOTIFY_SOCKET", path_);
  Set("LISTEN_FDS", "1");
  Set("LISTEN_PID", "1");
  const Systemd manager;
  EXPECT_EQ(getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(getenv("LISTEN_FDS"), nullptr);
}

TEST_F(SystemdTest, WhatIsNoListeningSocketIsLeftAlone) {
  const base::FileDescriptor ours(dup(socket_.get()));
  Set("LISTEN_FDS", std::to_string(ours.get()));  // all from 3 on, this one too
  Set("LISTEN_PID", std::to_string(getpid()));
  Systemd manager;
  EXPECT_THAT(manager.TakeSockets(), IsEmpty());
  EXPECT_GE(fcntl(ours.get(), F_GETFD), 0) << "it has been closed";
}

}  // namespace
}  // namespace evenkeel::net
