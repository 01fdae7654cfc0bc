#include "balancer/peak_ewma.h"

#include "balancer/choice.h"
#include "balancer/endpoint_weights.h"

namespace evenkeel::balancer {
namespace {

class PeakEwmaPicker final : public Picker {
 public:
  PeakEwmaPicker(std::vector<EndpointPtr> endpoints, const PeakEwma::Settings& settings,
                 std::shared_ptr<TypicalLatency> typical, std::shared_ptr<TypicalLatency> usual)
      : endpoints_(std::move(endpoints)),
        weights_(endpoints_),
        settings_(settings),
        choices_(ChoicesFor(endpoints_.size(), settings.choice_count, settings.full_scan_limit)),
        typical_(std::move(typical)),
        usual_(std::move(usual)) {}

  EndpointPtr Pick(const CallFacts& call, base::Random& random) const override {
    const size_t index = Choose(call, random, [](size_t, double) {});
    return index == kNoChoice ? nullptr : endpoints_[index];
  }

  Explanation Explain(const CallFacts& call, base::Random& random) const override {
    Explanation why{.policy = "peak_ewma",
                    .score_meaning =
                        "latency in ms x (in flight + failures held + 1) / weight; "
                        "the lowest wins"};
    const size_t index = Choose(call, random, [&](size_t at, double score) {
      why.candidates.push_back({endpoints_[at], score / 1e6});
    });
    if (index != kNoChoice) why.picked = endpoints_[index];
    return why;
  }

  void Finished(const Endpoint& endpoint, const AttemptResult& result) const override {
    EndpointSignals& signals = endpoint.signals();
    if (result.kind == AttemptResult::Kind::kSuccess) {
      typical_->Observe(result.latency);
      signals.latency.Observe(result.latency, result.now, settings_.decay);
      usual_->Observe(Estimated(signals, result.now));
    } else if (result.kind == AttemptResult::Kind::kFailure) {
      signals.failures.Add(result.now, typical_->Hold(settings_.failure_hold));
      if (result.latency > Estimated(signals, result.now)) {
        signals.latency.Observe(result.latency, result.now, settings_.decay);
      }
    }
  }

 private:
  base::Duration Estimated(const EndpointSignals& signals, base::Time now) const {
    return base::Duration(static_cast<int64_t>(
        signals.latency.Estimate(now, usual_->Nanoseconds(), settings_.decay)));
  }

  template <typename Trace>
  size_t Choose(const CallFacts& call, base::Random& random, Trace&& trace) const {
    const base::Duration hold = typical_->Hold(settings_.failure_hold);
    const double usual = usual_->Nanoseconds();
    const auto score = [&](size_t index) {
      const Endpoint& endpoint = *endpoints_[index];
      const EndpointSignals& signals = endpoint.signals();
      const int64_t held = signals.failures.Count(call.now, hold);
      const double latency = signals.latency.Estimate(call.now, usual, settings_.decay);
      return weights_.Scale(latency * static_cast<double>(endpoint.in_flight() + held + 1), index);
    };
    return ChooseLowest(endpoints_, choices_, call, random, score, trace);
  }

  const std::vector<EndpointPtr> endpoints_;
  const EndpointWeights weights_;
  const PeakEwma::Settings settings_;
  const size_t choices_;
  const std::shared_ptr<TypicalLatency> typical_;
  const std::shared_ptr<TypicalLatency> usual_;
};

}  // namespace

std::shared_ptr<const Picker> PeakEwma::MakePicker(std::vector<EndpointPtr> eligible,
                                                   base::Time /*now*/) {
  return std::make_shared<PeakEwmaPicker>(std::move(eligible), settings_, typical_, usual_);
}

}  // namespace evenkeel::balancer
