#include <string_view>

#include "lib/base/check.h"
#include "lib/yaml/loader.h"
#include "tests/fuzz/fuzz_target.h"

namespace evenkeel::fuzz {

void FuzzConfig(std::span<const uint8_t> input) {
  const auto loaded =
      config::LoadText({reinterpret_cast<const char*>(input.data()), input.size()}, "fuzz.yaml");
  if (loaded) {
    CHECK(!loaded->listeners.empty() && !loaded->clusters.empty());
    return;
  }
  CHECK(!loaded.error().empty());
  for (const config::ConfigError& each : loaded.error()) {
    CHECK(each.mark.line >= 1 && each.mark.column >= 1 && !each.reason.empty());
  }
}

}  // namespace evenkeel::fuzz
