// SpiffeId: the name of a workload, as in "spiffe://example.org/ns/prod/sa/web" (the SPIFFE ID
// standard). A value. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/result.h"

namespace evenkeel::base {

class SpiffeId {
 public:
  /// In bytes.
  static constexpr size_t kMaxSize = 2048;
  static constexpr size_t kMaxTrustDomain = 255;

  /// The scheme, a trust domain of [a-z0-9.-_], and a path of segments of [A-Za-z0-9.-_], none of
  /// them empty, "." or "..". No upper case in scheme and domain, no port, user, query, fragment or
  /// %: an ID has one spelling, so that IDs are the same when their bytes are. The path may be
  /// empty: then it is the ID of the trust domain, which no workload has. The error is a sentence.
  static Result<SpiffeId, std::string> Parse(std::string_view text);

  /// "example.org".
  std::string_view trust_domain() const {
    return std::string_view(text_).substr(kStart, domain_size_);
  }
  /// "/ns/prod/sa/web", or empty.
  std::string_view path() const { return std::string_view(text_).substr(kStart + domain_size_); }
  const std::string& ToString() const { return text_; }

  friend bool operator==(const SpiffeId&, const SpiffeId&) = default;

 private:
  static constexpr size_t kStart = std::string_view("spiffe://").size();

  SpiffeId(std::string text, size_t domain_size)
      : text_(std::move(text)), domain_size_(domain_size) {}

  std::string text_;
  size_t domain_size_;
};

}  // namespace evenkeel::base
