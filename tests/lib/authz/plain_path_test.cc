#include "lib/authz/plain_path.h"

#include <gtest/gtest.h>

namespace evenkeel::authz {
namespace {

TEST(PlainPathTest, OrdinaryPathsArePlain) {
  for (const char* each : {"/user.v1.UserService/GetUser", "/S/M", "/prefix/a.S/M", "/a..b/.M",
                           "/a.S/M~$&'()*+,=:@_-"}) {
    EXPECT_TRUE(IsPlainPath(each)) << each;
  }
}

TEST(PlainPathTest, WhatAServerMayReadOtherwiseIsNot) {
  for (const char* each : {"", "a.S/M", "*", "/", "/a.S/", "//a.S/M", "/a.S//M", "/a.S/M/",
                           "/a.S/M?x", "/a.S/M#x", "/a%2eS/M", "/a.S%2fM", "/./a.S/M",
                           "/x/../a.S/M", "/a.S/..", "/a.S/.", "/a.S;x/M", "/a.S\\M"}) {
    EXPECT_FALSE(IsPlainPath(each)) << each;
  }
}

}  // namespace
}  // namespace evenkeel::authz
