#include "lib/http2/hpack_table.h"

#include <algorithm>

#include "lib/base/block_pool.h"
#include "lib/base/check.h"

namespace evenkeel::http2 {
namespace {

constexpr uint32_t kFirstRing = 4;  // entries; the whole table of a gRPC server's answers

}  // namespace

HpackTable::HpackTable(uint32_t limit) : limit_(limit) { CHECK(limit <= kMostSize); }

HpackTable::~HpackTable() {
  Clear();
  if (ring_ != nullptr) base::BlockPool::Free(ring_, (mask_ + 1) * sizeof(HpackEntry));
}

void HpackTable::SetLimit(uint32_t limit) {
  CHECK(limit <= kMostSize);
  limit_ = limit;
  EvictDownTo(limit);
}

void HpackTable::Insert(std::string_view name, std::string_view value, Hashes hashes) {
  const auto bytes = static_cast<uint32_t>(name.size() + value.size());
  // Before anything goes: name and value may be of what does.
  auto* const block = static_cast<char*>(base::BlockPool::Take(bytes));
  std::copy(name.begin(), name.end(), std::copy(value.begin(), value.end(), block));
  EvictDownTo(limit_ - bytes - kEntryOverhead);
  if (ring_ == nullptr || count_ > mask_) GrowRing();
  ring_[inserted_++ & mask_] = {block, static_cast<uint16_t>(name.size()),
                                static_cast<uint16_t>(value.size()), hashes.name, hashes.value};
  ++count_;
  size_ += bytes + kEntryOverhead;
}

void HpackTable::EvictDownTo(uint32_t size) {
  while (size_ > size) {
    const HpackEntry& oldest = (*this)[--count_];
    const uint32_t bytes = uint32_t{oldest.name_size} + oldest.value_size;
    base::BlockPool::Free(const_cast<char*>(oldest.bytes), bytes);
    size_ -= bytes + kEntryOverhead;
  }
}

void HpackTable::GrowRing() {
  const uint32_t capacity = ring_ == nullptr ? kFirstRing : 2 * (mask_ + 1);
  auto* const grown =
      static_cast<HpackEntry*>(base::BlockPool::Take(capacity * sizeof(HpackEntry)));
  for (uint32_t number = inserted_ - count_; number != inserted_; ++number) {
    grown[number & (capacity - 1)] = ring_[number & mask_];
  }
  if (ring_ != nullptr) base::BlockPool::Free(ring_, (mask_ + 1) * sizeof(HpackEntry));
  ring_ = grown;
  mask_ = capacity - 1;
}

}  // namespace evenkeel::http2
