#include "balancer/random_choice.h"

#include "balancer/random_draw.h"

namespace evenkeel::balancer {
namespace {

class RandomPicker final : public Picker {
 public:
  explicit RandomPicker(std::vector<EndpointPtr> endpoints)
      : endpoints_(std::move(endpoints)), draw_(endpoints_) {}

  EndpointPtr Pick(const CallFacts& call, base::Random& random) const override {
    return draw_.Draw(endpoints_, call, random);
  }

  Explanation Explain(const CallFacts& call, base::Random& random) const override {
    Explanation why{.policy = "random", .score_meaning = "weight; drawn at random"};
    for (const EndpointPtr& each : endpoints_) {
      if (!call.Avoids(*each))
        why.candidates.push_back({each, static_cast<double>(each->weight())});
    }
    why.picked = Pick(call, random);
    return why;
  }

 private:
  const std::vector<EndpointPtr> endpoints_;
  const RandomDraw draw_;
};

}  // namespace

std::shared_ptr<const Picker> RandomChoice::MakePicker(std::vector<EndpointPtr> eligible,
                                                       base::Time /*now*/) {
  return std::make_shared<RandomPicker>(std::move(eligible));
}

}  // namespace evenkeel::balancer
