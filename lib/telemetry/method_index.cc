#include "lib/telemetry/method_index.h"

namespace evenkeel::telemetry {

MethodId MethodIndex::Unknown(std::string_view path) const {
  const bool no_room = met_.size() >= table_.limit();
  return no_room || MethodName(path).empty() ? kOtherMethod : kUnsettledMethod;
}

}  // namespace evenkeel::telemetry
