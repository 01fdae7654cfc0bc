#include "proxy/call/hops.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::proxy {
namespace {

std::string HopsOf(const http2::HeaderList& request) {
  return std::string(request.Find(kHopsField).value_or(""));
}

TEST(HopsTest, EachSidecarNotesTheOneBeforeIt) {
  http2::HeaderList request;
  EXPECT_TRUE(AddHop(request, 0x1a, 2));
  EXPECT_EQ(HopsOf(request), "0000001a");
  EXPECT_TRUE(AddHop(request, 2, 0xffffffff));
  EXPECT_EQ(HopsOf(request), "0000001a,00000002");
}

TEST(HopsTest, OneThatIsAmongThemHasHadTheCallBefore) {
  http2::HeaderList request;
  AddHop(request, 1, 2);
  AddHop(request, 2, 3);
  EXPECT_FALSE(AddHop(request, 3, 1));
  EXPECT_TRUE(AddHop(request, 3, 4));
}

TEST(HopsTest, NoChainIsEndless) {
  http2::HeaderList request;
  uint32_t hops = 0;
  while (AddHop(request, hops, 1'000'000)) ASSERT_LT(++hops, 100u);
  EXPECT_EQ(hops, 16u);
}

}  // namespace
}  // namespace evenkeel::proxy
