#include "lib/telemetry/method_table.h"

#include <algorithm>

namespace evenkeel::telemetry {
namespace {

constexpr size_t kLongestPath = 256;
constexpr uint32_t kLastMethodId = 64 * 1024 - 1;  // what LazySlots hold

bool IsVisible(char c) { return c > ' ' && c <= '~'; }

}  // namespace

std::string_view MethodName(std::string_view path) {
  if (path.size() > kLongestPath || !path.starts_with('/')) return {};
  const std::string_view name = path.substr(1);
  const size_t slash = name.find('/');
  const bool two_parts = slash != 0 && slash != std::string_view::npos &&
                         slash + 1 != name.size() &&
                         name.find('/', slash + 1) == std::string_view::npos;
  return two_parts && std::ranges::all_of(name, IsVisible) ? name : std::string_view();
}

MethodTable::MethodTable(size_t limit) : limit_(limit) {}

MethodId MethodTable::Settle(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = ids_.find(name);
  if (found != ids_.end()) return found->second;
  if (ids_.size() >= limit_) return kOtherMethod;
  const MethodId id = NextId();
  if (id == kOtherMethod) return id;
  ids_.emplace(name, id);
  ++version_;
  return id;
}

MethodId MethodTable::NextId() {
  if (free_.empty()) {
    return last_id_ == kLastMethodId ? kOtherMethod : static_cast<MethodId>(++last_id_);
  }
  const MethodId id = free_.back();
  free_.pop_back();
  return id;
}

void MethodTable::Retire(MethodId id) {
  const std::lock_guard lock(mutex_);
  if (std::erase_if(ids_, [id](const auto& entry) { return entry.second == id; }) > 0) ++version_;
}

void MethodTable::Free(MethodId id) {
  const std::lock_guard lock(mutex_);
  free_.push_back(id);
}

bool MethodTable::full() const {
  const std::lock_guard lock(mutex_);
  return ids_.size() >= limit_;
}

MethodMap MethodTable::Copy(uint64_t& version) const {
  const std::lock_guard lock(mutex_);
  version = version_;
  return ids_;
}

std::vector<std::string> MethodTable::Names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names(last_id_ + 1);
  names[0] = kOtherMethodName;
  for (const auto& [name, id] : ids_) names[static_cast<size_t>(id)] = name;
  return names;
}

}  // namespace evenkeel::telemetry
