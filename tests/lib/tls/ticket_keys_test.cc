#include "lib/tls/ticket_keys.h"

#include <gtest/gtest.h>

namespace evenkeel::tls {
namespace {

using namespace std::chrono_literals;

class TicketKeysTest : public ::testing::Test {
 protected:
  TicketKeys::Time now_{1h};
  TicketKeys keys_{[this] { return now_; }};
};

TEST_F(TicketKeysTest, AKeyMakesForAnHourAndReadsForAnother) {
  const TicketKeys::Key first = keys_.Current();
  now_ += 59min;
  EXPECT_EQ(keys_.Current().name, first.name);
  EXPECT_TRUE(keys_.Find(first.name)->is_current);
  now_ += 2min;
  EXPECT_NE(keys_.Current().name, first.name);
  ASSERT_TRUE(keys_.Find(first.name));
  EXPECT_FALSE(keys_.Find(first.name)->is_current);
  EXPECT_EQ(keys_.Find(first.name)->key.cipher, first.cipher);
  now_ += 1h;
  EXPECT_FALSE(keys_.Find(first.name));
}

// Nobody came for a long time: what was current then is too old to be read.
TEST_F(TicketKeysTest, AfterALongPauseNothingOldIsRead) {
  const TicketKeys::Key first = keys_.Current();
  now_ += 2h;
  EXPECT_FALSE(keys_.Find(first.name));
}

TEST_F(TicketKeysTest, StrangersKeysAreNotFound) {
  EXPECT_FALSE(keys_.Find(TicketKeys().Current().name));
}

}  // namespace
}  // namespace evenkeel::tls
