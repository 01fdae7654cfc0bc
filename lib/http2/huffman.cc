#include "lib/http2/huffman.h"

#include <array>

namespace evenkeel::http2 {
namespace {

constexpr int kSymbols = 257;
constexpr int kEos = 256;
constexpr unsigned kLongest = 30;  // bits
constexpr unsigned kShort = 8;     // what is no longer is decoded in one step
constexpr unsigned kNextLonger = 10;

// Bits of each byte's code, and of EOS (RFC 7541, appendix B).
constexpr std::array<uint8_t, kSymbols> kLengths = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,  // 0x00
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,  // 0x10
    6,  10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,   // 0x20
    5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10,  // 0x30
    13, 6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,   // 0x40
    7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,   // 0x50
    15, 5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,   // 0x60
    6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7,  15, 11, 14, 13, 28,  // 0x70
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,  // 0x80
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,  // 0x90
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,  // 0xa0
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,  // 0xb0
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,  // 0xc0
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,  // 0xd0
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,  // 0xe0
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,  // 0xf0
    30};

struct Code {
  uint32_t bits = 0;
  uint8_t length = 0;
};

struct Step {
  uint8_t symbol = 0;
  uint8_t length = 0;  // 0: the code is longer than kShort
};

// Of the codes of one length: the first one's bits from the highest of 32 on, where the next
// longer ones begin, and which place the first one has in the order of all codes.
struct Longer {
  uint32_t first = 0;
  uint64_t end = 0;
  int place = 0;
};

struct Tables {
  std::array<Code, kSymbols> codes;
  std::array<Step, 1 << kShort> steps;
  std::array<Longer, kLongest + 1> longer;
  std::array<uint16_t, kSymbols> symbols{};  // in the order of their codes
};

// Canonical: codes of one length follow each other as their symbols do, and longer codes follow
// the shorter ones.
constexpr Tables MakeTables() {
  Tables tables;
  uint32_t next = 0;
  int place = 0;
  for (unsigned length = 1; length <= kLongest; ++length, next <<= 1) {
    const unsigned shift = 32 - length;
    tables.longer[length].first = next << shift;
    tables.longer[length].place = place;
    for (int symbol = 0; symbol < kSymbols; ++symbol) {
      if (kLengths[symbol] != length) continue;
      tables.symbols[place++] = static_cast<uint16_t>(symbol);
      tables.codes[symbol] = {next, static_cast<uint8_t>(length)};
      for (uint32_t i = 0; length <= kShort && i < 1u << (kShort - length); ++i) {
        tables.steps[(next << (kShort - length)) + i] = {static_cast<uint8_t>(symbol),
                                                         static_cast<uint8_t>(length)};
      }
      ++next;
    }
    tables.longer[length].end = uint64_t{next} << shift;
  }
  return tables;
}

constexpr Tables kTables = MakeTables();
static_assert(kTables.longer[kLongest].end == uint64_t{1} << 32, "every bit sequence is a code");
static_assert(kTables.longer[kNextLonger - 1].first == kTables.longer[kShort].end);

// The bits that are left of an encoded string, followed by ones.
class BitReader {
 public:
  explicit BitReader(std::span<const uint8_t> bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  /// Until there are as many as the longest code has, or all there are.
  void Fill() {
    if (count_ >= 32) return;
    if (end_ - at_ >= 4) {
      Add(uint64_t{at_[0]} << 24 | uint64_t{at_[1]} << 16 | uint64_t{at_[2]} << 8 | at_[3], 4);
    } else {
      while (at_ != end_) Add(*at_, 1);
    }
  }
  uint32_t Peek() const { return static_cast<uint32_t>(~zeros_ >> 32); }
  void Skip(unsigned bits) {
    zeros_ <<= bits;
    count_ -= bits;
  }
  /// Without the ones that follow.
  unsigned count() const { return count_; }

 private:
  void Add(uint64_t bits, unsigned bytes) {
    const uint64_t all = (uint64_t{1} << 8 * bytes) - 1;
    count_ += 8 * bytes;
    zeros_ |= (~bits & all) << (64 - count_);
    at_ += bytes;
  }

  const uint8_t* at_;
  const uint8_t* end_;
  uint64_t zeros_ = 0;  // the bits from the highest on, each inverted: what comes after them is 0
  unsigned count_ = 0;
};

struct Symbol {
  int symbol;
  unsigned length;
};

// Of a code longer than kShort that `bits` start with.
Symbol LongSymbol(uint32_t bits) {
  unsigned length = kNextLonger;
  while (bits >= kTables.longer[length].end) ++length;
  const Longer& longer = kTables.longer[length];
  const auto place = static_cast<int>((bits - longer.first) >> (32 - length));
  return {kTables.symbols[static_cast<size_t>(longer.place + place)], length};
}

}  // namespace

size_t HuffmanSize(std::string_view text) {
  size_t bits = 0;
  for (const char each : text) bits += kLengths[static_cast<uint8_t>(each)];
  return (bits + 7) / 8;
}

uint8_t* HuffmanEncode(std::string_view text, uint8_t* to) {
  uint64_t bits = 0;  // the low `count` ones are to be written
  unsigned count = 0;
  const auto write = [&] { *to++ = static_cast<uint8_t>(bits >> (count -= 8)); };
  for (const char each : text) {
    const Code code = kTables.codes[static_cast<uint8_t>(each)];
    bits = bits << code.length | code.bits;
    count += code.length;
    if (count < 32) continue;
    for (int i = 0; i < 4; ++i) write();
  }
  while (count >= 8) write();
  if (count > 0) *to++ = static_cast<uint8_t>(bits << (8 - count) | 0xffu >> count);
  return to;
}

std::optional<size_t> HuffmanDecode(std::span<const uint8_t> encoded, char* const to) {
  char* end = to;
  BitReader reader(encoded);
  for (reader.Fill(); reader.count() > 0; reader.Fill()) {
    const uint32_t bits = reader.Peek();
    if (bits == UINT32_MAX && reader.count() < 8) break;  // the padding
    const Step step = kTables.steps[bits >> (32 - kShort)];
    const Symbol next = step.length != 0 ? Symbol{step.symbol, step.length} : LongSymbol(bits);
    if (next.length > reader.count() || next.symbol == kEos) return std::nullopt;
    *end++ = static_cast<char>(next.symbol);
    reader.Skip(next.length);
  }
  return static_cast<size_t>(end - to);
}

}  // namespace evenkeel::http2
