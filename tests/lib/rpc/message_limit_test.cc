#include "lib/rpc/message_limit.h"

#include <gtest/gtest.h>

#include <string>

#include "lib/rpc/message_reader.h"

namespace evenkeel::rpc {
namespace {

// Whether a limit of 10 bytes lets messages of these lengths pass, in pieces of `step` bytes.
bool Passes(const std::vector<size_t>& lengths, size_t step) {
  std::vector<uint8_t> stream;
  for (const size_t length : lengths) {
    const auto framed = FrameMessage(std::string(length, '\xff'));
    stream.insert(stream.end(), framed.begin(), framed.end());
  }
  MessageLimit limit(10);
  for (size_t at = 0; at < stream.size(); at += step) {
    const auto rest = std::span<const uint8_t>(stream).subspan(at);
    if (!limit.Allows(rest.first(std::min(step, rest.size())))) return false;
  }
  return true;
}

TEST(MessageLimitTest, HoldsForEachMessageHoweverTheBytesAreCut) {
  for (size_t step = 1; step < 40; ++step) {
    EXPECT_TRUE(Passes({0, 10, 1, 10, 0, 0, 10}, step)) << step;
    EXPECT_FALSE(Passes({11}, step)) << step;
    EXPECT_FALSE(Passes({10, 0, 5, 11}, step)) << step;
    EXPECT_FALSE(Passes({10, 300}, step)) << step;
  }
}

TEST(MessageLimitTest, SaysSoBeforeTheMessageItselfHasCome) {
  const std::vector<uint8_t> prefix = {0, 0, 0, 0, 11};
  EXPECT_FALSE(MessageLimit(10).Allows(prefix));
}

}  // namespace
}  // namespace evenkeel::rpc
