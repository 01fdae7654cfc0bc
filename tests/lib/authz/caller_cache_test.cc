#include "lib/authz/caller_cache.h"

#include <gtest/gtest.h>

namespace evenkeel::authz {
namespace {

class CallerCacheTest : public ::testing::Test {
 protected:
  void Keep(const std::string& credential, const std::string& name, uint64_t owner = 1,
            base::Time until = base::Time::max()) {
    auto caller = std::make_unique<Caller>();
    caller->name = name;
    cache_.Keep(owner, credential, CallerPtr(caller.release()), until);
  }
  std::string Find(const std::string& credential, uint64_t owner = 1,
                   base::Time now = base::Time()) const {
    const CallerPtr* const caller = cache_.Find(owner, credential, now);
    return caller == nullptr ? "nobody" : (*caller)->name;
  }

  CallerCache cache_;
};

TEST_F(CallerCacheTest, KnowsWhatItHasKept) {
  EXPECT_EQ(Find("a"), "nobody");
  Keep("a", "ada");
  EXPECT_EQ(Find("a"), "ada");
  EXPECT_EQ(Find("b"), "nobody");
  EXPECT_EQ(Find(""), "nobody");
}

TEST_F(CallerCacheTest, WhatAnotherOwnerHasFoundGoodDoesNotCount) {
  Keep("a", "ada", 1);
  EXPECT_EQ(Find("a", 2), "nobody");
}

TEST_F(CallerCacheTest, NothingIsGoodForLongerThanItIs) {
  const base::Time end = base::Time() + std::chrono::seconds(5);
  Keep("a", "ada", 1, end);
  EXPECT_EQ(Find("a", 1, end - base::Duration(1)), "ada");
  EXPECT_EQ(Find("a", 1, end), "nobody");
}

TEST_F(CallerCacheTest, HoldsNoMoreThanItsPlaces) {
  const size_t count = 10 * CallerCache::kPlaces;
  for (size_t i = 0; i < count; ++i) Keep(std::to_string(i), "n" + std::to_string(i));
  size_t known = 0;
  for (size_t i = 0; i < count; ++i) {
    const std::string name = Find(std::to_string(i));
    if (name == "nobody") continue;
    EXPECT_EQ(name, "n" + std::to_string(i));
    ++known;
  }
  EXPECT_LE(known, CallerCache::kPlaces);
  EXPECT_GT(known, CallerCache::kPlaces / 2);
}

TEST_F(CallerCacheTest, ACallerOutlivesItsPlace) {
  Keep("a", "ada");
  const CallerPtr held = *cache_.Find(1, "a", base::Time());
  Keep("a", "bob");
  EXPECT_EQ(held->name, "ada");
  EXPECT_EQ(Find("a"), "bob");
}

}  // namespace
}  // namespace evenkeel::authz
