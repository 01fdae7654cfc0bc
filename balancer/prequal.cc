#include "balancer/prequal.h"

#include <algorithm>
#include <unordered_map>

#include "balancer/choice.h"
#include "balancer/endpoint_weights.h"

namespace evenkeel::balancer {

namespace {

// A replica that reported within this is known by its reports, else by what we see of it.
constexpr base::Duration kReportsExpiry = std::chrono::minutes(1);

const LoadReport::Metric* Find(const LoadReport& report, std::string_view name) {
  const auto found = std::ranges::find(report.named_metrics, name, &LoadReport::Metric::name);
  return found == report.named_metrics.end() ? nullptr : &*found;
}

// How often a report may serve so that the pool neither runs dry nor keeps stale reports: the
// paper's (1 + delta) / ((1 - pool / endpoints) * reports a pick - removals a pick), with one
// report a pick, as in-band reports give, and delta 1. Unlimited when the pool holds a report of
// each endpoint.
uint32_t MaxUses(const Prequal::Settings& settings, size_t endpoints) {
  const double fresh = 1 - static_cast<double>(settings.pool_size) / static_cast<double>(endpoints);
  const double spare = std::max(fresh - settings.removal_rate, 2.0 / 1000);
  if (settings.pool_size >= endpoints) return ReportPool::kUnlimitedUses;
  return std::max(settings.max_uses, static_cast<uint32_t>(2 / spare));
}

}  // namespace

class PrequalPicker final : public Picker {
 public:
  PrequalPicker(std::vector<EndpointPtr> endpoints,
                std::shared_ptr<const Prequal::Settings> settings,
                std::shared_ptr<TypicalLatency> typical)
      : endpoints_(std::move(endpoints)),
        weights_(endpoints_),
        settings_(std::move(settings)),
        typical_(std::move(typical)),
        pool_({settings_->pool_size, settings_->max_age, MaxUses(*settings_, endpoints_.size())}) {
    numbers_.reserve(endpoints_.size());
    for (const EndpointPtr& each : endpoints_) numbers_.emplace(each.get(), numbers_.size());
  }

  void TakeOver(const PrequalPicker& old, base::Time now) const {
    const ReportPool::Snapshot reports = old.pool_.Read(now);
    for (size_t i = 0; i < reports.size; ++i) {
      const ReportPool::Report& report = reports.items[i].report;
      Add(*old.endpoints_[report.endpoint], report.in_flight, report.latency, now);
    }
  }

  EndpointPtr Pick(const CallFacts& call, base::Random& random) const override {
    ReportPool::Snapshot reports = Usable(call);
    if (Explores(reports, random)) {
      return PickWithoutReports(call, random, [](size_t, double) {});
    }
    const size_t best = Best(reports);
    pool_.Use(reports.items[best]);
    if (pool_.is_limited() && random.Unit() < settings_->removal_rate) {
      RemoveOne(reports, best, random);
    }
    return endpoints_[reports.items[best].report.endpoint];
  }

  Explanation Explain(const CallFacts& call, base::Random& random) const override {
    Explanation why{.policy = "prequal"};
    const ReportPool::Snapshot reports = Usable(call);
    if (Explores(reports, random)) {
      why.score_meaning = "(in flight + failures held + 1) / weight; the lowest wins";
      why.notes.push_back("too few usable load reports: " + std::to_string(reports.size));
      why.picked = PickWithoutReports(call, random, [&](size_t index, double score) {
        why.candidates.push_back({endpoints_[index], score});
      });
      return why;
    }
    const uint32_t limit = HotLimit(reports);
    why.score_meaning =
        "reported latency in ms; the lowest wins among those "
        "with at most as many requests in "
        "flight as the limit";
    why.notes.push_back("limit " + std::to_string(limit) + " requests in flight");
    for (size_t i = 0; i < reports.size; ++i) {
      const ReportPool::Report& report = reports.items[i].report;
      const EndpointPtr& endpoint = endpoints_[report.endpoint];
      why.candidates.push_back({endpoint, static_cast<double>(report.latency.count()) / 1e6});
      why.notes.push_back(endpoint->address() + ": " + std::to_string(report.in_flight) +
                          " in flight" + (report.in_flight > limit ? ", hot" : ""));
    }
    why.picked = endpoints_[reports.items[Best(reports)].report.endpoint];
    return why;
  }

  void Finished(const Endpoint& endpoint, const AttemptResult& result) const override {
    EndpointSignals& signals = endpoint.signals();
    if (result.kind == AttemptResult::Kind::kFailure) {
      signals.failures.Add(result.now, typical_->Hold(settings_->failure_hold));
    }
    if (result.kind != AttemptResult::Kind::kSuccess) return;
    typical_->Observe(result.latency);
    signals.latency.Observe(result.latency, result.now, settings_->max_age);
    if (signals.reported.Get(result.now, kReportsExpiry, base::Duration(0)) > 0) return;
    Add(endpoint, static_cast<uint32_t>(endpoint.in_flight() - 1), result.latency, result.now);
  }

  void Reported(const Endpoint& endpoint, const LoadReport& report, base::Time now) const override {
    const LoadReport::Metric* in_flight = Find(report, settings_->rif_metric);
    if (in_flight == nullptr || !(in_flight->value >= 0)) return;
    const LoadReport::Metric* latency = Find(report, settings_->latency_metric);
    const double nanoseconds =
        latency != nullptr && latency->value > 0
            ? latency->value * 1e6
            : endpoint.signals().latency.Estimate(now, typical_->Nanoseconds(), settings_->max_age);
    endpoint.signals().reported.Update(1, now);
    Add(endpoint, static_cast<uint32_t>(std::min(in_flight->value, 1e6)),
        base::Duration(static_cast<int64_t>(std::min(nanoseconds, 1e15))), now);
  }

 private:
  static constexpr size_t kMinReports = 2;

  // A pool that is not full lacks news of others: the emptier, the more picks go without it. Else
  // reports in trailers would come from the same few replicas for ever.
  bool Explores(const ReportPool::Snapshot& reports, base::Random& random) const {
    if (reports.size < kMinReports) return true;
    const size_t full = std::min<size_t>(settings_->pool_size, endpoints_.size());
    return pool_.is_limited() && reports.size < full && random.Below(full) >= reports.size;
  }

  // The pool of one snapshot, without what the call avoids; failures held count as in flight, and
  // while there are any, an answer's speed is not believed.
  ReportPool::Snapshot Usable(const CallFacts& call) const {
    ReportPool::Snapshot reports = pool_.Read(call.now);
    if (!pool_.is_limited()) AddUnreported(reports);
    size_t kept = 0;
    for (size_t i = 0; i < reports.size; ++i) {
      ReportPool::Snapshot::Item& item = reports.items[i];
      const Endpoint& endpoint = *endpoints_[item.report.endpoint];
      if (call.Avoids(endpoint)) continue;
      if (const int64_t held = Held(endpoint, call.now); held > 0) {
        item.report.in_flight += static_cast<uint32_t>(held);
        item.report.latency =
            std::max(item.report.latency,
                     base::Duration(static_cast<int64_t>(typical_->Nanoseconds())) * (held + 1));
      }
      reports.items[kept++] = item;
    }
    reports.size = kept;
    return reports;
  }

  // In a pool with room for all, an endpoint without a recent report is one nobody asked: it is
  // taken for typical, or it would never be asked again.
  void AddUnreported(ReportPool::Snapshot& reports) const {
    std::array<bool, ReportPool::kMaxSize> reported{};
    for (size_t i = 0; i < reports.size; ++i) reported[reports.items[i].report.endpoint] = true;
    const base::Duration typical(static_cast<int64_t>(typical_->Nanoseconds()));
    for (uint32_t i = 0; i < endpoints_.size(); ++i) {
      if (reported[i]) continue;
      const auto in_flight = static_cast<uint32_t>(endpoints_[i]->in_flight());
      reports.items[reports.size++] = {
          .report = {i, in_flight, typical}, .slot = ReportPool::kNoSlot, .word = 0};
    }
  }

  uint32_t HotLimit(const ReportPool::Snapshot& reports) const {
    std::array<uint32_t, ReportPool::kMaxSize> in_flight;
    for (size_t i = 0; i < reports.size; ++i) in_flight[i] = reports.items[i].report.in_flight;
    const auto rank =
        static_cast<size_t>(settings_->rif_quantile * static_cast<double>(reports.size - 1));
    std::nth_element(in_flight.begin(), in_flight.begin() + rank, in_flight.begin() + reports.size);
    return in_flight[rank];
  }

  // Whether `a` is the better report: cold before hot, cold ones by latency, hot ones by requests
  // in flight.
  static bool Better(const ReportPool::Report& a, const ReportPool::Report& b, uint32_t limit) {
    const bool a_hot = a.in_flight > limit;
    const bool b_hot = b.in_flight > limit;
    if (a_hot != b_hot) return b_hot;
    if (a_hot) return a.in_flight < b.in_flight;
    return a.latency != b.latency ? a.latency < b.latency : a.in_flight < b.in_flight;
  }

  size_t Best(const ReportPool::Snapshot& reports) const {
    const uint32_t limit = HotLimit(reports);
    size_t best = 0;
    for (size_t i = 1; i < reports.size; ++i) {
      if (Better(reports.items[i].report, reports.items[best].report, limit)) best = i;
    }
    return best;
  }

  void RemoveOne(const ReportPool::Snapshot& reports, size_t used, base::Random& random) const {
    const uint32_t limit = HotLimit(reports);
    size_t removed = used == 0 ? 1 : 0;
    if (random.Below(2) == 0) {  // the worst
      for (size_t i = 0; i < reports.size; ++i) {
        if (i != used && Better(reports.items[removed].report, reports.items[i].report, limit)) {
          removed = i;
        }
      }
    } else {  // an old one
      removed = (used + 1 + random.Below(reports.size - 1)) % reports.size;
    }
    pool_.Remove(reports.items[removed]);
  }

  template <typename Trace>
  EndpointPtr PickWithoutReports(const CallFacts& call, base::Random& random, Trace&& trace) const {
    const auto score = [&](size_t index) {
      const Endpoint& endpoint = *endpoints_[index];
      return weights_.Scale(
          static_cast<double>(endpoint.in_flight() + Held(endpoint, call.now) + 1), index);
    };
    const size_t index = ChooseLowest(endpoints_, std::min<size_t>(2, endpoints_.size()), call,
                                      random, score, trace);
    return index == kNoChoice ? nullptr : endpoints_[index];
  }

  int64_t Held(const Endpoint& endpoint, base::Time now) const {
    return endpoint.signals().failures.Count(now, typical_->Hold(settings_->failure_hold));
  }

  void Add(const Endpoint& endpoint, uint32_t in_flight, base::Duration latency,
           base::Time now) const {
    const auto number = numbers_.find(&endpoint);
    if (number == numbers_.end()) return;  // it left the set
    pool_.Add({number->second, in_flight, latency}, now);
  }

  const std::vector<EndpointPtr> endpoints_;
  const EndpointWeights weights_;
  const std::shared_ptr<const Prequal::Settings> settings_;
  const std::shared_ptr<TypicalLatency> typical_;
  std::unordered_map<const Endpoint*, uint32_t> numbers_;
  mutable ReportPool pool_;
};

Prequal::Prequal(Settings settings)
    : settings_(std::make_shared<const Settings>(std::move(settings))),
      typical_(std::make_shared<TypicalLatency>()) {}

std::shared_ptr<const Picker> Prequal::MakePicker(std::vector<EndpointPtr> eligible,
                                                  base::Time now) {
  auto picker = std::make_shared<const PrequalPicker>(std::move(eligible), settings_, typical_);
  if (last_) picker->TakeOver(*last_, now);
  last_ = picker;
  return picker;
}

}  // namespace evenkeel::balancer
