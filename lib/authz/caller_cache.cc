#include "lib/authz/caller_cache.h"

#include <functional>
#include <utility>

#include "lib/base/same_secret.h"

namespace evenkeel::authz {

CallerCache::Place& CallerCache::PlaceOf(std::string_view credential) const {
  return (*places_)[std::hash<std::string_view>()(credential) % kPlaces];
}

const CallerPtr* CallerCache::Find(uint64_t owner, std::string_view credential,
                                   base::Time now) const {
  if (!places_) return nullptr;
  const Place& place = PlaceOf(credential);
  const bool is_known =
      place.owner == owner && now < place.until && base::SameSecret(place.credential, credential);
  return is_known ? &place.caller : nullptr;
}

void CallerCache::Keep(uint64_t owner, std::string_view credential, CallerPtr caller,
                       base::Time until) {
  if (!places_) places_ = std::make_unique<std::array<Place, kPlaces>>();
  PlaceOf(credential) = {owner, std::string(credential), std::move(caller), until};
}

}  // namespace evenkeel::authz
