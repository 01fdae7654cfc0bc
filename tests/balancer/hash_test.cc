#include "balancer/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::balancer {
namespace {

// Vectors of XXH64's specification and of its authors' own test.
TEST(HashTest, IsXxh64) {
  EXPECT_EQ(Hash(""), 0xef46db3751d8e999u);
  EXPECT_EQ(Hash("abc"), 0x44bc2cf5ad770999u);
}

TEST(HashTest, TakesInputsOfAllLengthsAndASeed) {
  constexpr uint64_t kPrime = 2'654'435'761;
  uint32_t generator = kPrime;
  std::string bytes(101, 0);
  for (char& each : bytes) {
    each = static_cast<char>(generator >> 24);
    generator *= generator;
  }
  const std::string_view all = bytes;
  EXPECT_EQ(Hash("", kPrime), 0xac75fda2929b17efu);
  EXPECT_EQ(Hash(all.substr(0, 1)), 0x4fce394cc88952d8u);
  EXPECT_EQ(Hash(all.substr(0, 1), kPrime), 0x739840cb819fa723u);
  EXPECT_EQ(Hash(all.substr(0, 14)), 0xcffa8db881bc3a3du);
  EXPECT_EQ(Hash(all.substr(0, 14), kPrime), 0x5b9611585efcc9cbu);
  EXPECT_EQ(Hash(all), 0x0eab543384f878adu);
  EXPECT_EQ(Hash(all, kPrime), 0xcaa65939306f1e21u);
}

}  // namespace
}  // namespace evenkeel::balancer
