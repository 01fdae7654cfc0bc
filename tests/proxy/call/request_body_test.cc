#include "proxy/call/request_body.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "lib/base/random.h"
#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::proxy {
namespace {

using http2::EndStream;

class RequestBodyTest : public ::testing::Test {
 protected:
  void Add(std::string_view text, EndStream end = EndStream::kNo) {
    body_.Add(http2::AsBytes(text), end);
  }
  std::string Kept() const {
    return {reinterpret_cast<const char*>(body_.kept().data()), body_.kept().size()};
  }

  ReplayMemory memory_;
  RequestBody body_{memory_};
};

TEST_F(RequestBodyTest, KeepsEverythingForTheNextAttempt) {
  Add("abc");
  body_.Sent(3);
  Add("def", EndStream::kYes);
  EXPECT_EQ(Kept(), "abcdef");
  EXPECT_EQ(body_.ended(), EndStream::kYes);
}

TEST_F(RequestBodyTest, HasNotEndedBeforeTheClientSaysSo) {
  Add("abc");
  EXPECT_EQ(body_.ended(), EndStream::kNo);
  Add("", EndStream::kYes);
  Add("", EndStream::kNo);
  EXPECT_EQ(body_.ended(), EndStream::kYes);
}

TEST_F(RequestBodyTest, KeepsNothingOnceCommitted) {
  Add("abc");
  body_.Commit();
  Add("def");
  EXPECT_TRUE(body_.committed());
  EXPECT_FALSE(body_.over_limit());
}

TEST_F(RequestBodyTest, IsOverItsLimitByOneByte) {
  Add(std::string(RequestBody::kReplayLimit, 'x'));
  EXPECT_FALSE(body_.over_limit());
  Add("x");
  EXPECT_TRUE(body_.over_limit());
}

TEST_F(RequestBodyTest, GivesCreditForWhatLeaves) {
  Add("abcdef");
  EXPECT_EQ(body_.Sent(2), 2u);
  EXPECT_EQ(body_.Sent(6), 4u);
}

TEST_F(RequestBodyTest, GivesNoCreditTwiceForBytesThatASecondAttemptSends) {
  Add("abcdef");
  EXPECT_EQ(body_.Sent(4), 4u);
  EXPECT_EQ(body_.Sent(3), 0u);
  EXPECT_EQ(body_.Sent(6), 2u);
}

// Property: however attempts come and go, the client gets its bytes' credit once and all of it.
TEST_F(RequestBodyTest, CreditsEachByteOnceWhateverTheAttempts) {
  base::Random random(3);
  for (int round = 0; round < 200; ++round) {
    RequestBody body(memory_);
    const size_t total = 1 + random.Below(10'000);
    body.Add(http2::AsBytes(std::string(total, 'x')), EndStream::kYes);
    size_t credited = 0;
    size_t furthest = 0;
    for (uint64_t attempts = random.Below(4); attempts-- > 0;) {
      size_t sent = 0;
      while (sent < total && random.Below(5) > 0) {
        const size_t piece = std::min<size_t>(1 + random.Below(3'000), total - sent);
        credited += body.Sent(sent += piece);
        furthest = std::max(furthest, sent);
        ASSERT_EQ(credited, furthest);
      }
    }
    credited += body.Sent(total);
    EXPECT_EQ(credited, total);
  }
}

}  // namespace
}  // namespace evenkeel::proxy
