// HeaderList: the fields of one header block, in their order, duplicates kept.
//
// A list is one block of the pool: what there is to know of the fields grows from its front, their
// bytes from its end. A value type: moved from decoding to forwarding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/base/block_pool.h"

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
  /// What nearly every request of a gRPC client fits in, for Reserve.
  static constexpr size_t kUsualRequest = 640;

  HeaderList() = default;
  HeaderList(const HeaderList& other);
  HeaderList(HeaderList&& other) noexcept : rep_(std::exchange(other.rep_, Rep{})) {}
  HeaderList& operator=(HeaderList other) noexcept {
    std::swap(rep_, other.rep_);
    return *this;
  }
  ~HeaderList() {
    if (rep_.block != nullptr) base::BlockPool::Free(rep_.block, rep_.capacity);
  }

  /// Makes the block that an empty list takes with its first field so large, in bytes.
  void Reserve(size_t block) { rep_.first = static_cast<uint32_t>(block); }
  /// Appends a field; the bytes are copied. Names are in lower case (RFC 9113, section 8.2.1).
  void Add(std::string_view name, std::string_view value, Indexing indexing = Indexing::kAllowed);
  /// Appends a field if list_size() then stays within set_limit; else the list is truncated, and
  /// false returned. Small fields that still fit are kept, so that a status survives an oversized
  /// neighbour.
  bool AddWithinLimit(std::string_view name, std::string_view value, Indexing indexing);
  void set_limit(size_t list_size) { rep_.limit = list_size; }
  /// Whether fields were left out by AddWithinLimit since Clear.
  bool truncated() const { return rep_.truncated; }
  void set_truncated() { rep_.truncated = true; }
  /// Whether others than HTTP have something to say on it (FieldCheck::doubtful); who has received
  /// the list says so.
  bool doubtful() const { return rep_.doubtful; }
  void set_doubtful() { rep_.doubtful = true; }
  /// Gives the first field of that name a new value, or appends one.
  void Set(std::string_view name, std::string_view value);
  /// Takes out every field of that name.
  void Remove(std::string_view name);
  void Clear();

  /// The value of the first field of that name; lives until the list changes.
  std::optional<std::string_view> Find(std::string_view name) const {
    const Span* span = FindSpan(name);
    if (span == nullptr) return std::nullopt;
    return std::string_view(At(span->value), span->value_size);
  }

  bool empty() const { return rep_.count == 0; }
  size_t size() const { return rep_.count; }
  /// Fields live until the list changes. Precondition: index < size().
  HeaderField operator[](size_t index) const {
    const Span& span = spans()[index];
    return {NameOf(span), {At(span.value), span.value_size}, span.indexing};
  }
  /// Bytes of memory that it has.
  size_t held() const { return rep_.capacity; }
  /// Sum of name + value + 32 over the fields (RFC 9113, section 6.5.2).
  size_t list_size() const { return rep_.text + kFieldOverhead * rep_.count; }

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
  static constexpr size_t kFirstBlock = 256;  // usually enough for an answer's fields

  // Offsets count back from the block's end, so they stay true when the block grows.
  struct Span {
    uint32_t name;
    uint32_t value;
    uint32_t name_size;
    uint32_t value_size;
    Indexing indexing;
  };

  struct Rep {
    char* block = nullptr;
    uint32_t capacity = 0;
    uint32_t bytes = 0;  // at the block's end, those of fields that went included
    uint32_t text = 0;   // names and values of those there are
    uint32_t count = 0;  // spans at its front
    uint32_t first = kFirstBlock;
    size_t limit = SIZE_MAX;
    bool truncated = false;
    bool doubtful = false;
  };

  Span* FindSpan(std::string_view name) const;
  Span* spans() const { return reinterpret_cast<Span*>(rep_.block); }
  char* At(uint32_t offset) const { return rep_.block + rep_.capacity - offset; }
  std::string_view NameOf(const Span& span) const { return {At(span.name), span.name_size}; }
  size_t room() const { return rep_.capacity - rep_.count * sizeof(Span) - rep_.bytes; }
  /// Moves all into a block with room for `more` bytes; returns the former one, to be freed.
  std::pair<char*, size_t> Grow(size_t more);
  /// Into a block of at least the size.
  void CopyParts(const Rep& from);

  Rep rep_;
};

}  // namespace evenkeel::http2
