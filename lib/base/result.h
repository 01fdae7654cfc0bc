// Result: a value, or the reason why there is none.
//
// Errors cross our boundaries as values; each folder has its own small error type. Third-party
// exceptions are caught in the one file that calls the library, so nothing above throws.
#pragma once

#include <tl/expected.hpp>

namespace evenkeel::base {

template <typename T, typename E>
using Result = tl::expected<T, E>;

/// Makes the failed state of any Result: `return Error(MyError{...});`.
template <typename E>
auto Error(E&& error) {
  return tl::make_unexpected(std::forward<E>(error));
}

}  // namespace evenkeel::base
