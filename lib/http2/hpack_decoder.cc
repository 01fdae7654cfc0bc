#include "lib/http2/hpack_decoder.h"

#include <algorithm>

#include "lib/base/block_pool.h"
#include "lib/http2/hpack_integer.h"
#include "lib/http2/hpack_static_table.h"

namespace evenkeel::http2 {
namespace {

// The first byte of each representation, and the bits of its number (RFC 7541, section 6).
constexpr uint8_t kIndexed = 0x80;
constexpr unsigned kIndexedBits = 7;
constexpr uint8_t kInserted = 0x40;
constexpr unsigned kInsertedBits = 6;
constexpr uint8_t kSizeUpdate = 0x20;
constexpr unsigned kSizeUpdateBits = 5;
constexpr uint8_t kNeverIndexed = 0x10;
constexpr unsigned kNotInsertedBits = 4;
constexpr uint8_t kHuffman = 0x80;
constexpr unsigned kStringBits = 7;

constexpr size_t kUsualScratch = 256;  // bytes; so that a block's fields seldom need a larger one

}  // namespace

HpackDecoder::HpackDecoder(uint32_t table_limit) : table_(table_limit), table_limit_(table_limit) {}

void HpackDecoder::Begin(std::span<const uint8_t> block) {
  end_ = block.data() + block.size();
  at_ = failed_ ? end_ : block.data();
  ReadSizeUpdates();
}

// They stand before the first field only (RFC 7541, section 4.2).
void HpackDecoder::ReadSizeUpdates() {
  while (at_ != end_ && (*at_ & 0xe0) == kSizeUpdate) {
    uint32_t limit;
    if (!ReadNumber(kSizeUpdateBits, limit)) return;
    if (limit > table_limit_) {
      Fail();
      return;
    }
    table_.SetLimit(limit);
  }
}

bool HpackDecoder::Next(HeaderField& field) {
  if (at_ == end_) {
    FreeScratch();
    return false;
  }
  const uint8_t first = *at_;
  if (first >= kIndexed) return ReadIndexed(field);
  if (first >= kInserted) return ReadLiteral(kInserted, kInsertedBits, field);
  if (first >= kSizeUpdate) return Fail();
  return ReadLiteral(first & kNeverIndexed, kNotInsertedBits, field);
}

bool HpackDecoder::ReadIndexed(HeaderField& field) {
  uint32_t index;
  field.indexing = Indexing::kAllowed;
  return ReadNumber(kIndexedBits, index) && LookUp(index, field);
}

bool HpackDecoder::ReadLiteral(uint8_t pattern, unsigned prefix_bits, HeaderField& field) {
  uint32_t index;
  Encoded name;
  Encoded value;
  if (!ReadNumber(prefix_bits, index)) return false;
  if (index == 0 ? !ReadString(name) : !LookUp(index, field)) return false;
  if (!ReadString(value)) return false;
  field.indexing = pattern == kNeverIndexed ? Indexing::kNever : Indexing::kAllowed;

  const bool inserts = pattern == kInserted;
  const bool evicts_name = inserts && index > kStaticEntries;
  const size_t scratch = name.bound() + value.bound() + (evicts_name ? field.name.size() : 0);
  if (scratch != 0) Reserve(scratch);
  if (index == 0 && !Decode(name, field.name)) return Fail();
  if (evicts_name) field.name = Keep(field.name);
  if (!Decode(value, field.value)) return Fail();
  if (inserts) Insert(field);
  return true;
}

void HpackDecoder::Insert(const HeaderField& field) {
  if (table_.Fits(field.name, field.value)) {
    table_.Insert(field.name, field.value);
  } else {
    table_.Clear();
  }
}

bool HpackDecoder::ReadNumber(unsigned prefix_bits, uint32_t& value) {
  const uint8_t* const behind = ReadInteger(at_, end_, prefix_bits, value);
  if (behind == nullptr) return Fail();
  at_ = behind;
  return true;
}

bool HpackDecoder::ReadString(Encoded& string) {
  if (at_ == end_) return Fail();
  string.huffman = *at_ >= kHuffman;
  uint32_t size;
  if (!ReadNumber(kStringBits, size)) return false;
  if (size > static_cast<size_t>(end_ - at_)) return Fail();
  string.bytes = {at_, size};
  at_ += size;
  return true;
}

inline bool HpackDecoder::LookUp(uint32_t index, HeaderField& field) {
  const uint32_t age = index - kStaticEntries - 1;
  // An index of 0, and one of the static table, wraps to an age that no entry has.
  if (age >= table_.count() && index - 1 >= kStaticEntries) return Fail();
  const HpackEntry& entry = index <= kStaticEntries ? kStaticTable[index - 1] : table_[age];
  field.name = entry.name();
  field.value = entry.value();
  return true;
}

bool HpackDecoder::Decode(const Encoded& string, std::string_view& text) {
  if (!string.huffman) {
    text = {reinterpret_cast<const char*>(string.bytes.data()), string.bytes.size()};
    return true;
  }
  char* const begin = scratch_ + scratch_used_;
  const auto size = HuffmanDecode(string.bytes, begin);
  if (!size) return false;
  text = {begin, *size};
  scratch_used_ += *size;
  return true;
}

std::string_view HpackDecoder::Keep(std::string_view text) {
  char* const begin = scratch_ + scratch_used_;
  std::copy(text.begin(), text.end(), begin);
  scratch_used_ += text.size();
  return {begin, text.size()};
}

void HpackDecoder::Reserve(size_t bytes) {
  scratch_used_ = 0;
  if (bytes <= scratch_size_) return;
  FreeScratch();
  scratch_size_ = std::max(bytes, kUsualScratch);
  scratch_ = static_cast<char*>(base::BlockPool::Take(scratch_size_));
}

void HpackDecoder::FreeScratch() {
  if (scratch_ == nullptr) return;
  base::BlockPool::Free(scratch_, scratch_size_);
  scratch_ = nullptr;
  scratch_size_ = scratch_used_ = 0;
}

bool HpackDecoder::Fail() {
  failed_ = true;
  at_ = end_;
  return false;
}

}  // namespace evenkeel::http2
