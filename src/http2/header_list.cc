#include "http2/header_list.h"

namespace evenkeel::http2 {

void HeaderList::Add(std::string_view name, std::string_view value, Indexing indexing) {
  Span span;
  span.name = Append(name);
  span.value = Append(value);
  span.name_size = static_cast<uint32_t>(name.size());
  span.value_size = static_cast<uint32_t>(value.size());
  span.indexing = indexing;
  fields_.push_back(span);
}

void HeaderList::AddWithinLimit(std::string_view name, std::string_view value, Indexing indexing) {
  if (list_size() + name.size() + value.size() + kFieldOverhead > limit_) {
    truncated_ = true;
    return;
  }
  Add(name, value, indexing);
}

void HeaderList::Set(std::string_view name, std::string_view value) {
  Span* span = FindSpan(name);
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
  for (const HeaderField field : *this) {
    if (field.name == name) return field.value;
  }
  return std::nullopt;
}

HeaderField HeaderList::operator[](size_t index) const {
  const Span& span = fields_[index];
  return {NameOf(span), std::string_view(arena_).substr(span.value, span.value_size),
          span.indexing};
}

uint32_t HeaderList::Append(std::string_view bytes) {
  const auto offset = static_cast<uint32_t>(arena_.size());
  arena_.append(bytes);
  return offset;
}

HeaderList::Span* HeaderList::FindSpan(std::string_view name) {
  for (Span& span : fields_) {
    if (NameOf(span) == name) return &span;
  }
  return nullptr;
}

std::string_view HeaderList::NameOf(const Span& span) const {
  return std::string_view(arena_).substr(span.name, span.name_size);
}

}  // namespace evenkeel::http2
