#include "health/probe_result.h"

#include <gtest/gtest.h>

#include <set>

namespace evenkeel::health {
namespace {

TEST(ProbeResultTest, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i < kProbeResultCount; ++i) {
    names.insert(ProbeResultName(static_cast<ProbeResult>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(kProbeResultCount));
  EXPECT_EQ(ProbeResultName(ProbeResult::kDenied), "denied");
}

}  // namespace
}  // namespace evenkeel::health
