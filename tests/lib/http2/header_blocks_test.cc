#include "lib/http2/header_blocks.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::http2 {
namespace {

class HeaderBlocksTest : public ::testing::Test {
 protected:
  static FrameInput::Piece PieceOf(FrameType type, uint8_t flags, const std::string& payload) {
    FrameInput::Piece piece{};
    piece.frame = {static_cast<uint32_t>(payload.size()), type, flags, 1};
    piece.payload = AsBytes(payload);
    return piece;
  }
  HeaderBlocks::Fault Begin(const std::string& payload, uint8_t flags = kFlagEndHeaders) {
    read_ = payload;
    return blocks_.Begin(PieceOf(FrameType::kHeaders, flags, read_));
  }
  HeaderBlocks::Fault Continue(const std::string& payload, uint8_t flags = 0) {
    return blocks_.Continue(PieceOf(FrameType::kContinuation, flags, payload));
  }
  Fields Decoded() {
    HeaderList list;
    FieldCheck check(FieldCheck::Section::kRequest);
    EXPECT_EQ(blocks_.Decode(list, check), nullptr);
    EXPECT_TRUE(check.sound());
    return ToFields(list);
  }

  std::string read_;  // lives until the block is read
  HeaderBlocks blocks_{64 * 1024};
  const std::string request_ = EncodeHeaders(GrpcRequest());
};

TEST_F(HeaderBlocksTest, ReadsABlockInOneFrame) {
  ASSERT_EQ(Begin(request_), nullptr);
  EXPECT_FALSE(blocks_.open());
  EXPECT_EQ(blocks_.count(), 1u);
  EXPECT_EQ(Decoded(), GrpcRequest());
}

TEST_F(HeaderBlocksTest, LeavesPaddingAndPriorityOut) {
  const std::string payload = "\x03" + std::string(5, '\0') + request_ + "xxx";
  ASSERT_EQ(Begin(payload, kFlagEndHeaders | kFlagPadded | kFlagPriority), nullptr);
  EXPECT_EQ(Decoded(), GrpcRequest());
}

TEST_F(HeaderBlocksTest, JoinsWhatComesInPieces) {
  ASSERT_EQ(Begin(request_.substr(0, 3), 0), nullptr);
  EXPECT_TRUE(blocks_.open());
  ASSERT_EQ(Continue(request_.substr(3, 4)), nullptr);
  EXPECT_EQ(blocks_.count(), 0u);
  ASSERT_EQ(Continue(request_.substr(7), kFlagEndHeaders), nullptr);
  EXPECT_FALSE(blocks_.open());
  EXPECT_EQ(blocks_.count(), 1u);
  EXPECT_EQ(Decoded(), GrpcRequest());
  ASSERT_EQ(Begin(request_), nullptr);  // nothing of the former is left
  EXPECT_EQ(Decoded(), GrpcRequest());
}

TEST_F(HeaderBlocksTest, FindsFaultsOfFrames) {
  EXPECT_EQ(Begin("", kFlagPadded)->code, ErrorCode::kFrameSizeError);
  EXPECT_EQ(Begin("1234", kFlagPriority)->code, ErrorCode::kFrameSizeError);
  EXPECT_EQ(Begin("\x05"
                  "1234",
                  kFlagPadded)
                ->code,
            ErrorCode::kProtocolError);
  EXPECT_EQ(Continue("")->code, ErrorCode::kProtocolError);
}

TEST_F(HeaderBlocksTest, TakesNoBlockWithoutEnd) {
  for (int block = 0; block < 2; ++block) {  // each by itself
    ASSERT_EQ(Begin(request_, 0), nullptr);
    for (int i = 0; i < 15; ++i) ASSERT_EQ(Continue(""), nullptr);
    ASSERT_EQ(Continue("", kFlagEndHeaders), nullptr);
    EXPECT_EQ(blocks_.Skip(), nullptr);
  }
  ASSERT_EQ(Begin(request_, 0), nullptr);
  for (int i = 0; i < 16; ++i) ASSERT_EQ(Continue(""), nullptr);
  EXPECT_EQ(Continue("")->abuse, Abuse::kEndlessBlock);
}

TEST_F(HeaderBlocksTest, ABlockThatIsSkippedCountsForTheNext) {
  ASSERT_EQ(Begin("\x40\x06x-meta\x05value"), nullptr);  // enters the table as entry 62
  ASSERT_EQ(blocks_.Skip(), nullptr);
  ASSERT_EQ(Begin(request_ + "\xbe"), nullptr);
  EXPECT_EQ(Decoded(), With(GrpcRequest(), "x-meta", "value"));
}

TEST_F(HeaderBlocksTest, SaysWhenABlockBreaksHpack) {
  ASSERT_EQ(Begin("\xff\xff\xff\xff"), nullptr);
  EXPECT_EQ(blocks_.Skip()->code, ErrorCode::kCompressionError);
}

TEST_F(HeaderBlocksTest, HoldsAListToWhatItsReferencesMayCost) {
  const std::string entry =
      std::string("\x40\x06x-bomb") + "\x7f\xa1\x1e" + std::string(4'000, 'x');
  ASSERT_EQ(Begin(entry), nullptr);
  ASSERT_EQ(blocks_.Skip(), nullptr);
  uint32_t cost = 0;
  int whole = 0;
  for (bool truncated = false; !truncated; ++whole) {
    HeaderList list;
    FieldCheck check(FieldCheck::Section::kTrailers);
    ASSERT_EQ(Begin(std::string(14, '\xbe')), nullptr);
    ASSERT_EQ(blocks_.Decode(list, check), nullptr);
    cost += blocks_.Charge(list);
    truncated = list.truncated();
  }
  EXPECT_LT(whole, 5);
  EXPECT_LE(cost, 128u * 1024);
  blocks_.GiveBack(cost);
  HeaderList list;
  FieldCheck check(FieldCheck::Section::kTrailers);
  ASSERT_EQ(Begin(std::string(14, '\xbe')), nullptr);
  ASSERT_EQ(blocks_.Decode(list, check), nullptr);
  EXPECT_FALSE(list.truncated());
}

}  // namespace
}  // namespace evenkeel::http2
