#include "lib/net/library_log.h"

#include <event2/event.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using ::testing::HasSubstr;

class LibraryLogTest : public LoopTest {
 protected:
  /// A mistake of ours that libevent warns of: a loop is run from within itself.
  void HaveItWarn() {
    loop_.Post([this] { event_base_loop(loop_.native(), EVLOOP_NONBLOCK); });
    loop_.RunOnce();
  }

  std::vector<std::string> said_;
};

TEST_F(LibraryLogTest, WarningsGoToTheSink) {
  const LibraryLog log([this](std::string_view message) { said_.emplace_back(message); });
  HaveItWarn();
  ASSERT_EQ(said_.size(), 1u);
  EXPECT_THAT(said_[0], HasSubstr("reentrant"));
}

TEST_F(LibraryLogTest, NothingGoesThereAfterItsEnd) {
  {
    const LibraryLog log([this](std::string_view message) { said_.emplace_back(message); });
  }
  HaveItWarn();
  EXPECT_TRUE(said_.empty());
}

}  // namespace
}  // namespace evenkeel::net
