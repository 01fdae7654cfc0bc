// WireBuilder: HTTP/2 bytes written by hand, so that a test can send what no library would.
//
// Each verb appends one frame. Header blocks are HPACK literals without Huffman code and without
// the dynamic table (RFC 7541, section 6.2.2), so that any bytes can stand in names and values and
// blocks do not depend on each other.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/http/header_list.h"
#include "lib/http2/error_code.h"
#include "lib/http2/stream.h"

namespace evenkeel::http2 {

/// Frame types and flags (RFC 9113, section 6).
inline constexpr uint8_t kData = 0, kHeaders = 1, kPriority = 2, kRstStream = 3, kSettings = 4,
                         kPushPromise = 5, kPing = 6, kGoAway = 7, kWindowUpdate = 8,
                         kContinuation = 9;
inline constexpr uint8_t kEndStreamFlag = 0x1, kAckFlag = 0x1, kEndHeadersFlag = 0x4,
                         kPaddedFlag = 0x8;

/// Parameters of SETTINGS (RFC 9113, section 6.5.2).
inline constexpr uint16_t kHeaderTableSize = 1, kMaxConcurrentStreams = 3, kInitialWindowSize = 4,
                          kMaxFrameSize = 5;

struct Field {
  std::string name;
  std::string value;
  Indexing indexing = Indexing::kAllowed;
  friend bool operator==(const Field&, const Field&) = default;
};
using Fields = std::vector<Field>;
struct Setting {
  uint16_t id;
  uint32_t value;
};

/// A gRPC request's fields as any client sends them.
Fields GrpcRequest(std::string path = "/test.Service/Method");
Fields GrpcResponse();
/// `fields` without those of that name, or with one more.
Fields Without(Fields fields, std::string_view name);
Fields With(Fields fields, std::string name, std::string value);

HeaderList ToHeaderList(const Fields& fields);
Fields ToFields(const HeaderList& headers);

/// A header block.
std::string EncodeHeaders(const Fields& fields);

class WireBuilder {
 public:
  WireBuilder& Preface();
  WireBuilder& Settings(const std::vector<Setting>& settings = {});
  WireBuilder& SettingsAck() { return Frame(kSettings, kAckFlag, 0, ""); }
  /// What a client says first: the preface, SETTINGS, and the ACK of the server's.
  WireBuilder& ClientHello() { return Preface().Settings().SettingsAck(); }
  WireBuilder& ServerHello() { return Settings().SettingsAck(); }

  WireBuilder& Headers(StreamId id, const Fields& fields, EndStream end = EndStream::kNo);
  WireBuilder& Data(StreamId id, std::string_view bytes, EndStream end = EndStream::kNo);
  WireBuilder& RstStream(StreamId id, ErrorCode code);
  WireBuilder& RstStream(StreamId id) { return RstStream(id, ErrorCode::kCancel); }
  WireBuilder& GoAway(StreamId last, ErrorCode code, std::string_view debug_data = "");
  WireBuilder& Ping(uint64_t opaque);
  WireBuilder& WindowUpdate(StreamId id, uint32_t increment);
  WireBuilder& Priority(StreamId id, StreamId dependency);
  WireBuilder& Continuation(StreamId id, std::string_view block, uint8_t flags);

  /// Any frame, true to its rules or not.
  WireBuilder& Frame(uint8_t type, uint8_t flags, StreamId id, std::string_view payload);
  WireBuilder& Raw(std::string_view bytes);

  std::span<const uint8_t> bytes() const {
    return {reinterpret_cast<const uint8_t*>(bytes_.data()), bytes_.size()};
  }
  const std::string& text() const { return bytes_; }

 private:
  std::string bytes_;
};

/// `value` in `size` bytes, most significant first.
std::string BigEndian(uint64_t value, size_t size);

inline std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace evenkeel::http2
