#include "lib/trace/context.h"

#include <algorithm>
#include <cstddef>

namespace evenkeel::trace {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr uint8_t kSampledFlag = 1;
constexpr uint8_t kRandomFlag = 2;

// grpc-trace-bin: version, then fields, each behind its number.
constexpr size_t kBinarySize = 29;
constexpr size_t kBinaryTrace = 2;
constexpr size_t kBinarySpan = 19;
constexpr size_t kBinaryFlags = 28;

using Binary = std::array<uint8_t, kBinarySize>;

int HexDigit(char each) {
  if (each >= '0' && each <= '9') return each - '0';
  return each >= 'a' && each <= 'f' ? each - 'a' + 10 : -1;
}

// At most 16 digits; no other case, no sign.
std::optional<uint64_t> ParseHex(std::string_view text) {
  uint64_t value = 0;
  for (const char each : text) {
    const int digit = HexDigit(each);
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<uint64_t>(digit);
  }
  return value;
}

// 32 digits, or 16 where the first eight bytes are left out.
std::optional<TraceId> ParseTraceId(std::string_view text) {
  if (text.size() != 32 && text.size() != 16) return std::nullopt;
  const auto low = ParseHex(text.substr(text.size() - 16));
  const auto high = ParseHex(text.substr(0, text.size() - 16));
  if (!low || !high) return std::nullopt;
  const TraceId id{*high, *low};
  return id.valid() ? std::optional(id) : std::nullopt;
}

std::optional<SpanId> ParseSpanId(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  const auto id = ParseHex(text);
  return id && *id != 0 ? id : std::nullopt;
}

char* WriteHex(uint64_t value, char* to) {
  for (int shift = 60; shift >= 0; shift -= 4) *to++ = kHex[value >> shift & 15];
  return to;
}

char* WriteHex(const TraceId& id, char* to) { return WriteHex(id.low, WriteHex(id.high, to)); }

uint8_t FlagsOf(const Context& context) {
  return static_cast<uint8_t>((context.sampled() ? kSampledFlag : 0) |
                              (context.random ? kRandomFlag : 0));
}

Context FromFlags(const TraceId& trace, SpanId span, uint64_t flags) {
  return {.trace = trace,
          .parent = span,
          .decision = (flags & kSampledFlag) != 0 ? Decision::kSample : Decision::kDrop,
          .random = (flags & kRandomFlag) != 0};
}

std::optional<Binary> DecodeBase64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() != GrpcTraceBinText().size()) return std::nullopt;
  Binary bytes{};
  uint32_t bits = 0;
  int held = 0;
  size_t count = 0;
  for (const char each : text) {
    const size_t digit = kBase64.find(each);
    if (digit == kBase64.npos) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[count++] = static_cast<uint8_t>(bits >> held);
  }
  return bytes;
}

uint64_t ReadBytes(const uint8_t* from) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | from[i];
  return value;
}

void WriteBytes(uint64_t value, uint8_t* to) {
  for (int i = 7; i >= 0; --i, value >>= 8) to[i] = static_cast<uint8_t>(value);
}

std::optional<Decision> ParseState(std::string_view text) {
  if (text == "1") return Decision::kSample;
  if (text == "0") return Decision::kDrop;
  if (text == "d") return Decision::kDebug;
  return std::nullopt;
}

// Old libraries write booleans as words.
std::optional<Decision> ParseSampled(std::string_view text) {
  if (text == "true" || text == "True") return Decision::kSample;
  if (text == "false" || text == "False") return Decision::kDrop;
  return text == "d" ? std::nullopt : ParseState(text);
}

}  // namespace

std::optional<Context> ParseTraceparent(std::string_view text) {
  constexpr size_t kSize = TraceparentText().size();
  if (text.size() < kSize || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return std::nullopt;
  const auto version = ParseHex(text.substr(0, 2));
  if (!version || *version == 0xff) return std::nullopt;
  if (text.size() > kSize && (*version == 0 || text[kSize] != '-')) return std::nullopt;
  const auto trace = ParseTraceId(text.substr(3, 32));
  const auto span = ParseSpanId(text.substr(36, 16));
  const auto flags = ParseHex(text.substr(53, 2));
  if (!trace || !span || !flags) return std::nullopt;
  return FromFlags(*trace, *span, *flags);
}

std::optional<Context> ParseGrpcTraceBin(std::string_view text) {
  const auto bytes = DecodeBase64(text);
  if (!bytes) return std::nullopt;
  const Binary& b = *bytes;
  if (b[0] != 0 || b[1] != 0 || b[kBinarySpan - 1] != 1 || b[kBinaryFlags - 1] != 2)
    return std::nullopt;
  const TraceId trace{ReadBytes(&b[kBinaryTrace]), ReadBytes(&b[kBinaryTrace + 8])};
  const SpanId span = ReadBytes(&b[kBinarySpan]);
  if (!trace.valid() || span == 0) return std::nullopt;
  return FromFlags(trace, span, b[kBinaryFlags] & kSampledFlag);
}

std::optional<Context> ParseB3(std::string_view text) {
  if (text.size() == 1) {
    const auto state = ParseState(text);
    return state ? std::optional(Context{.decision = *state}) : std::nullopt;
  }
  const size_t end = text.find('-');
  if (end == text.npos) return std::nullopt;
  const auto trace = ParseTraceId(text.substr(0, end));
  const auto span = ParseSpanId(text.substr(end + 1, 16));
  if (!trace || !span) return std::nullopt;
  Context context{.trace = *trace, .parent = *span};
  std::string_view rest = text.substr(end + 17);
  if (rest.empty()) return context;
  const auto state = rest[0] == '-' ? ParseState(rest.substr(1, 1)) : std::nullopt;
  if (!state) return std::nullopt;
  context.decision = *state;
  rest.remove_prefix(2);
  if (rest.empty()) return context;
  return rest[0] == '-' && ParseSpanId(rest.substr(1)) ? std::optional(context) : std::nullopt;
}

std::optional<Context> ParseB3(const B3Fields& fields) {
  Context context;
  if (fields.sampled.data() != nullptr) {
    const auto state = ParseSampled(fields.sampled);
    if (!state) return std::nullopt;
    context.decision = *state;
  }
  if (fields.flags == "1") context.decision = Decision::kDebug;
  if (fields.trace_id.data() == nullptr) {
    return context.decision == Decision::kNone ? std::nullopt : std::optional(context);
  }
  const auto trace = ParseTraceId(fields.trace_id);
  const auto span = ParseSpanId(fields.span_id);
  if (!trace || !span) return std::nullopt;
  context.trace = *trace;
  context.parent = *span;
  return context;
}

TraceparentText FormatTraceparent(const Context& context, SpanId own) {
  TraceparentText text;
  char* to = std::ranges::copy(std::string_view("00-"), text.data()).out;
  to = WriteHex(context.trace, to);
  *to++ = '-';
  to = WriteHex(own, to);
  *to++ = '-';
  *to++ = '0';
  *to = kHex[FlagsOf(context)];
  return text;
}

GrpcTraceBinText FormatGrpcTraceBin(const Context& context, SpanId own) {
  Binary bytes{};
  WriteBytes(context.trace.high, &bytes[kBinaryTrace]);
  WriteBytes(context.trace.low, &bytes[kBinaryTrace + 8]);
  bytes[kBinarySpan - 1] = 1;
  WriteBytes(own, &bytes[kBinarySpan]);
  bytes[kBinaryFlags - 1] = 2;
  bytes[kBinaryFlags] = context.sampled() ? kSampledFlag : 0;
  GrpcTraceBinText text;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t bit = i * 6;
    const uint32_t pair = static_cast<uint32_t>(bytes[bit / 8]) << 8 |
                          (bit / 8 + 1 < bytes.size() ? bytes[bit / 8 + 1] : 0u);
    text[i] = kBase64[pair >> (10 - bit % 8) & 63];
  }
  return text;
}

B3Text FormatB3(const Context& context, SpanId own) {
  B3Text text;
  char* to = WriteHex(context.trace, text.data());
  *to++ = '-';
  to = WriteHex(own, to);
  *to++ = '-';
  *to = context.decision == Decision::kDebug ? 'd' : context.sampled() ? '1' : '0';
  return text;
}

TraceIdText FormatTraceId(const TraceId& id) {
  TraceIdText text;
  WriteHex(id, text.data());
  return text;
}

SpanIdText FormatSpanId(SpanId id) {
  SpanIdText text;
  WriteHex(id, text.data());
  return text;
}

}  // namespace evenkeel::trace
