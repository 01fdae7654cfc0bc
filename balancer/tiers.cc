#include "balancer/tiers.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>

namespace evenkeel::balancer {
namespace {

struct Level {
  size_t total = 0;
  std::vector<EndpointPtr> eligible;
};

// The own zone's part of a level's calls.
double OwnZoneShare(const Level& level, const TierSettings& settings) {
  if (settings.zone.empty() || level.eligible.size() < settings.min_endpoints_for_zone) return 0;
  std::set<std::string_view> zones;
  double own = 0;
  for (const EndpointPtr& each : level.eligible) {
    zones.insert(each->zone());
    own += each->zone() == settings.zone ? 1 : 0;
  }
  return std::min(
      1.0, own * static_cast<double>(zones.size()) / static_cast<double>(level.eligible.size()));
}

void AddLevel(uint32_t priority, const Level& level, double share, const TierSettings& settings,
              std::vector<Tier>& tiers) {
  const std::string name = "priority " + std::to_string(priority);
  const double own = OwnZoneShare(level, settings);
  if (own == 0) {
    tiers.push_back({name, share, level.eligible});
    return;
  }
  Tier near{name + ", own zone", share * own, {}};
  Tier far{name + ", other zones", share * (1 - own), {}};
  for (const EndpointPtr& each : level.eligible) {
    (each->zone() == settings.zone ? near : far).endpoints.push_back(each);
  }
  tiers.push_back(std::move(near));
  if (own < 1) tiers.push_back(std::move(far));
}

class TieredPicker final : public Picker {
 public:
  TieredPicker(std::vector<Tier> tiers, std::vector<std::shared_ptr<const Picker>> pickers)
      : tiers_(std::move(tiers)), pickers_(std::move(pickers)) {}

  EndpointPtr Pick(const CallFacts& call, base::Random& random) const override {
    const size_t drawn = Draw(random);
    if (EndpointPtr picked = pickers_[drawn]->Pick(call, random)) return picked;
    for (size_t i = 0; i < pickers_.size(); ++i) {
      if (i == drawn) continue;
      if (EndpointPtr picked = pickers_[i]->Pick(call, random)) return picked;
    }
    return nullptr;
  }

  Explanation Explain(const CallFacts& call, base::Random& random) const override {
    const size_t drawn = Draw(random);
    Explanation why = pickers_[drawn]->Explain(call, random);
    for (const Tier& each : tiers_) {
      why.notes.push_back(each.name + ": " + std::to_string(std::lround(100 * each.share)) +
                          " % of the calls over " + std::to_string(each.endpoints.size()) +
                          " endpoints");
    }
    why.notes.push_back("drawn: " + tiers_[drawn].name);
    return why;
  }

  // An endpoint belongs to one tier, but each tier's policy may learn from all calls: what it knows
  // is kept by endpoint or about the cluster as a whole.
  void Finished(const Endpoint& endpoint, const AttemptResult& result) const override {
    PickerOf(endpoint).Finished(endpoint, result);
  }
  void Reported(const Endpoint& endpoint, const LoadReport& report, base::Time now) const override {
    PickerOf(endpoint).Reported(endpoint, report, now);
  }

 private:
  size_t Draw(base::Random& random) const {
    double left = random.Unit();
    for (size_t i = 0; i + 1 < tiers_.size(); ++i) {
      left -= tiers_[i].share;
      if (left < 0) return i;
    }
    return tiers_.size() - 1;
  }

  const Picker& PickerOf(const Endpoint& endpoint) const {
    for (size_t i = 0; i < tiers_.size(); ++i) {
      const Endpoint& any = *tiers_[i].endpoints.front();
      if (any.priority() == endpoint.priority() && any.zone() == endpoint.zone()) {
        return *pickers_[i];
      }
    }
    // Of several other zones the tier's first endpoint names only one.
    for (size_t i = tiers_.size(); i-- > 0;) {
      if (tiers_[i].endpoints.front()->priority() == endpoint.priority()) return *pickers_[i];
    }
    return *pickers_.front();
  }

  const std::vector<Tier> tiers_;
  const std::vector<std::shared_ptr<const Picker>> pickers_;
};

}  // namespace

std::vector<Tier> MakeTiers(const std::vector<EndpointPtr>& all,
                            const std::vector<EndpointPtr>& eligible,
                            const TierSettings& settings) {
  std::map<uint32_t, Level> levels;
  for (const EndpointPtr& each : all) ++levels[each->priority()].total;
  for (const EndpointPtr& each : eligible) levels[each->priority()].eligible.push_back(each);
  std::vector<Tier> tiers;
  double left = 1;
  for (const auto& [priority, level] : levels) {
    if (level.eligible.empty() || left < 1e-9) continue;
    const double available = settings.overprovisioning *
                             static_cast<double>(level.eligible.size()) /
                             static_cast<double>(level.total);
    const double share = std::min(left, available);
    AddLevel(priority, level, share, settings, tiers);
    left -= share;
  }
  // All together too few: the calls have nowhere else to go.
  for (Tier& each : tiers) each.share /= 1 - left;
  return tiers;
}

std::shared_ptr<const Picker> PickAcrossTiers(std::vector<Tier> tiers,
                                              std::vector<std::shared_ptr<const Picker>> pickers) {
  return std::make_shared<TieredPicker>(std::move(tiers), std::move(pickers));
}

}  // namespace evenkeel::balancer
