#include "lib/http/stream_handler.h"

#include <gtest/gtest.h>

namespace evenkeel::http2 {
namespace {

struct Handler final : StreamHandler {
  void OnHeaders(HeaderList, EndStream) override {}
  void OnData(std::span<const uint8_t>, EndStream) override {}
  void OnTrailers(HeaderList) override {}
  void OnSent(size_t) override {}
  void OnClosed(const StreamEnd&) override {}
};

TEST(StreamHandlerTest, AResetIsNoHonestClientsWayUnlessTheHandlerSaysSo) {
  EXPECT_FALSE(Handler().MayBeReset());
}

TEST(StreamHandlerTest, AnAnswerPaysForResetsUnlessTheHandlerSaysNo) {
  EXPECT_TRUE(Handler().PaysForResets());
}

}  // namespace
}  // namespace evenkeel::http2
