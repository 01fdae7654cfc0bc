// Context: what one call's headers say of the trace that it belongs to, in any of the formats.
//
// W3C Trace Context Level 2 (traceparent), B3 (b3, x-b3-*), and OpenCensus's binary format as gRPC
// carries it (grpc-trace-bin). Pure; nothing here allocates.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace evenkeel::trace {

struct TraceId {
  uint64_t high = 0;  ///< the first eight bytes
  uint64_t low = 0;

  /// All zeros are no id.
  bool valid() const { return (high | low) != 0; }
  bool operator==(const TraceId&) const = default;
};

/// 0: none.
using SpanId = uint64_t;

/// Who called has decided whether the call is traced, or leaves it to us.
enum class Decision : uint8_t {
  kNone,    ///< B3's "defer": no word of it
  kDrop,    ///< not sampled
  kSample,  ///< sampled
  kDebug,   ///< B3's debug: sampled, whatever a sampler says
};

struct Context {
  TraceId trace{};    ///< none: a lone decision (B3)
  SpanId parent = 0;  ///< the caller's span; none where `trace` is none
  Decision decision = Decision::kNone;
  bool random = false;  ///< the id's low 56 bits are random (W3C Level 2)

  bool sampled() const { return decision >= Decision::kSample; }
  bool operator==(const Context&) const = default;
};

/// Fields of B3 in several headers; no data: there is none of that name.
struct B3Fields {
  std::string_view trace_id{};
  std::string_view span_id{};
  std::string_view sampled{};
  std::string_view flags{};
};

/// Nothing: malformed, to be ignored. Version 00 is exactly 55 characters; of higher ones the first
/// four fields count, and more may follow after a "-". Hex digits are in lower case.
std::optional<Context> ParseTraceparent(std::string_view text);
/// The text of base64, padded or not, of 29 bytes.
std::optional<Context> ParseGrpcTraceBin(std::string_view text);
/// "{trace}-{span}[-{state}[-{parent}]]", or a lone state: 0, 1, d.
std::optional<Context> ParseB3(std::string_view text);
std::optional<Context> ParseB3(const B3Fields& fields);

using TraceparentText = std::array<char, 55>;
using GrpcTraceBinText = std::array<char, 39>;
using B3Text = std::array<char, 51>;
using TraceIdText = std::array<char, 32>;
using SpanIdText = std::array<char, 16>;

/// What a span `own` of the trace sends on.
TraceparentText FormatTraceparent(const Context& context, SpanId own);
GrpcTraceBinText FormatGrpcTraceBin(const Context& context, SpanId own);
/// Never with a parent's id.
B3Text FormatB3(const Context& context, SpanId own);
/// In lower-case hex.
TraceIdText FormatTraceId(const TraceId& id);
SpanIdText FormatSpanId(SpanId id);

template <size_t Size>
std::string_view View(const std::array<char, Size>& text) {
  return {text.data(), text.size()};
}

}  // namespace evenkeel::trace
