#include "proxy/route/header_match.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

class HeaderMatchTest : public ::testing::Test {
 protected:
  HeaderMatchTest() {
    headers_.Add("x-user", "ann");
    headers_.Add("x-user", "bob");
    headers_.Add("x-zone", "a");
  }

  http2::HeaderList headers_;
};

TEST_F(HeaderMatchTest, AskedForNothingAnyCallMatches) {
  EXPECT_TRUE(HasAll(headers_, {}));
  EXPECT_TRUE(HasAll({}, {}));
}

TEST_F(HeaderMatchTest, AllMustBeThere) {
  EXPECT_TRUE(HasAll(headers_, {{"x-user", "ann"}, {"x-zone", "a"}}));
  EXPECT_FALSE(HasAll(headers_, {{"x-user", "ann"}, {"x-shard", "1"}}));
}

TEST_F(HeaderMatchTest, OfSeveralValuesOneWillDo) {
  EXPECT_TRUE(HasAll(headers_, {{"x-user", "bob"}}));
}

TEST_F(HeaderMatchTest, NameAndValueBelongTogether) {
  EXPECT_FALSE(HasAll(headers_, {{"x-zone", "ann"}}));
  EXPECT_FALSE(HasAll(headers_, {{"x-user", "ANN"}}));
}

}  // namespace
}  // namespace evenkeel::proxy
