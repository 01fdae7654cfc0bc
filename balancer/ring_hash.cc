#include "balancer/ring_hash.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <string>

#include "balancer/hash.h"
#include "balancer/hash_walk.h"

namespace evenkeel::balancer {
namespace {

class Ring {
 public:
  Ring(std::span<const EndpointPtr> endpoints, const RingHash::Settings& settings) {
    if (endpoints.empty()) return;
    double sum = 0;
    double least = HUGE_VAL;
    for (const EndpointPtr& each : endpoints) {
      sum += each->weight();
      least = std::min<double>(least, each->weight());
    }
    least /= sum;
    const double largest = std::max<double>(settings.max_ring_size, endpoints.size());
    // Places for the lightest endpoint. A power of two, so that those who stay keep theirs when the
    // number of endpoints changes; A42's plain rounding would move more keys than the leaver had.
    const auto lightest =
        std::bit_ceil(static_cast<uint64_t>(std::ceil(least * settings.min_ring_size)));
    const double scale = std::min(static_cast<double>(lightest) / least, largest);
    places_.reserve(static_cast<size_t>(std::ceil(scale)) + 1);
    // Running sums, so that rounding favours nobody: endpoint i gets the places up to its sum.
    double target = 0;
    double placed = 0;
    for (size_t i = 0; i < endpoints.size(); ++i) {
      target += scale * endpoints[i]->weight() / sum;
      // A tiny tolerance: 1024 x (1/3 + 1/3 + 1/3) must not come out as 1025 places.
      uint32_t count = 0;
      for (; placed < target - 1e-6; ++placed) Place(*endpoints[i], i, count++);
      if (count == 0) Place(*endpoints[i], i, 0);
    }
    std::ranges::sort(places_, {}, &Entry::hash);
  }

  size_t size() const { return places_.size(); }
  size_t Find(uint64_t hash) const {
    const auto found = std::ranges::lower_bound(places_, hash, {}, &Entry::hash);
    return found == places_.end() ? 0 : static_cast<size_t>(found - places_.begin());
  }
  size_t At(size_t position) const { return places_[position].endpoint; }

 private:
  struct Entry {
    uint64_t hash;
    uint32_t endpoint;
  };

  void Place(const Endpoint& endpoint, size_t index, uint32_t number) {
    const std::string key = endpoint.hash_key() + "_" + std::to_string(number);
    places_.push_back({Hash(key), static_cast<uint32_t>(index)});
  }

  std::vector<Entry> places_;
};

}  // namespace

std::shared_ptr<const Picker> RingHash::MakePicker(std::vector<EndpointPtr> eligible,
                                                   base::Time /*now*/) {
  Ring ring(eligible, settings_);
  return std::make_shared<HashWalkPicker<Ring>>("ring_hash", std::move(eligible), std::move(ring),
                                                settings_.hash, settings_.max_load_factor);
}

}  // namespace evenkeel::balancer
