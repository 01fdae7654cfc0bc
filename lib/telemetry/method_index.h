// MethodIndex: one worker's own copy of the MethodTable, so that a call looks its method up without
// a lock. On the worker's thread only.
#pragma once

#include <string_view>

#include "lib/telemetry/method_table.h"

namespace evenkeel::telemetry {

class MethodIndex {
 public:
  /// `table` outlives the index.
  explicit MethodIndex(MethodTable& table) : table_(table) {}

  /// The number of the method that a `:path` names; kOtherMethod when it names none, or there is no
  /// room for one more; kUnsettledMethod for a name that no endpoint has answered so far. Takes the
  /// table's lock only after its names have changed.
  MethodId Find(std::string_view path) {
    if (!path.starts_with('/')) return kOtherMethod;
    if (table_.version() != version_) [[unlikely]]
      met_ = table_.Copy(version_);
    const auto found = met_.find(path.substr(1));
    return found != met_.end() ? found->second : Unknown(path);
  }

  /// The number of an unsettled method that an endpoint has answered.
  MethodId Settle(std::string_view path) {
    const std::string_view name = MethodName(path);
    return name.empty() ? kOtherMethod : table_.Settle(name);
  }

 private:
  MethodId Unknown(std::string_view path) const;

  MethodTable& table_;
  MethodMap met_;
  uint64_t version_ = 0;  ///< of met_
};

}  // namespace evenkeel::telemetry
