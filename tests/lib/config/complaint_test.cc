#include "lib/config/complaint.h"

#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

TEST(ComplaintTest, QuotesWhatIsShort) { EXPECT_EQ(Quoted("a b"), "\"a b\""); }

TEST(ComplaintTest, CutsWhatIsLongBetweenCharacters) {
  EXPECT_EQ(Quoted(std::string(61, 'x')), "\"" + std::string(60, 'x') + "…\"");
  EXPECT_EQ(Quoted(std::string(59, 'x') + "\xc3\xa9"), "\"" + std::string(59, 'x') + "…\"");
}

}  // namespace
}  // namespace evenkeel::config
