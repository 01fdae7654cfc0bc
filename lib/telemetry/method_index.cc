#include "lib/telemetry/method_index.h"

namespace evenkeel::telemetry {

MethodId MethodIndex::FindNew(std::string_view path) {
  const std::string_view name = MethodName(path);
  if (name.empty() || complete_) return kOtherMethod;
  const MethodId id = table_.Intern(name);
  if (id != kOtherMethod) {
    met_.emplace(name, id);
  } else {
    met_ = table_.Copy();
    complete_ = true;
  }
  return id;
}

}  // namespace evenkeel::telemetry
