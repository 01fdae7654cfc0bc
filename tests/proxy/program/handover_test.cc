#include "proxy/program/handover.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace evenkeel::proxy {
namespace {

// Where the take-over socket is by default, by the environment.
class DefaultTakeoverSocketTest : public ::testing::Test {
 protected:
  DefaultTakeoverSocketTest() {
    for (const char* each : {"RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR", "HOME"}) unsetenv(each);
  }
};

TEST_F(DefaultTakeoverSocketTest, TheServicesFolderComesFirst) {
  setenv("RUNTIME_DIRECTORY", "/run/evenkeel:/run/other", 1);
  setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
  EXPECT_EQ(DefaultTakeoverSocket(), "/run/evenkeel/evenkeel-takeover.sock");
}

TEST_F(DefaultTakeoverSocketTest, ThenTheUsers) {
  setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
  EXPECT_EQ(DefaultTakeoverSocket(), "/run/user/1/evenkeel-takeover.sock");
}

TEST_F(DefaultTakeoverSocketTest, ThenAHomeThatIsTheUsersOwn) {
  if (geteuid() == 0) GTEST_SKIP() << "root has /run";
  const auto home = std::filesystem::temp_directory_path() / ("home." + std::to_string(getpid()));
  std::filesystem::create_directory(home);
  setenv("HOME", home.c_str(), 1);
  std::filesystem::permissions(home, std::filesystem::perms::owner_all);
  EXPECT_EQ(DefaultTakeoverSocket(), home.string() + "/.evenkeel-takeover.sock");
  std::filesystem::permissions(home, std::filesystem::perms::all);
  EXPECT_EQ(DefaultTakeoverSocket().substr(0, 5), "/tmp/") << "others can write to it";
  std::filesystem::remove(home);
}

TEST_F(DefaultTakeoverSocketTest, RootHasAFolderThatIsRootsOwn) {
  if (geteuid() != 0) GTEST_SKIP() << "not root";
  EXPECT_EQ(DefaultTakeoverSocket(), "/run/evenkeel-takeover.sock");
}

}  // namespace
}  // namespace evenkeel::proxy
