#include "proxy/admin/query.h"

#include <gtest/gtest.h>

namespace evenkeel::admin {
namespace {

TEST(QueryTest, ValuesAreFoundByNameAndDecoded) {
  EXPECT_EQ(QueryValue("a=1&b=%2Fx+y&c", "b"), "/x y");
  EXPECT_EQ(QueryValue("a=1&b=2", "c"), "");
  EXPECT_EQ(QueryValue("ab=1", "a"), "");
  EXPECT_EQ(QueryValue("a=%zz%4", "a"), "%zz%4") << "what is no escape stays";
}

TEST(QueryTest, WhatIsEncodedIsReadBack) {
  for (const char* each : {"unix:/run/a b.sock", "[::1]:50051", "ü&=%+", ""}) {
    EXPECT_EQ(PercentDecoded(PercentEncoded(each)), each);
  }
  EXPECT_EQ(PercentEncoded("a-b_c.d~1/"), "a-b_c.d~1%2F");
}

}  // namespace
}  // namespace evenkeel::admin
