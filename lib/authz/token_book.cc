#include "lib/authz/token_book.h"

#include "lib/base/same_secret.h"
#include "lib/tls/sha256.h"

namespace evenkeel::authz {
namespace {

std::string_view TextOf(const tls::Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

// Every token is compared, also after the right one.
const std::string* TokenBook::Find(std::string_view token) const {
  const tls::Sha256Digest digest = tls::Sha256(token);
  const std::string* name = nullptr;
  for (const config::BearerToken& each : tokens_) {
    if (base::SameSecret(TextOf(digest), TextOf(each.sha256))) name = &each.name;
  }
  return name;
}

}  // namespace evenkeel::authz
