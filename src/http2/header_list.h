// HeaderList: the fields of one header block, in their order, duplicates kept.
//
// All bytes stand in one arena, so a list costs two blocks of the pool however many fields it has.
// A value type: moved from decoding to forwarding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/block_pool.h"

namespace evenkeel::http2 {

/// Whether a field may enter compression tables (RFC 7541, section 7.1.3). What a peer marked
/// never-indexed is forwarded so.
enum class Indexing : uint8_t { kAllowed, kNever };

struct HeaderField {
  std::string_view name;
  std::string_view value;
  Indexing indexing = Indexing::kAllowed;
};

class HeaderList {
 public:
  /// Appends a field; the bytes are copied. Names are in lower case (RFC 9113, section 8.2.1).
  void Add(std::string_view name, std::string_view value, Indexing indexing = Indexing::kAllowed);
  /// Appends a field if list_size() then stays within set_limit; else the list is truncated. Small
  /// fields that still fit are kept, so that a status survives an oversized neighbour.
  void AddWithinLimit(std::string_view name, std::string_view value, Indexing indexing);
  void set_limit(size_t list_size) { limit_ = list_size; }
  /// Whether fields were left out by AddWithinLimit since Clear.
  bool truncated() const { return truncated_; }
  /// Gives the first field of that name a new value, or appends one.
  void Set(std::string_view name, std::string_view value);
  /// Takes out every field of that name.
  void Remove(std::string_view name);
  void Clear();

  /// The value of the first field of that name; lives until the list changes.
  std::optional<std::string_view> Find(std::string_view name) const;

  bool empty() const { return fields_.empty(); }
  size_t size() const { return fields_.size(); }
  /// Fields live until the list changes. Precondition: index < size().
  HeaderField operator[](size_t index) const {
    const Span& span = fields_[index];
    return {NameOf(span), {arena_.data() + span.value, span.value_size}, span.indexing};
  }
  /// Sum of name + value + 32 over the fields (RFC 9113, section 6.5.2).
  size_t list_size() const { return arena_.size() + kFieldOverhead * fields_.size(); }

  class Iterator {
   public:
    Iterator(const HeaderList& list, size_t index) : list_(list), index_(index) {}
    HeaderField operator*() const { return list_[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const HeaderList& list_;
    size_t index_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  static constexpr size_t kFieldOverhead = 32;

  struct Span {
    uint32_t name;   // offset in arena_
    uint32_t value;  // offset in arena_
    uint32_t name_size;
    uint32_t value_size;
    Indexing indexing;
  };

  uint32_t Append(std::string_view bytes);
  const Span* FindSpan(std::string_view name) const;
  std::string_view NameOf(const Span& span) const {
    return {arena_.data() + span.name, span.name_size};
  }

  base::PooledBytes arena_;
  std::vector<Span, base::PoolAllocator<Span>> fields_;
  size_t limit_ = SIZE_MAX;
  bool truncated_ = false;
};

}  // namespace evenkeel::http2
