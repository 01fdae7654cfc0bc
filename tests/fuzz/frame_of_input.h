// One of a peer's frames out of a fuzzer's input: a byte each for kind, flags, stream and size of
// the payload, which follows. Kinds beyond those of HTTP/2 are messages' parts as they should be:
// headers, data, trailers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::fuzz {

inline constexpr size_t kFrameHead = 4;

/// Adds the frame at the front of `input` to `wire`; what follows it is the result. Precondition:
/// there are kFrameHead bytes.
inline std::span<const uint8_t> AddFrame(std::span<const uint8_t> input,
                                         const http2::Fields& headers, http2::WireBuilder& wire) {
  using http2::EndStream;
  const uint8_t kind = input[0] % 13;
  const http2::StreamId id = input[2] & 0x1f;
  const EndStream end = (input[1] & http2::kEndStreamFlag) != 0 ? EndStream::kYes : EndStream::kNo;
  const auto rest = input.subspan(kFrameHead);
  if (kind == 10) return wire.Headers(id, headers, end), rest;
  if (kind == 11) return wire.Data(id, std::string(input[3], 'x'), end), rest;
  if (kind == 12) return wire.Headers(id, {{"grpc-status", "0"}}, EndStream::kYes), rest;
  const auto payload = rest.first(std::min<size_t>(input[3], rest.size()));
  wire.Frame(kind, input[1], id, {reinterpret_cast<const char*>(payload.data()), payload.size()});
  return rest.subspan(payload.size());
}

}  // namespace evenkeel::fuzz
