// Frame: the wire form of HTTP/2 frames (RFC 9113, sections 4 and 6), read and written.
//
// Plain values and functions; what frames mean is the session's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "lib/http/byte_queue.h"
#include "lib/http2/error_code.h"

namespace evenkeel::http2 {

using StreamId = int32_t;

inline constexpr StreamId kMaxStreamId = 0x7fffffff;
inline constexpr size_t kFrameHeaderSize = 9;
/// The largest payload that we take and send: SETTINGS_MAX_FRAME_SIZE's default and least value.
inline constexpr size_t kMaxPayload = 16'384;
/// The windows before SETTINGS and WINDOW_UPDATE, in bytes (section 6.9.2).
inline constexpr uint32_t kDefaultWindow = 65'535;
inline constexpr uint32_t kMaxWindow = 0x7fffffff;

/// What a client says first (section 3.4).
inline constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum class FrameType : uint8_t {
  kData = 0x0,
  kHeaders = 0x1,
  kPriority = 0x2,
  kRstStream = 0x3,
  kSettings = 0x4,
  kPushPromise = 0x5,
  kPing = 0x6,
  kGoAway = 0x7,
  kWindowUpdate = 0x8,
  kContinuation = 0x9,
};

inline constexpr uint8_t kFlagEndStream = 0x1;
inline constexpr uint8_t kFlagAck = 0x1;
inline constexpr uint8_t kFlagEndHeaders = 0x4;
inline constexpr uint8_t kFlagPadded = 0x8;
inline constexpr uint8_t kFlagPriority = 0x20;

/// Parameters of SETTINGS (section 6.5.2).
enum class SettingId : uint16_t {
  kHeaderTableSize = 0x1,
  kEnablePush = 0x2,
  kMaxConcurrentStreams = 0x3,
  kInitialWindowSize = 0x4,
  kMaxFrameSize = 0x5,
  kMaxHeaderListSize = 0x6,
  kSidecarInstance = 0xf5c1,  ///< ours, of those for experiments (RFC 7540, section 11.3)
};
struct SettingsEntry {
  SettingId id;
  uint32_t value;
};
inline constexpr size_t kSettingsEntrySize = 6;

struct FrameHeader {
  uint32_t length;  ///< of the payload
  FrameType type;
  uint8_t flags;
  StreamId stream;

  bool has(uint8_t flag) const { return (flags & flag) != 0; }
};

inline uint32_t ReadUint32(const uint8_t* from) {
  return uint32_t{from[0]} << 24 | uint32_t{from[1]} << 16 | uint32_t{from[2]} << 8 | from[3];
}
inline uint8_t* WriteUint32(uint8_t* to, uint32_t value) {
  to[0] = static_cast<uint8_t>(value >> 24);
  to[1] = static_cast<uint8_t>(value >> 16);
  to[2] = static_cast<uint8_t>(value >> 8);
  to[3] = static_cast<uint8_t>(value);
  return to + 4;
}

/// Precondition: kFrameHeaderSize bytes at `from`. The reserved bit of the stream is left out.
inline FrameHeader ReadFrameHeader(const uint8_t* from) {
  const uint32_t length_and_type = ReadUint32(from);
  return {length_and_type >> 8, static_cast<FrameType>(length_and_type), from[4],
          static_cast<StreamId>(ReadUint32(from + 5) & kMaxStreamId)};
}

/// Each appends one whole frame.
void AppendFrame(ByteQueue& out, FrameType type, uint8_t flags, StreamId stream,
                 std::span<const uint8_t> payload);
/// At most eight entries.
void AppendSettings(ByteQueue& out, std::initializer_list<SettingsEntry> entries);
void AppendRstStream(ByteQueue& out, StreamId stream, ErrorCode code);
void AppendGoAway(ByteQueue& out, StreamId last, ErrorCode code, std::string_view debug_data);
void AppendWindowUpdate(ByteQueue& out, StreamId stream, uint32_t increment);
/// A header block in HEADERS and as many CONTINUATIONs as it takes; `flags` beside END_HEADERS.
void AppendHeaderBlock(ByteQueue& out, StreamId stream, uint8_t flags,
                       std::span<const uint8_t> block);

}  // namespace evenkeel::http2
