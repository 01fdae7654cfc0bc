#include "lib/tls/sha256.h"

#include <openssl/evp.h>

#include "lib/base/check.h"

namespace evenkeel::tls {

Sha256Digest Sha256(std::string_view text) {
  Sha256Digest digest;
  CHECK(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return digest;
}

}  // namespace evenkeel::tls
