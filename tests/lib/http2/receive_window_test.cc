#include "lib/http2/receive_window.h"

#include <gtest/gtest.h>

namespace evenkeel::http2 {
namespace {

TEST(ReceiveWindowTest, AllowsAsMuchAsItsSize) {
  ReceiveWindow window;
  EXPECT_TRUE(window.Take(60, 100));
  EXPECT_TRUE(window.Take(40, 100));
  EXPECT_FALSE(window.Take(1, 100));
}

TEST(ReceiveWindowTest, AnnouncesCreditOnceItIsHalfOfIt) {
  ReceiveWindow window;
  EXPECT_TRUE(window.Take(100, 100));
  EXPECT_EQ(window.Return(30, 100), 0u);
  EXPECT_FALSE(window.Take(1, 100)) << "nothing was announced yet";
}

TEST(ReceiveWindowTest, AllowsWhatItHasAnnounced) {
  ReceiveWindow window;
  EXPECT_TRUE(window.Take(100, 100));
  EXPECT_EQ(window.Return(30, 100), 0u);
  EXPECT_EQ(window.Return(30, 100), 60u);
  EXPECT_TRUE(window.Take(60, 100));
  EXPECT_FALSE(window.Take(1, 100));
}

TEST(ReceiveWindowTest, TakesNothingEvenWhenItHasShrunkBelowWhatWasTaken) {
  ReceiveWindow window;
  EXPECT_TRUE(window.Take(60, 100));
  EXPECT_TRUE(window.Take(0, 50));
  EXPECT_FALSE(window.Take(1, 50));
}

TEST(ReceiveWindowTest, AWindowOfOneByteIsAnnouncedByteForByte) {
  ReceiveWindow window;
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(window.Take(1, 1));
    EXPECT_EQ(window.Return(1, 1), 1u);
  }
}

}  // namespace
}  // namespace evenkeel::http2
