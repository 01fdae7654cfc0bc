// The commands of user-client. Each blocks until done and returns the exit code: 0 all calls
// succeeded, 1 one failed or an answer was wrong, 3 could not connect.
#pragma once

#include "backend/client/options.h"

namespace evenkeel::backend {

inline constexpr int kCallFailed = 1;
inline constexpr int kCannotConnect = 3;

/// get, list, create, watch or sync: what `options.method` says. Prints answers to stdout, errors
/// to stderr.
int RunCall(const ClientOptions& options);

/// `options.load` must be there.
int RunLoad(const ClientOptions& options);

}  // namespace evenkeel::backend
