// Durations as people write them on a command line: 250us, 5ms, 1.5s, 2m, 1h.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace evenkeel::backend {

/// Reads a number, decimals allowed, followed by ns, us, ms, s, m or h; "0" needs no unit. At most
/// 10,000 hours. The error is a sentence.
base::Result<base::Duration, std::string> ParseDuration(std::string_view text);

/// The shortest form that ParseDuration reads back to the same value: "1500ms", "2m".
std::string FormatDuration(base::Duration duration);

}  // namespace evenkeel::backend
