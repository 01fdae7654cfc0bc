#include "lib/telemetry/log_limiter.h"

#include <utility>

namespace evenkeel::telemetry {

std::optional<uint64_t> LogLimiter::Admit(std::string_view cause, base::Time now) {
  auto found = windows_.find(cause);
  if (found == windows_.end()) found = windows_.emplace(cause, Window{now, 0, 0}).first;
  Window& window = found->second;
  if (now - window.start >= std::chrono::seconds(1)) {
    window.start = now;
    window.written = 0;
  }
  if (window.written == kLinesPerSecond) {
    ++window.suppressed;
    return std::nullopt;
  }
  ++window.written;
  return std::exchange(window.suppressed, 0);
}

std::map<std::string, uint64_t, std::less<>> LogLimiter::TakeSuppressed() {
  std::map<std::string, uint64_t, std::less<>> suppressed;
  for (auto& [cause, window] : windows_) {
    if (window.suppressed > 0) suppressed.emplace(cause, std::exchange(window.suppressed, 0));
  }
  return suppressed;
}

}  // namespace evenkeel::telemetry
