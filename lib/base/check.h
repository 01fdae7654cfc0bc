// CHECK: stops the process when our own code broke a promise.
//
// Never on anything a peer, a file or a user can cause: those get an error value.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace evenkeel::base::internal {

[[noreturn]] inline void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: bug in evenkeel: CHECK(%s) failed\n", file, line, condition);
  std::abort();
}

}  // namespace evenkeel::base::internal

#define CHECK(condition)        \
  (static_cast<bool>(condition) \
       ? void()                 \
       : ::evenkeel::base::internal::CheckFailed(#condition, __FILE__, __LINE__))
