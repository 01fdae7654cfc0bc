#include "lib/config/complaint.h"

namespace evenkeel::config {
namespace {

constexpr size_t kMaxQuoted = 60;

// Steps back over the continuation bytes of a UTF-8 sequence, so that a cut leaves none torn.
size_t CharacterStart(std::string_view text, size_t at) {
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

}  // namespace

std::string Quoted(std::string_view text) {
  if (text.size() <= kMaxQuoted) return "\"" + std::string(text) + "\"";
  return "\"" + std::string(text.substr(0, CharacterStart(text, kMaxQuoted))) + "…\"";
}

}  // namespace evenkeel::config
