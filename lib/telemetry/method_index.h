// MethodIndex: one worker's own copy of what it has met of the MethodTable, so that a call looks
// its method up without a lock. On the worker's thread only.
#pragma once

#include <string_view>

#include "lib/telemetry/method_table.h"

namespace evenkeel::telemetry {

class MethodIndex {
 public:
  /// `table` outlives the index.
  explicit MethodIndex(MethodTable& table) : table_(table) {}

  /// The number of the method that a `:path` names; kOtherMethod when it names none. Takes the
  /// table's lock only for a name this worker has not met, and never again once the table is full.
  MethodId Find(std::string_view path) {
    if (!path.starts_with('/')) return kOtherMethod;
    const auto found = met_.find(path.substr(1));
    return found != met_.end() ? found->second : FindNew(path);
  }

 private:
  MethodId FindNew(std::string_view path);

  MethodTable& table_;
  MethodMap met_;
  bool complete_ = false;  ///< `met_` holds all that the table will ever hold
};

}  // namespace evenkeel::telemetry
