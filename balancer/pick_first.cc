#include "balancer/pick_first.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "balancer/hash.h"

namespace evenkeel::balancer {
namespace {

class PickFirstPicker final : public Picker {
 public:
  explicit PickFirstPicker(std::vector<EndpointPtr> endpoints) : endpoints_(std::move(endpoints)) {}

  EndpointPtr Pick(const CallFacts& call, base::Random&) const override {
    for (const EndpointPtr& each : endpoints_) {
      if (!call.Avoids(*each)) return each;
    }
    return nullptr;
  }

  Explanation Explain(const CallFacts& call, base::Random& random) const override {
    Explanation why{.policy = "pick_first", .score_meaning = "place in the list; the first wins"};
    for (size_t i = 0; i < endpoints_.size(); ++i) {
      if (call.Avoids(*endpoints_[i])) continue;
      why.candidates.push_back({endpoints_[i], static_cast<double>(i)});
    }
    why.picked = Pick(call, random);
    return why;
  }

 private:
  const std::vector<EndpointPtr> endpoints_;
};

// u^(1/weight) decides a weighted shuffle, the highest first; its logarithm sorts alike.
double ShuffleKey(const Endpoint& endpoint, uint64_t seed) {
  const double u = (static_cast<double>(Hash(endpoint.address(), seed) >> 11) + 0.5) * 0x1.0p-53;
  return std::log(u) / static_cast<double>(endpoint.weight());
}

}  // namespace

void PickFirst::Sort(std::vector<EndpointPtr>& endpoints) const {
  if (settings_.order == Order::kAsListed) return;
  std::ranges::stable_sort(endpoints, std::greater(),
                           [this](const EndpointPtr& each) { return ShuffleKey(*each, seed_); });
}

std::shared_ptr<const Picker> PickFirst::MakePicker(std::vector<EndpointPtr> eligible,
                                                    base::Time /*now*/) {
  Sort(eligible);
  const auto current = std::ranges::find(eligible, current_.lock());
  if (current != eligible.end()) std::rotate(eligible.begin(), current, current + 1);
  // With none eligible it forgets: whoever comes back first gets the calls.
  current_ = eligible.empty() ? nullptr : eligible.front();
  return std::make_shared<PickFirstPicker>(std::move(eligible));
}

}  // namespace evenkeel::balancer
