// HashInput: what of a call the hash policies hash.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "balancer/policy.h"

namespace evenkeel::balancer {

struct HashInput {
  enum class Kind : uint8_t {
    kPath,           ///< the call path, so each method has its endpoint
    kMetadata,       ///< the values of the metadata key `name`, joined by "," (gRFC
                     ///< A76)
    kSourceAddress,  ///< the client's address without its port
  };
  Kind kind = Kind::kPath;
  std::string name;  ///< of the metadata key, lower case; kMetadata only, not "…-bin"

  /// Empty: the call has none.
  std::string_view Of(const CallFacts& call) const {
    return kind == Kind::kPath ? call.path : call.hash_key;
  }
};

}  // namespace evenkeel::balancer
