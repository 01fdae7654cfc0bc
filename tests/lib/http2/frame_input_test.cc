#include "lib/http2/frame_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::http2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Fault = FrameInput::Piece::Fault;

class FrameInputTest : public ::testing::Test {
 protected:
  /// Reads on; pieces in words: "0 1: abc first last".
  std::vector<std::string> Read(std::span<const uint8_t> bytes) {
    std::vector<std::string> pieces;
    FrameInput::Piece piece;
    while (fault_ == Fault::kNone && input_.Next(bytes, piece)) {
      fault_ = piece.fault;
      pieces.push_back(std::to_string(static_cast<int>(piece.frame.type)) + " " +
                       std::to_string(piece.frame.stream) + ": " +
                       std::string(piece.payload.begin(), piece.payload.end()) +
                       (piece.first ? " first" : "") + (piece.last ? " last" : ""));
    }
    EXPECT_TRUE(bytes.empty() || fault_ != Fault::kNone);
    return pieces;
  }
  std::vector<std::string> Read(const WireBuilder& wire) { return Read(wire.bytes()); }

  FrameInput input_;
  Fault fault_ = Fault::kNone;
};

WireBuilder Padded(StreamId id, std::string_view data, uint8_t padding) {
  const std::string payload =
      std::string(1, static_cast<char>(padding)) + std::string(data) + std::string(padding, '\0');
  return WireBuilder().Frame(kData, kPaddedFlag, id, payload);
}

TEST_F(FrameInputTest, TellsFramesThatCameInOneRead) {
  EXPECT_THAT(Read(WireBuilder().Data(1, "abc").WindowUpdate(3, 0x31323334).Data(1, "")),
              ElementsAre("0 1: abc first last", "8 3: 1234 first last", "0 1:  first last"));
}

TEST_F(FrameInputTest, TellsDataAsItComesAndOtherFramesWhole) {
  const std::string wire = WireBuilder().Data(1, "abcdef").Frame(kGoAway, 0, 0, "12345678").text();
  EXPECT_THAT(Read(AsBytes(wire).first(11)), ElementsAre("0 1: ab first"));
  EXPECT_THAT(Read(AsBytes(wire).subspan(11, 8)), ElementsAre("0 1: cdef last"));
  EXPECT_THAT(Read(AsBytes(wire).subspan(19, 9)), IsEmpty());
  EXPECT_THAT(Read(AsBytes(wire).subspan(28)), ElementsAre("7 0: 12345678 first last"));
}

TEST_F(FrameInputTest, LeavesPaddingOutOfData) {
  const std::string wire = Padded(1, "abc", 200).text();
  EXPECT_THAT(Read(AsBytes(wire)), ElementsAre("0 1: abc first last"));
  EXPECT_THAT(Read(AsBytes(wire).first(50)), ElementsAre("0 1: abc first"));
  EXPECT_THAT(Read(AsBytes(wire).subspan(50)), ElementsAre("0 1:  last"));
}

TEST_F(FrameInputTest, SaysHowMuchOfAFrameIsNoData) {
  FrameInput::Piece piece;
  const WireBuilder wire = Padded(1, "abc", 7);
  auto bytes = wire.bytes();
  ASSERT_TRUE(input_.Next(bytes, piece));
  EXPECT_EQ(piece.padding, 8u);
  EXPECT_EQ(piece.frame.length, 11u);
}

TEST_F(FrameInputTest, TellsTheLargestFrameThatMayBe) {
  Read(WireBuilder().Frame(kHeaders, 0, 1, std::string(16'384, 'x')));
  EXPECT_EQ(fault_, Fault::kNone);
}

TEST_F(FrameInputTest, FailsAtAFrameTooLargeBeforeItIsRead) {
  const WireBuilder wire = WireBuilder().Frame(kHeaders, 0, 1, std::string(16'385, 'x'));
  Read(wire.bytes().first(kFrameHeaderSize));
  EXPECT_EQ(fault_, Fault::kTooLarge);
}

TEST_F(FrameInputTest, FailsAtPaddingAsLongAsItsFrame) {
  Read(WireBuilder().Frame(kData, kPaddedFlag, 1, "\x03xy"));
  EXPECT_EQ(fault_, Fault::kPadding);
}

TEST_F(FrameInputTest, FailsAtAPaddedFrameOfNothing) {
  Read(WireBuilder().Frame(kData, kPaddedFlag, 1, "").Ping(1));
  EXPECT_EQ(fault_, Fault::kPadding);
}

TEST_F(FrameInputTest, TellsTheSameHoweverTheBytesAreCut) {
  WireBuilder wire = Padded(1, "abc", 3);
  wire.Data(3, "a longer text than that").Ping(5).Data(1, "").Settings({{1, 2}, {3, 4}});
  wire.Frame(kHeaders, 0, 7, "some fields");
  for (uint64_t seed = 0; seed < 300; ++seed) {
    base::Random random(seed);
    std::string data;
    std::string others;
    FrameInput input;
    auto rest = wire.bytes();
    while (!rest.empty()) {
      auto read = rest.first(std::min<size_t>(rest.size(), 1 + random.Below(12)));
      rest = rest.subspan(read.size());
      FrameInput::Piece piece;
      while (input.Next(read, piece)) {
        std::string& told = piece.frame.type == FrameType::kData ? data : others;
        told.append(piece.payload.begin(), piece.payload.end());
        if (piece.last) told += '|';
      }
    }
    ASSERT_EQ(data, "abc|a longer text than that||") << "seed " << seed;
    ASSERT_EQ(others, BigEndian(5, 8) + "|" + BigEndian(1, 2) + BigEndian(2, 4) + BigEndian(3, 2) +
                          BigEndian(4, 4) + "|some fields|")
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace evenkeel::http2
