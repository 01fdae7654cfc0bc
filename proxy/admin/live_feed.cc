#include "proxy/admin/live_feed.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "lib/base/version.h"

namespace evenkeel::admin {
namespace {

constexpr float kKept = 0.8F;  // of a latency's weight, from one view to the next

double Seconds(base::Duration duration) { return std::chrono::duration<double>(duration).count(); }

double Milliseconds(base::Duration duration) { return Seconds(duration) * 1000; }

// What a counter gained a second; one that is less than before has begun anew.
double Rate(uint64_t before, uint64_t now, double seconds) {
  return now < before || seconds <= 0 ? 0 : static_cast<double>(now - before) / seconds;
}

// In milliseconds, straight between a bucket's bounds; -1: nothing was counted.
template <typename Weights>
double Quantile(const Weights& weights, double share) {
  const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (all < 0.01) return -1;
  double left = all * share;
  size_t bucket = 0;
  while (bucket + 1 < weights.size() && left > weights[bucket]) left -= weights[bucket++];
  const auto& bounds = telemetry::kLatencyBounds;
  const double high = Milliseconds(bounds[std::min(bucket, bounds.size() - 1)]);
  const double low = bucket == 0 ? 0 : Milliseconds(bounds[std::min(bucket, bounds.size()) - 1]);
  const double part = weights[bucket] > 0 ? left / weights[bucket] : 1;
  return low + (high - low) * std::clamp(part, 0.0, 1.0);
}

// Three digits are enough, and short.
double Rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double scale = std::pow(10.0, 2 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

bool IsOut(const EndpointView& view) { return view.state != "ready"; }

size_t CountEligible(const LiveCluster& cluster) {
  return static_cast<size_t>(std::ranges::count_if(
      cluster.endpoints, [](const LiveEndpoint& each) { return !IsOut(each.view); }));
}

std::string Line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// "2 not connected, 1 ejected"
std::string StatesOf(const LiveCluster& cluster) {
  std::vector<std::pair<std::string, size_t>> states;
  for (const LiveEndpoint& each : cluster.endpoints) {
    if (!IsOut(each.view)) continue;
    const auto known =
        std::ranges::find(states, each.view.state, &decltype(states)::value_type::first);
    if (known == states.end()) {
      states.emplace_back(each.view.state, 1);
    } else {
      ++known->second;
    }
  }
  std::string text;
  for (auto& [state, count] : states) {
    std::ranges::replace(state, '_', ' ');
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + state;
  }
  return text;
}

// What is wrong with its endpoints; empty: nothing.
std::string Troubles(const LiveCluster& cluster) {
  if (!cluster.trouble.empty()) return cluster.name + ": " + cluster.trouble;
  const size_t eligible = CountEligible(cluster);
  const size_t all = cluster.endpoints.size();
  if (eligible == all && all > 0) return {};
  std::string text = cluster.name + ": " + std::to_string(all - eligible) + " of " +
                     std::to_string(all) + " endpoints out";
  if (all == 0) text = cluster.name + ": no endpoints";
  if (const std::string states = StatesOf(cluster); !states.empty()) text += " (" + states + ")";
  if (cluster.panic) text += "; panic: calls go to all that are connected";
  return text;
}

}  // namespace

void LiveFeed::Add(const LiveView& view) {
  const double seconds = has_view_ ? Seconds(view.now - view_.now) : 0;
  cpu_ = seconds > 0 ? Seconds(view.cpu - view_.cpu) / seconds : 0;
  for (auto& [name, cluster] : clusters_) cluster.seen = false;
  for (const LiveCluster& each : view.clusters) Follow(each, seconds);
  std::erase_if(clusters_, [](const auto& each) { return !each.second.seen; });
  view_ = view;
  has_view_ = true;
}

void LiveFeed::Follow(const LiveCluster& view, double seconds) {
  Cluster& cluster = clusters_[view.name];
  cluster.seen = true;
  cluster.shed_rate = Rate(std::exchange(cluster.shed, view.shed), view.shed, seconds);
  cluster.retry_rate = Rate(std::exchange(cluster.retries, view.retries), view.retries, seconds);
  for (auto& [address, track] : cluster.endpoints) track.seen = false;
  cluster.weights.fill(0);
  Point point;
  for (const LiveEndpoint& each : view.endpoints) {
    const auto [found, is_new] = cluster.endpoints.try_emplace(each.view.address);
    Track& track = found->second;
    // What was counted before is no news.
    Follow(each, is_new ? 0 : seconds, track);
    for (size_t i = 0; i < track.weights.size(); ++i) cluster.weights[i] += track.weights[i];
    point.rate += static_cast<float>(track.rate);
    point.failed += static_cast<float>(track.failed_rate);
    point.in_flight += static_cast<float>(each.view.in_flight);
  }
  std::erase_if(cluster.endpoints, [](const auto& each) { return !each.second.seen; });
  point.p50 = static_cast<float>(Quantile(cluster.weights, 0.5));
  point.p99 = static_cast<float>(Quantile(cluster.weights, 0.99));
  if (seconds <= 0) return;
  cluster.points.push_back(point);
  if (cluster.points.size() > kHistory) cluster.points.pop_front();
}

void LiveFeed::Follow(const LiveEndpoint& view, double seconds, Track& track) {
  track.seen = true;
  track.rate = Rate(track.picked, view.view.picked, seconds);
  track.failed_rate = Rate(track.failed, view.failed, seconds);
  for (size_t i = 0; i < track.weights.size(); ++i) {
    const uint64_t before = track.latencies[i];
    const uint64_t now = view.latencies[i];
    const uint64_t gained = seconds <= 0 || now < before ? 0 : now - before;
    track.weights[i] = track.weights[i] * kKept + static_cast<float>(gained);
  }
  track.picked = view.view.picked;
  track.failed = view.failed;
  track.latencies = view.latencies;
}

std::string LiveFeed::History() const {
  Json clusters = Json::object();
  for (const auto& [name, cluster] : clusters_) {
    Json rate = Json::array(), failed = Json::array(), p50 = Json::array(), p99 = Json::array(),
         in_flight = Json::array();
    const size_t count = cluster.points.empty() ? 0 : cluster.points.size() - 1;
    for (size_t i = 0; i < count; ++i) {
      const Point& point = cluster.points[i];
      rate.push_back(Rounded(point.rate));
      failed.push_back(Rounded(point.failed));
      p50.push_back(Rounded(point.p50));
      p99.push_back(Rounded(point.p99));
      in_flight.push_back(point.in_flight);
    }
    clusters[name] = {
        {"rate", rate}, {"failed", failed}, {"p50", p50}, {"p99", p99}, {"in_flight", in_flight}};
  }
  return Line({{"version", base::kVersion}, {"actions", actions_}, {"clusters", clusters}});
}

std::string LiveFeed::Tick() const {
  Json clusters = Json::array();
  for (const LiveCluster& each : view_.clusters) clusters.push_back(ToJson(each));
  return Line({{"ready", view_.ready},
               {"reasons", view_.reasons},
               {"notes", view_.notes},
               {"verdict", Verdict()},
               {"cpu", Rounded(cpu_)},
               {"resident", view_.resident},
               {"clusters", std::move(clusters)}});
}

Json LiveFeed::ToJson(const LiveCluster& view) const {
  const Cluster& cluster = clusters_.at(view.name);
  double rate = 0;
  double failed = 0;
  int64_t in_flight = 0;
  int64_t connections = 0;
  std::vector<const LiveEndpoint*> shown;
  for (const LiveEndpoint& each : view.endpoints) {
    const Track& track = cluster.endpoints.at(each.view.address);
    rate += track.rate;
    failed += track.failed_rate;
    in_flight += each.view.in_flight;
    connections += each.view.connections;
    shown.push_back(&each);
  }
  const auto is_worse = [&cluster](const LiveEndpoint* a, const LiveEndpoint* b) {
    const Track& left = cluster.endpoints.at(a->view.address);
    const Track& right = cluster.endpoints.at(b->view.address);
    return std::pair(IsOut(a->view), left.failed_rate) >
           std::pair(IsOut(b->view), right.failed_rate);
  };
  if (shown.size() > kMaxEndpoints) {
    std::ranges::stable_sort(shown, is_worse);
    shown.resize(kMaxEndpoints);
  }
  Json endpoints = Json::array();
  for (const LiveEndpoint* each : shown) {
    endpoints.push_back(ToJson(*each, cluster.endpoints.at(each->view.address), rate));
  }
  Json limits = Json::array();
  for (const LimitView& each : view.limits) {
    limits.push_back({{"name", each.name}, {"used", each.used}, {"max", each.max}});
  }
  return {{"name", view.name},
          {"policy", view.policy},
          {"panic", view.panic},
          {"trouble", view.trouble},
          {"eligible", CountEligible(view)},
          {"total", view.endpoints.size()},
          {"rate", Rounded(rate)},
          {"failed", Rounded(failed)},
          {"shed", Rounded(cluster.shed_rate)},
          {"retries", Rounded(cluster.retry_rate)},
          {"p50", Rounded(Quantile(cluster.weights, 0.5))},
          {"p99", Rounded(Quantile(cluster.weights, 0.99))},
          {"in_flight", in_flight},
          {"connections", connections},
          {"limits", std::move(limits)},
          {"hidden", view.endpoints.size() - shown.size()},
          {"endpoints", std::move(endpoints)}};
}

Json LiveFeed::ToJson(const LiveEndpoint& view, const Track& track, double rate) {
  return {{"address", view.view.address},
          {"state", view.view.state},
          {"age", std::round(view.view.state_age)},
          {"why", view.view.why},
          {"in_flight", view.view.in_flight},
          {"connections", view.view.connections},
          {"rate", Rounded(track.rate)},
          {"share", rate > 0 ? Rounded(track.rate / rate) : 0},
          {"failed", Rounded(track.failed_rate)},
          {"p50", Rounded(Quantile(track.weights, 0.5))},
          {"p99", Rounded(Quantile(track.weights, 0.99))}};
}

// "users: p99 is 4 times its median of 5 minutes"; empty: it is not.
std::string LiveFeed::SlowerThanUsual(const std::string& name) const {
  constexpr size_t kEnough = 30;
  constexpr float kWorthATelling = 3;
  const std::deque<Point>& points = clusters_.at(name).points;
  std::vector<float> usual;
  for (const Point& each : points) {
    if (each.p99 >= 0) usual.push_back(each.p99);
  }
  if (usual.size() < kEnough || points.back().p99 < 0) return {};
  std::ranges::nth_element(usual, usual.begin() + static_cast<std::ptrdiff_t>(usual.size() / 2));
  const float median = std::max(usual[usual.size() / 2], 0.1F);
  const float times = points.back().p99 / median;
  if (times < kWorthATelling) return {};
  return name + ": p99 is " + std::to_string(std::lround(times)) + " times its median of 5 minutes";
}

std::vector<std::string> LiveFeed::Verdict() const {
  std::vector<std::string> verdict;
  for (const LiveCluster& each : view_.clusters) {
    if (std::string text = Troubles(each); !text.empty()) verdict.push_back(std::move(text));
    if (std::string text = SlowerThanUsual(each.name); !text.empty()) {
      verdict.push_back(std::move(text));
    }
    const Cluster& cluster = clusters_.at(each.name);
    const Point last = cluster.points.empty() ? Point() : cluster.points.back();
    if (last.rate > 0 && last.failed >= last.rate * 0.01F) {
      verdict.push_back(each.name + ": " +
                        std::to_string(std::lround(100 * last.failed / last.rate)) +
                        " % of its attempts fail");
    }
    if (cluster.shed_rate > 0) {
      verdict.push_back(each.name + ": calls are refused, for a limit is reached");
    }
  }
  return verdict;
}

}  // namespace evenkeel::admin
