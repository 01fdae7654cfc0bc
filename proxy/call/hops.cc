#include "proxy/call/hops.h"

#include <string>

namespace evenkeel::proxy {
namespace {

constexpr size_t kHopSize = 8;
constexpr size_t kMostHops = 16;

std::string HopOf(uint32_t instance) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(kHopSize, '0');
  for (size_t i = kHopSize; i-- > 0; instance >>= 4) text[i] = kDigits[instance & 0xf];
  return text;
}

}  // namespace

bool AddHop(http2::HeaderList& request, uint32_t from, uint32_t own) {
  std::string hops(request.Find(kHopsField).value_or(""));
  if (hops.find(HopOf(own)) != std::string::npos) return false;
  if (hops.size() + 1 >= kMostHops * (kHopSize + 1)) return false;
  if (!hops.empty()) hops += ',';
  request.Set(kHopsField, hops + HopOf(from));
  return true;
}

}  // namespace evenkeel::proxy
