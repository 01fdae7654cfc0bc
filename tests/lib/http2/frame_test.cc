// Frames as they are written, byte for byte, and read back by the tests' own reader.
#include "lib/http2/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/lib/http2/frame_reader.h"

namespace evenkeel::http2 {
namespace {

using ::testing::ElementsAre;

std::string Text(const ByteQueue& out) {
  return {reinterpret_cast<const char*>(out.bytes().data()), out.size()};
}

TEST(FrameTest, ReadsAHeader) {
  const std::string bytes("\x01\x02\x03\x01\x25\x80\x00\x00\x05", 9);
  const FrameHeader header = ReadFrameHeader(AsBytes(bytes).data());
  EXPECT_EQ(header.length, 0x010203u);
  EXPECT_EQ(header.type, FrameType::kHeaders);
  EXPECT_TRUE(header.has(kFlagEndStream));
  EXPECT_TRUE(header.has(kFlagPriority));
  EXPECT_FALSE(header.has(kFlagPadded));
  EXPECT_EQ(header.stream, 5);  // the reserved bit is none of it
}

TEST(FrameTest, WritesAFrame) {
  ByteQueue out;
  AppendFrame(out, FrameType::kData, kFlagEndStream, 258, AsBytes("abc"));
  EXPECT_EQ(Text(out), std::string("\0\0\x03\0\x01\0\0\x01\x02", 9) + "abc");
}

TEST(FrameTest, WritesANumberAndReadsIt) {
  uint8_t bytes[4];
  for (const uint32_t number : {0u, 1u, 0x01020304u, 0xffffffffu}) {
    EXPECT_EQ(WriteUint32(bytes, number), bytes + 4);
    EXPECT_EQ(ReadUint32(bytes), number);
  }
}

TEST(FrameTest, WritesWhatAConnectionSays) {
  ByteQueue out;
  AppendSettings(out, {{SettingId::kEnablePush, 0}, {SettingId::kInitialWindowSize, 65'536}});
  AppendRstStream(out, 3, ErrorCode::kCancel);
  AppendGoAway(out, 7, ErrorCode::kNoError, "bye");
  AppendWindowUpdate(out, 0, 960);
  const std::vector<Frame> frames = FrameReader().Read(out.bytes());
  EXPECT_THAT(Describe(frames), ElementsAre("SETTINGS", "RST_STREAM 3 CANCEL",
                                            "GOAWAY last 7 NO_ERROR", "WINDOW_UPDATE 0 +960"));
  EXPECT_EQ(frames[0].payload,
            BigEndian(2, 2) + BigEndian(0, 4) + BigEndian(4, 2) + BigEndian(65'536, 4));
  EXPECT_EQ(frames[2].payload.substr(8), "bye");
}

TEST(FrameTest, CutsALargeHeaderBlockIntoContinuations) {
  const std::string block(2 * kMaxPayload + 1, '\x82');  // ":method: GET" again and again
  ByteQueue out;
  AppendHeaderBlock(out, 1, kFlagEndStream, AsBytes(block));
  const std::string text = Text(out);
  std::vector<std::string> heads;
  for (size_t at = 0; at < text.size();) {
    const FrameHeader head = ReadFrameHeader(AsBytes(text).data() + at);
    heads.push_back(std::to_string(static_cast<int>(head.type)) + " " + std::to_string(head.flags) +
                    " " + std::to_string(head.length));
    at += kFrameHeaderSize + head.length;
  }
  EXPECT_THAT(heads, ElementsAre("1 1 16384", "9 0 16384", "9 4 1"));
}

TEST(FrameTest, ABlockThatFitsIsOneFrame) {
  for (const size_t size : {size_t{0}, size_t{1}, kMaxPayload}) {
    ByteQueue out;
    AppendHeaderBlock(out, 1, 0, AsBytes(std::string(size, '\x82')));
    EXPECT_EQ(out.size(), kFrameHeaderSize + size);
    EXPECT_TRUE(ReadFrameHeader(out.bytes().data()).has(kFlagEndHeaders));
  }
}

}  // namespace
}  // namespace evenkeel::http2
