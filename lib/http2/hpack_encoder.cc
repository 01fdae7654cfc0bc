#include "lib/http2/hpack_encoder.h"

#include <algorithm>

#include "lib/http2/hpack_bytes.h"
#include "lib/http2/hpack_integer.h"
#include "lib/http2/hpack_static_table.h"
#include "lib/http2/huffman.h"

namespace evenkeel::http2 {
namespace {

// The first byte of a literal and the bits of its name's index (RFC 7541, section 6.2).
struct Representation {
  uint8_t pattern;
  unsigned prefix_bits;
};
constexpr Representation kInserted{0x40, 6};
constexpr Representation kNotInserted{0x00, 4};
constexpr Representation kNeverIndexed{0x10, 4};

constexpr size_t kShortCookie = 20;  // bytes; nghttp2 draws the line here too
constexpr size_t kMostSizeUpdates = 6;

// So that a request's fields, a response's and trailers have guesses of their own.
constexpr size_t kPlacesApart = 5;

uint8_t* WritePlain(std::string_view text, uint8_t* to) {
  to = WriteInteger(to, 0, 7, static_cast<uint32_t>(text.size()));
  return std::copy(text.begin(), text.end(), to);
}

uint8_t* WriteShortest(std::string_view text, uint8_t* to) {
  const size_t encoded = HuffmanSize(text);
  if (encoded >= text.size()) return WritePlain(text, to);
  return HuffmanEncode(text, WriteInteger(to, 0x80, 7, static_cast<uint32_t>(encoded)));
}

// What is inserted is written once for many calls. What is not, comes with each call anew: Huffman
// code would save a fifth of its bytes for forty instructions each, here and at the peer.
uint8_t* WriteLiteral(Representation as, uint32_t name_index, const HeaderField& field,
                      uint8_t* to) {
  const auto write = as.pattern == kInserted.pattern ? WriteShortest : WritePlain;
  to = WriteInteger(to, as.pattern, as.prefix_bits, name_index);
  if (name_index == 0) to = write(field.name, to);
  return write(field.value, to);
}

uint8_t* WriteIndexed(uint32_t index, uint8_t* to) { return WriteInteger(to, 0x80, 7, index); }

bool IsSecret(Insertion insertion, const HeaderField& field) {
  return field.indexing == Indexing::kNever || insertion == Insertion::kSecret ||
         (insertion == Insertion::kCookie && field.value.size() < kShortCookie);
}

}  // namespace

HpackEncoder::HpackEncoder()
    : table_(HpackTable::kMostSize), smallest_limit_(table_.limit()), last_limit_(table_.limit()) {
  guesses_.fill(1);
}

void HpackEncoder::SetTableLimit(uint32_t bytes) {
  last_limit_ = std::min(bytes, HpackTable::kMostSize);
  smallest_limit_ = std::min(smallest_limit_, last_limit_);
}

size_t HpackEncoder::Bound(const HeaderList& headers) {
  // A literal adds to its bytes one for what it is and at most six for the size of each string:
  // less than what a list's size counts for a field.
  return headers.list_size() + kMostSizeUpdates;
}

size_t HpackEncoder::Encode(const HeaderList& headers, uint8_t* to) {
  const uint8_t* const begin = to;
  if (smallest_limit_ != table_.limit() || last_limit_ != table_.limit()) to = TellLimit(to);
  size_t place = headers.size() * kPlacesApart;
  for (size_t i = 0; i < headers.size(); ++i) {
    Guess& guess = guesses_[place++ % guesses_.size()];
    uint32_t index;
    to = Confirm(guess, headers[i], index) ? WriteIndexed(index, to)
                                           : EncodeMiss(headers[i], guess, to);
  }
  return static_cast<size_t>(to - begin);
}

uint8_t* HpackEncoder::TellLimit(uint8_t* to) {
  if (smallest_limit_ < table_.limit()) {
    table_.SetLimit(smallest_limit_);
    to = WriteInteger(to, 0x20, 5, smallest_limit_);
  }
  if (last_limit_ != table_.limit()) {
    table_.SetLimit(last_limit_);
    to = WriteInteger(to, 0x20, 5, last_limit_);
  }
  smallest_limit_ = last_limit_;
  return to;
}

[[gnu::always_inline]] inline bool HpackEncoder::Confirm(Guess guess, const HeaderField& field,
                                                         uint32_t& index) const {
  const HpackEntry* entry;
  if (guess < kDynamic) {
    index = guess;
    entry = &kStaticTable[guess - 1u];
  } else {
    const uint32_t age = (table_.inserted() - 1 - guess) & kNumberMask;
    if (age >= table_.count()) return false;
    index = kStaticEntries + 1 + age;
    entry = &table_.AtNumber(guess);
  }
  return field.indexing == Indexing::kAllowed && entry->Is(field);
}

uint8_t* HpackEncoder::EncodeMiss(const HeaderField& field, Guess& guess, uint8_t* to) {
  HpackTable::Hashes hashes{HashBytes(field.name), 0};
  const KnownName known = FindKnownName(field.name, hashes.name);
  if (IsSecret(known.insertion, field)) return WriteLiteral(kNeverIndexed, known.index, field, to);
  for (uint32_t index = known.index; index < uint32_t{known.index} + known.values; ++index) {
    if (!SameText(kStaticTable[index - 1].value(), field.value)) continue;
    guess = static_cast<Guess>(index);
    return WriteIndexed(index, to);
  }
  hashes.value = HashBytes(field.value);
  const Found found = FindInTable(field, hashes);
  if (found.field != 0) {
    guess = Dynamic(found.field);
    return WriteIndexed(found.field, to);
  }
  const uint32_t name_index = known.index != 0 ? known.index : found.name;
  const bool inserts = known.insertion == Insertion::kAlways ||
                       known.insertion == Insertion::kCookie ||
                       (known.insertion == Insertion::kNameOnce && found.name == 0);
  const size_t size = field.name.size() + field.value.size() + HpackTable::kEntryOverhead;
  // What is larger would drive out nearly all there is.
  if (!inserts || size > table_.limit() / 4 * 3) {
    return WriteLiteral(kNotInserted, name_index, field, to);
  }
  to = WriteLiteral(kInserted, name_index, field, to);
  table_.Insert(field.name, field.value, hashes);
  guess = Dynamic(kStaticEntries + 1);
  return to;
}

HpackEncoder::Found HpackEncoder::FindInTable(const HeaderField& field,
                                              HpackTable::Hashes hashes) const {
  Found found;
  for (uint32_t age = 0; age < table_.count(); ++age) {
    const HpackEntry& entry = table_[age];
    if (entry.name_hash != hashes.name) continue;
    if (found.name != 0 && entry.value_hash != hashes.value) continue;
    if (!SameText(entry.name(), field.name)) continue;
    const uint32_t index = kStaticEntries + 1 + age;
    if (found.name == 0) found.name = index;
    if (!SameText(entry.value(), field.value)) continue;
    found.field = index;
    break;
  }
  return found;
}

HpackEncoder::Guess HpackEncoder::Dynamic(uint32_t index) const {
  const uint32_t number = table_.inserted() - (index - kStaticEntries);
  return static_cast<Guess>(kDynamic | (number & kNumberMask));
}

}  // namespace evenkeel::http2
