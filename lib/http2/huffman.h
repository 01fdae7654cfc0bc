// The Huffman code of HPACK's strings (RFC 7541, section 5.2 and appendix B).
//
// The code is canonical: all there is to know of it are the lengths of its codes, from which the
// tables of both directions are computed when we are compiled. Functions only; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace evenkeel::http2 {

/// Bytes that HuffmanEncode writes for this text.
size_t HuffmanSize(std::string_view text);
/// Writes HuffmanSize(text) bytes; returns their end.
uint8_t* HuffmanEncode(std::string_view text, uint8_t* to);

/// Bytes that so many encoded bytes become at most: the shortest code has five bits.
constexpr size_t HuffmanDecodedBound(size_t encoded) { return encoded * 8 / 5; }
/// Returns the size of the text it writes; nothing when EOS is in it, when the padding is longer
/// than 7 bits or not all ones. Precondition: room for HuffmanDecodedBound.
std::optional<size_t> HuffmanDecode(std::span<const uint8_t> encoded, char* to);

}  // namespace evenkeel::http2
