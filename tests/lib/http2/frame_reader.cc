#include "tests/lib/http2/frame_reader.h"

#include <gtest/gtest.h>

#include <utility>

namespace evenkeel::http2 {
namespace {

uint32_t Number(std::string_view bytes) {
  uint32_t value = 0;
  for (const char each : bytes) value = value << 8 | static_cast<uint8_t>(each);
  return value;
}

std::string Code(std::string_view bytes) {
  return std::string(ErrorCodeName(static_cast<ErrorCode>(Number(bytes))));
}

std::string End(const Frame& frame) {
  return (frame.flags & kEndStreamFlag) != 0 ? " END_STREAM" : "";
}

std::string Ack(const Frame& frame) { return (frame.flags & kAckFlag) != 0 ? " ACK" : ""; }

}  // namespace

std::string Describe(const Frame& frame) {
  const std::string_view payload = frame.payload;
  const std::string id = std::to_string(frame.id);
  switch (frame.type) {
    case kData:
      return "DATA " + id + " " + std::to_string(payload.size()) + " bytes" + End(frame);
    case kHeaders:
      return "HEADERS " + id + End(frame);
    case kRstStream:
      return "RST_STREAM " + id + " " + Code(payload);
    case kSettings:
      return "SETTINGS" + Ack(frame);
    case kPing:
      return "PING" + Ack(frame);
    case kGoAway:
      return "GOAWAY last " + std::to_string(Number(payload.substr(0, 4))) + " " +
             Code(payload.substr(4, 4));
    case kWindowUpdate:
      return "WINDOW_UPDATE " + id + " +" + std::to_string(Number(payload));
    default:
      return "type " + std::to_string(frame.type) + " " + id;
  }
}

std::vector<std::string> Describe(const std::vector<Frame>& frames) {
  std::vector<std::string> described;
  for (const Frame& each : frames) described.push_back(Describe(each));
  return described;
}

std::vector<Frame> FrameReader::Read(std::span<const uint8_t> bytes) {
  pending_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  SkipPreface();
  std::vector<Frame> frames;
  while (pending_.size() >= kFrameHeaderSize) {
    const std::string_view header = pending_;
    const size_t length = Number(header.substr(0, 3));
    if (pending_.size() < kFrameHeaderSize + length) break;
    Frame frame{.type = static_cast<uint8_t>(header[3]),
                .flags = static_cast<uint8_t>(header[4]),
                .id = static_cast<StreamId>(Number(header.substr(5, 4))),
                .payload = pending_.substr(kFrameHeaderSize, length),
                .fields = {}};
    if (frame.type == kHeaders) frame.fields = Decode(frame.payload);
    frames.push_back(std::move(frame));
    pending_.erase(0, kFrameHeaderSize + length);
  }
  return frames;
}

void FrameReader::SkipPreface() {
  const std::string preface = WireBuilder().Preface().text();
  if (pending_.starts_with(preface)) pending_.erase(0, preface.size());
}

Fields FrameReader::Decode(std::string_view block) {
  auto fields = inflater_.Decode(block);
  EXPECT_TRUE(fields) << "the session produced a header block that cannot be decoded";
  return std::move(fields).value_or(Fields());
}

}  // namespace evenkeel::http2
