#include "balancer/round_robin.h"

#include "balancer/endpoint_weights.h"

namespace evenkeel::balancer {
namespace {

// Half the range of a ticket: the counter then never wraps in the life of a process.
constexpr uint64_t kPhaseMask = UINT64_MAX >> 1;

class RoundRobinPicker final : public Picker {
 public:
  explicit RoundRobinPicker(Rotation rotation) : rotation_(std::move(rotation)) {}

  EndpointPtr Pick(const CallFacts& call, base::Random&) const override {
    return rotation_.Next(call);
  }

  Explanation Explain(const CallFacts& call, base::Random&) const override {
    Explanation why{.policy = "round_robin", .score_meaning = "weight; each in its turn"};
    rotation_.Explain(call, why);
    return why;
  }

 private:
  const Rotation rotation_;
};

}  // namespace

RoundRobin::RoundRobin(uint64_t phase)
    : tickets_(std::make_shared<std::atomic<uint64_t>>(phase & kPhaseMask)) {}

std::shared_ptr<const Picker> RoundRobin::MakePicker(std::vector<EndpointPtr> eligible,
                                                     base::Time /*now*/) {
  std::vector<double> weights = EndpointWeights::Of(eligible);
  return std::make_shared<RoundRobinPicker>(
      Rotation(std::move(eligible), std::move(weights), tickets_));
}

}  // namespace evenkeel::balancer
