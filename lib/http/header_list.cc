#include "lib/http/header_list.h"

#include <algorithm>
#include <cstring>

#include "lib/base/check.h"

namespace evenkeel::http2 {
namespace {

void Copy(char* to, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
}

}  // namespace

HeaderList::HeaderList(const HeaderList& other) : rep_(other.rep_) {
  if (rep_.block == nullptr) return;
  rep_.block = static_cast<char*>(base::BlockPool::Take(rep_.capacity));
  CopyParts(other.rep_);
}

HeaderList::~HeaderList() {
  if (rep_.block != nullptr) base::BlockPool::Free(rep_.block, rep_.capacity);
}

void HeaderList::Add(std::string_view name, std::string_view value, Indexing indexing) {
  const size_t needed = sizeof(Span) + name.size() + value.size();
  if (room() >= needed) [[likely]]
    return Place(name, value, indexing);
  const auto [block, size] = Grow(needed);
  Place(name, value, indexing);
  // Not before: what is added may stand in it.
  if (block != nullptr) base::BlockPool::Free(block, size);
}

void HeaderList::Place(std::string_view name, std::string_view value, Indexing indexing) {
  const auto name_at = static_cast<uint32_t>(rep_.bytes + name.size());
  const auto value_at = static_cast<uint32_t>(name_at + value.size());
  Copy(At(name_at), name);
  Copy(At(value_at), value);
  new (spans() + rep_.count++) Span{name_at, value_at, static_cast<uint32_t>(name.size()),
                                    static_cast<uint32_t>(value.size()), indexing};
  rep_.bytes = value_at;
  rep_.text += static_cast<uint32_t>(name.size() + value.size());
}

bool HeaderList::AddWithinLimit(std::string_view name, std::string_view value, Indexing indexing) {
  if (list_size() + name.size() + value.size() + kFieldOverhead > rep_.limit) {
    rep_.truncated = true;
    return false;
  }
  Add(name, value, indexing);
  return true;
}

void HeaderList::Set(std::string_view name, std::string_view value) {
  Span* span = FindSpan(name);
  if (span == nullptr) return Add(name, value);
  rep_.text -= span->value_size;
  if (value.size() <= span->value_size) {
    std::memmove(At(span->value), value.data(), value.size());
    span->value_size = static_cast<uint32_t>(value.size());
    rep_.text += span->value_size;
    return;
  }
  // Elsewhere in the block: the field's name stays where it is.
  const Span before = *span;
  const size_t index = static_cast<size_t>(span - spans());
  Add(std::string_view(), value, before.indexing);
  const Span& added = spans()[--rep_.count];
  spans()[index] = {before.name, added.value, before.name_size, added.value_size, before.indexing};
}

void HeaderList::Remove(std::string_view name) {
  Span* const end = spans() + rep_.count;
  Span* const kept = std::remove_if(spans(), end, [&](const Span& span) {
    if (NameOf(span) != name) return false;
    rep_.text -= span.name_size + span.value_size;
    return true;
  });
  rep_.count = static_cast<uint32_t>(kept - spans());
}

void HeaderList::Clear() {
  rep_.truncated = rep_.doubtful = false;
  rep_.bytes = rep_.text = 0;
  rep_.count = 0;
}

std::optional<std::string_view> HeaderList::Find(std::string_view name) const {
  const Span* span = FindSpan(name);
  if (span == nullptr) return std::nullopt;
  return std::string_view(At(span->value), span->value_size);
}

HeaderList::Span* HeaderList::FindSpan(std::string_view name) const {
  for (Span* span = spans(); span != spans() + rep_.count; ++span) {
    // Names of one length mostly differ in their last byte: cheaper to see than to compare them.
    if (span->name_size != name.size()) continue;
    if (name.empty()) return span;
    const char* const bytes = At(span->name);
    if (bytes[name.size() - 1] == name.back() && NameOf(*span) == name) return span;
  }
  return nullptr;
}

std::pair<char*, size_t> HeaderList::Grow(size_t more) {
  const Rep former = rep_;
  const size_t held = rep_.count * sizeof(Span) + rep_.bytes;
  const size_t capacity = std::max({size_t{rep_.first}, 2 * size_t{rep_.capacity}, held + more});
  CHECK(capacity <= UINT32_MAX);
  rep_.block = static_cast<char*>(base::BlockPool::Take(capacity));
  rep_.capacity = static_cast<uint32_t>(capacity);
  CopyParts(former);
  return {former.block, former.capacity};
}

void HeaderList::CopyParts(const Rep& from) {
  Copy(rep_.block, {from.block, from.count * sizeof(Span)});
  Copy(At(from.bytes), {from.block + from.capacity - from.bytes, from.bytes});
}

}  // namespace evenkeel::http2
