#include "http2/header_list.h"

namespace evenkeel::http2 {
namespace {

// What nearly every list of a call stays within: it then never moves while it grows.
constexpr size_t kUsualBytes = 512;
constexpr size_t kUsualFields = 16;

}  // namespace

void HeaderList::Add(std::string_view name, std::string_view value, Indexing indexing) {
  if (fields_.empty()) {
    arena_.reserve(kUsualBytes);
    fields_.reserve(kUsualFields);
  }
  const uint32_t name_at = Append(name);
  fields_.push_back({name_at, Append(value), static_cast<uint32_t>(name.size()),
                     static_cast<uint32_t>(value.size()), indexing});
}

void HeaderList::AddWithinLimit(std::string_view name, std::string_view value, Indexing indexing) {
  if (list_size() + name.size() + value.size() + kFieldOverhead > limit_) {
    truncated_ = true;
    return;
  }
  Add(name, value, indexing);
}

void HeaderList::Set(std::string_view name, std::string_view value) {
  auto* span = const_cast<Span*>(FindSpan(name));
  if (span == nullptr) return Add(name, value);
  if (value.size() <= span->value_size) {
    arena_.replace(span->value, value.size(), value);
  } else {
    span->value = Append(value);
  }
  span->value_size = static_cast<uint32_t>(value.size());
}

void HeaderList::Remove(std::string_view name) {
  std::erase_if(fields_, [&](const Span& span) { return NameOf(span) == name; });
}

void HeaderList::Clear() {
  truncated_ = false;
  arena_.clear();
  fields_.clear();
}

std::optional<std::string_view> HeaderList::Find(std::string_view name) const {
  const Span* span = FindSpan(name);
  if (span == nullptr) return std::nullopt;
  return std::string_view(arena_.data() + span->value, span->value_size);
}

uint32_t HeaderList::Append(std::string_view bytes) {
  const auto offset = static_cast<uint32_t>(arena_.size());
  arena_.append(bytes);
  return offset;
}

const HeaderList::Span* HeaderList::FindSpan(std::string_view name) const {
  for (const Span& span : fields_) {
    if (NameOf(span) == name) return &span;
  }
  return nullptr;
}

}  // namespace evenkeel::http2
