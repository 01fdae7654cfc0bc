#include "balancer/weighted_round_robin.h"

#include <algorithm>
#include <string_view>

namespace evenkeel::balancer {
namespace {

using Settings = WeightedRoundRobin::Settings;

double Find(std::span<const LoadReport::Metric> metrics, std::string_view name) {
  const auto found = std::ranges::find(metrics, name, &LoadReport::Metric::name);
  return found == metrics.end() ? 0 : found->value;
}

double MetricValue(const LoadReport& report, std::string_view name) {
  constexpr std::string_view kUtilization = "utilization.";
  constexpr std::string_view kNamed = "named_metrics.";
  if (name == "application_utilization") return report.application_utilization;
  if (name == "cpu_utilization") return report.cpu_utilization;
  if (name == "mem_utilization") return report.mem_utilization;
  if (name.starts_with(kUtilization)) {
    return Find(report.utilization, name.substr(kUtilization.size()));
  }
  if (name.starts_with(kNamed)) return Find(report.named_metrics, name.substr(kNamed.size()));
  return 0;
}

double Utilization(const LoadReport& report, const Settings& settings) {
  double highest = 0;
  for (const std::string& name : settings.metric_names_for_computing_utilization) {
    const double value = MetricValue(report, name);
    if (value > highest) highest = value;  // never true of NaN
  }
  if (highest > 0) return highest;
  return report.application_utilization > 0 ? report.application_utilization
                                            : report.cpu_utilization;
}

// The endpoints' own weights; those that have none get the average of the others.
std::vector<double> CurrentWeights(std::span<const EndpointPtr> endpoints, base::Time now,
                                   const Settings& settings) {
  std::vector<double> weights;
  weights.reserve(endpoints.size());
  double sum = 0;
  size_t known = 0;
  for (const EndpointPtr& each : endpoints) {
    const double weight = each->signals().reported.Get(now, settings.weight_expiration_period,
                                                       settings.blackout_period);
    weights.push_back(weight);
    sum += weight;
    known += weight > 0 ? 1 : 0;
  }
  if (known < 2) return std::vector<double>(endpoints.size(), 1.0);
  std::ranges::replace(weights, 0.0, sum / static_cast<double>(known));
  return weights;
}

class WeightedRoundRobinPicker final : public Picker {
 public:
  WeightedRoundRobinPicker(Rotation rotation, std::shared_ptr<const Settings> settings)
      : rotation_(std::move(rotation)), settings_(std::move(settings)) {}

  EndpointPtr Pick(const CallFacts& call, base::Random&) const override {
    return rotation_.Next(call);
  }

  Explanation Explain(const CallFacts& call, base::Random&) const override {
    Explanation why{.policy = "weighted_round_robin",
                    .score_meaning = "weight from load reports; each in its turn"};
    rotation_.Explain(call, why);
    return why;
  }

  void Reported(const Endpoint& endpoint, const LoadReport& report, base::Time now) const override {
    const double weight = WeightedRoundRobin::Weight(report, *settings_);
    if (weight > 0) endpoint.signals().reported.Update(weight, now);
  }

 private:
  const Rotation rotation_;
  const std::shared_ptr<const Settings> settings_;
};

}  // namespace

WeightedRoundRobin::WeightedRoundRobin(Settings settings, uint64_t phase)
    : settings_(std::make_shared<const Settings>(std::move(settings))),
      tickets_(std::make_shared<std::atomic<uint64_t>>(phase & (UINT64_MAX >> 1))) {}

std::shared_ptr<const Picker> WeightedRoundRobin::MakePicker(std::vector<EndpointPtr> eligible,
                                                             base::Time now) {
  std::vector<double> weights = CurrentWeights(eligible, now, *settings_);
  return std::make_shared<WeightedRoundRobinPicker>(
      Rotation(std::move(eligible), std::move(weights), tickets_), settings_);
}

double WeightedRoundRobin::Weight(const LoadReport& report, const Settings& settings) {
  const double utilization = Utilization(report, settings);
  if (!(utilization > 0) || !(report.qps > 0)) return 0;
  double penalty = 0;
  if (report.eps > 0) penalty = report.eps / report.qps * settings.error_utilization_penalty;
  return report.qps / (utilization + penalty);
}

}  // namespace evenkeel::balancer
