#include "balancer/slow_start.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace evenkeel::balancer {
namespace {

// Endpoints a pick may refuse; more warming ones than that are most of the set, and then the calls
// have nowhere better to go.
constexpr size_t kMaxRefused = 4;
// Nor has a call that avoids more than so many: its first pick stands.
constexpr size_t kMaxAvoided = 16;

bool IsWarming(const Endpoint& endpoint) { return endpoint.warming_since() != base::Time{}; }

class SlowStartPicker final : public Picker {
 public:
  SlowStartPicker(std::shared_ptr<const Picker> inner, const SlowStart::Settings& settings)
      : inner_(std::move(inner)), settings_(settings) {}

  EndpointPtr Pick(const CallFacts& call, base::Random& random) const override {
    EndpointPtr first = inner_->Pick(call, random);
    if (!first || call.avoid.size() > kMaxAvoided || Accepts(*first, call.now, random)) {
      return first;
    }
    std::array<const Endpoint*, kMaxAvoided + kMaxRefused> avoid;
    size_t avoided = call.avoid.size();
    std::ranges::copy(call.avoid, avoid.begin());
    CallFacts again = call;
    const Endpoint* refused = first.get();
    EndpointPtr next;
    for (size_t tries = 0; tries < kMaxRefused; ++tries) {
      avoid[avoided++] = refused;
      again.avoid = {avoid.data(), avoided};
      next = inner_->Pick(again, random);
      if (!next) break;
      if (Accepts(*next, call.now, random)) return next;
      refused = next.get();
    }
    return first;
  }

  Explanation Explain(const CallFacts& call, base::Random& random) const override {
    Explanation why = inner_->Explain(call, random);
    for (const Explanation::Candidate& each : why.candidates) {
      if (!IsWarming(*each.endpoint)) continue;
      const auto percent = std::lround(100 * ShareOf(*each.endpoint, call.now));
      why.notes.push_back(each.endpoint->address() + ": slow start, takes " +
                          std::to_string(percent) + " % of its picks");
    }
    return why;
  }

  void Finished(const Endpoint& endpoint, const AttemptResult& result) const override {
    inner_->Finished(endpoint, result);
  }
  void Reported(const Endpoint& endpoint, const LoadReport& report, base::Time now) const override {
    inner_->Reported(endpoint, report, now);
  }

 private:
  double ShareOf(const Endpoint& endpoint, base::Time now) const {
    return SlowStart::Share(now - endpoint.warming_since(), settings_);
  }
  bool Accepts(const Endpoint& endpoint, base::Time now, base::Random& random) const {
    return !IsWarming(endpoint) || random.Unit() < ShareOf(endpoint, now);
  }

  const std::shared_ptr<const Picker> inner_;
  const SlowStart::Settings settings_;
};

}  // namespace

double SlowStart::Share(base::Duration age, const Settings& settings) {
  if (age >= settings.window) return 1;
  const double time = static_cast<double>(std::max<int64_t>(age.count(), 0)) /
                      static_cast<double>(settings.window.count());
  return std::max(settings.min_weight, std::pow(time, 1 / settings.aggression));
}

std::shared_ptr<const Picker> SlowStart::Around(std::shared_ptr<const Picker> inner,
                                                const Settings& settings) {
  return std::make_shared<SlowStartPicker>(std::move(inner), settings);
}

}  // namespace evenkeel::balancer
