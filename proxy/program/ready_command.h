// ReadyCommand: `evenkeel ready`, the question to a running sidecar whether it takes calls: GET
// /ready on its admin address. For the health checks of containers, which then need neither a shell
// nor curl.
//
// Not part of the running sidecar; has an event loop of its own, on the calling thread.
#pragma once

#include <string>

#include "lib/base/address.h"
#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "proxy/program/command_line.h"

namespace evenkeel::proxy {

/// Blocks for at most `timeout`, not counting a look-up of a name. The error is a sentence that
/// says why not: nobody listens, no answer, or the status that /ready answered with. `token` goes
/// along, unless it is empty.
base::Result<void, std::string> AskReady(const base::Address& admin, base::Duration timeout,
                                         const std::string& token = {});

/// Asks, and says on standard error why not. The result is the exit code.
int SayWhetherReady(const ReadyCommand& command);

}  // namespace evenkeel::proxy
