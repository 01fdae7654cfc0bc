#include "lib/http/header_list.h"

#include <algorithm>
#include <cstring>

#include "lib/base/check.h"
#include "lib/http/same_text.h"

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

void HeaderList::Add(std::string_view name, std::string_view value, Indexing indexing) {
  const size_t size = name.size() + value.size();
  std::pair<char*, size_t> former{nullptr, 0};
  if (room() < sizeof(Span) + size) [[unlikely]]
    former = Grow(sizeof(Span) + size);
  const auto name_at = static_cast<uint32_t>(rep_.bytes + name.size());
  const auto value_at = static_cast<uint32_t>(rep_.bytes + size);
  if (value.data() + value.size() == name.data()) [[likely]] {
    Copy(At(value_at), {value.data(), size});  // as they stand in a table, too
  } else {
    Copy(At(name_at), name);
    Copy(At(value_at), value);
  }
  new (spans() + rep_.count++) Span{name_at, value_at, static_cast<uint32_t>(name.size()),
                                    static_cast<uint32_t>(value.size()), indexing};
  rep_.bytes = value_at;
  rep_.text += static_cast<uint32_t>(size);
  // Not before: what is added may stand in it.
  if (former.first != nullptr) [[unlikely]]
    base::BlockPool::Free(former.first, former.second);
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

HeaderList::Span* HeaderList::FindSpan(std::string_view name) const {
  for (Span* span = spans(); span != spans() + rep_.count; ++span) {
    if (SameText(NameOf(*span), name)) return span;
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
