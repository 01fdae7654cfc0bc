// CallerCache: credentials that were found good, so that the next call with one costs a comparison
// instead of a digest or a signature.
//
// Bounded: a credential has one place, which it shares with others of its kind, and the last that
// was used has it. Bad ones are not kept, so nobody can push good ones out by guessing. Belongs to
// a worker, used on its thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lib/authz/caller.h"
#include "lib/base/clock.h"

namespace evenkeel::authz {

class CallerCache {
 public:
  /// Credentials that are remembered at most.
  static constexpr size_t kPlaces = 1024;

  /// Who brought `credential` to `owner`, the id of an Authenticator; null: not known, or not any
  /// longer at `now`. Lives until the next Keep.
  const CallerPtr* Find(uint64_t owner, std::string_view credential, base::Time now) const;
  /// It is good until `until`.
  void Keep(uint64_t owner, std::string_view credential, CallerPtr caller, base::Time until);

 private:
  struct Place {
    uint64_t owner = 0;  // 0: the place is empty
    std::string credential;
    CallerPtr caller;
    base::Time until{};
  };

  Place& PlaceOf(std::string_view credential) const;

  std::unique_ptr<std::array<Place, kPlaces>> places_;  // null before the first
};

}  // namespace evenkeel::authz
