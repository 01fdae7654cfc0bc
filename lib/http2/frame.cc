#include "lib/http2/frame.h"

#include <array>

namespace evenkeel::http2 {
namespace {

void WriteFrameHeader(uint8_t* to, size_t length, FrameType type, uint8_t flags, StreamId stream) {
  WriteUint32(to, static_cast<uint32_t>(length << 8 | static_cast<uint8_t>(type)));
  to[4] = flags;
  WriteUint32(to + 5, static_cast<uint32_t>(stream));
}

}  // namespace

void AppendFrame(ByteQueue& out, FrameType type, uint8_t flags, StreamId stream,
                 std::span<const uint8_t> payload) {
  std::array<uint8_t, kFrameHeaderSize> header;
  WriteFrameHeader(header.data(), payload.size(), type, flags, stream);
  out.Append(header, payload);
}

void AppendSettings(ByteQueue& out, std::initializer_list<SettingsEntry> entries) {
  std::array<uint8_t, 8 * kSettingsEntrySize> payload;
  uint8_t* end = payload.data();
  for (const SettingsEntry& entry : entries) {
    *end++ = static_cast<uint8_t>(static_cast<uint16_t>(entry.id) >> 8);
    *end++ = static_cast<uint8_t>(entry.id);
    end = WriteUint32(end, entry.value);
  }
  AppendFrame(out, FrameType::kSettings, 0, 0, {payload.data(), end});
}

void AppendRstStream(ByteQueue& out, StreamId stream, ErrorCode code) {
  std::array<uint8_t, 4> payload;
  WriteUint32(payload.data(), static_cast<uint32_t>(code));
  AppendFrame(out, FrameType::kRstStream, 0, stream, payload);
}

void AppendGoAway(ByteQueue& out, StreamId last, ErrorCode code, std::string_view debug_data) {
  std::array<uint8_t, kFrameHeaderSize + 8> head;
  WriteFrameHeader(head.data(), 8 + debug_data.size(), FrameType::kGoAway, 0, 0);
  WriteUint32(head.data() + kFrameHeaderSize, static_cast<uint32_t>(last));
  WriteUint32(head.data() + kFrameHeaderSize + 4, static_cast<uint32_t>(code));
  out.Append(head, {reinterpret_cast<const uint8_t*>(debug_data.data()), debug_data.size()});
}

void AppendWindowUpdate(ByteQueue& out, StreamId stream, uint32_t increment) {
  std::array<uint8_t, 4> payload;
  WriteUint32(payload.data(), increment);
  AppendFrame(out, FrameType::kWindowUpdate, 0, stream, payload);
}

void AppendHeaderBlock(ByteQueue& out, StreamId stream, uint8_t flags,
                       std::span<const uint8_t> block) {
  FrameType type = FrameType::kHeaders;
  for (; block.size() > kMaxPayload; block = block.subspan(kMaxPayload)) {
    AppendFrame(out, type, flags, stream, block.first(kMaxPayload));
    type = FrameType::kContinuation;
    flags = 0;
  }
  AppendFrame(out, type, flags | kFlagEndHeaders, stream, block);
}

}  // namespace evenkeel::http2
