#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/network.h"
#include "lib/net/proxy_header.h"
#include "tests/fuzz/fuzz_target.h"

namespace evenkeel::fuzz {

// Byte by byte it must mean the same as in one piece, and be decided at the same byte at the
// latest.
void FuzzProxyHeader(std::span<const uint8_t> input) {
  const auto whole = net::ReadProxyHeader(input);
  const base::Network any = base::Network::Parse("::/0").value();
  for (size_t size = 0; size < input.size(); ++size) {
    const auto part = net::ReadProxyHeader(input.first(size));
    if (!part) {
      CHECK(!whole);
      break;
    }
    if (!*part) continue;
    CHECK(whole && *whole && (*whole)->size == size && (*whole)->address == (*part)->address);
    break;
  }
  if (!whole || !*whole) {
    CHECK(!whole || input.size() < net::kMaxProxyHeader);
    return;
  }
  CHECK((*whole)->size <= std::min(input.size(), net::kMaxProxyHeader));
  CHECK((*whole)->address.empty() || any.Contains((*whole)->address));
}

}  // namespace evenkeel::fuzz
