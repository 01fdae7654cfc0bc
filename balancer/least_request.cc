#include "balancer/least_request.h"

#include "balancer/choice.h"
#include "balancer/endpoint_weights.h"

namespace evenkeel::balancer {
namespace {

class LeastRequestPicker final : public Picker {
 public:
  LeastRequestPicker(std::vector<EndpointPtr> endpoints, const LeastRequest::Settings& settings,
                     std::shared_ptr<TypicalLatency> typical)
      : endpoints_(std::move(endpoints)),
        weights_(endpoints_),
        choices_(ChoicesFor(endpoints_.size(), settings.choice_count, settings.full_scan_limit)),
        failure_hold_(settings.failure_hold),
        typical_(std::move(typical)) {}

  EndpointPtr Pick(const CallFacts& call, base::Random& random) const override {
    const size_t index = Choose(call, random, [](size_t, double) {});
    return index == kNoChoice ? nullptr : endpoints_[index];
  }

  Explanation Explain(const CallFacts& call, base::Random& random) const override {
    Explanation why{.policy = "least_request",
                    .score_meaning = "(in flight + failures held + 1) / weight; the lowest wins"};
    const size_t index = Choose(call, random, [&](size_t at, double score) {
      why.candidates.push_back({endpoints_[at], score});
    });
    if (index != kNoChoice) why.picked = endpoints_[index];
    return why;
  }

  void Finished(const Endpoint& endpoint, const AttemptResult& result) const override {
    if (result.kind == AttemptResult::Kind::kSuccess) typical_->Observe(result.latency);
    if (result.kind == AttemptResult::Kind::kFailure && failure_hold_ > 0) {
      endpoint.signals().failures.Add(result.now, typical_->Hold(failure_hold_));
    }
  }

 private:
  template <typename Trace>
  size_t Choose(const CallFacts& call, base::Random& random, Trace&& trace) const {
    const base::Duration hold = typical_->Hold(failure_hold_);
    const auto score = [&](size_t index) {
      const Endpoint& endpoint = *endpoints_[index];
      const int64_t held = endpoint.signals().failures.Count(call.now, hold);
      return weights_.Scale(static_cast<double>(endpoint.in_flight() + held + 1), index);
    };
    return ChooseLowest(endpoints_, choices_, call, random, score, trace);
  }

  const std::vector<EndpointPtr> endpoints_;
  const EndpointWeights weights_;
  const size_t choices_;
  const double failure_hold_;
  const std::shared_ptr<TypicalLatency> typical_;
};

}  // namespace

std::shared_ptr<const Picker> LeastRequest::MakePicker(std::vector<EndpointPtr> eligible,
                                                       base::Time /*now*/) {
  return std::make_shared<LeastRequestPicker>(std::move(eligible), settings_, typical_);
}

}  // namespace evenkeel::balancer
