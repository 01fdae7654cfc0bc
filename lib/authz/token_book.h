// TokenBook: the bearer tokens of a listener, known by their digests alone.
//
// Immutable, any thread. To look a token up costs a few microseconds; a CallerCache remembers those
// that were right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/config/access.h"

namespace evenkeel::authz {

class TokenBook {
 public:
  explicit TokenBook(const config::BearerTokens& tokens) : tokens_(tokens.tokens) {}

  /// The name of the token; null where it is none of these. The time tells nothing of what is in
  /// the book. Lives as long as the book.
  const std::string* Find(std::string_view token) const;

 private:
  const std::vector<config::BearerToken> tokens_;
};

}  // namespace evenkeel::authz
