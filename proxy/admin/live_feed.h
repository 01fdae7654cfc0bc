// LiveFeed: what the dashboard and `evenkeel top` show: each second a line of JSON with rates,
// latencies and a verdict in words, and five minutes of history.
//
// Pure: who owns it takes a LiveView each second and adds it. Latencies are those of the last
// seconds: what is counted loses a fifth of its weight with each.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/config_json/json.h"
#include "proxy/admin/live_view.h"

namespace evenkeel::admin {

class LiveFeed {
 public:
  static constexpr size_t kHistory = 300;       ///< views
  static constexpr size_t kMaxEndpoints = 200;  ///< of a cluster in a tick, the worst first

  /// `actions`: whether the sidecar acts on what a page asks for.
  explicit LiveFeed(bool actions) : actions_(actions) {}

  void Add(const LiveView& view);

  /// {"version","actions","clusters":{NAME:{"rate":[…],"failed":[…],"p50":[…],"p99":[…],
  /// "in_flight":[…]}}}: what there was before the last view, oldest first; milliseconds and per
  /// second. One line.
  std::string History() const;
  /// Of the last view, one line:
  /// {"ready","reasons","notes","verdict":[…],"cpu","resident","clusters":[{"name","policy","panic",
  /// "trouble","eligible","total","rate","failed","shed","retries","p50","p99","in_flight",
  /// "connections","limits","hidden","endpoints":[{"address","state","age","why",
  /// "in_flight","connections","rate","share","failed","p50","p99"}]}]}
  std::string Tick() const;

 private:
  using Weights = std::array<float, telemetry::kLatencyBucketCount>;

  /// What was counted of an endpoint, and how that goes.
  struct Track {
    uint64_t picked = 0;
    uint64_t failed = 0;
    LatencyCounts latencies{};
    Weights weights{};  ///< of the last seconds
    double rate = 0;    ///< picked a second
    double failed_rate = 0;
    bool seen = false;  ///< in the last view
  };
  struct Point {
    float rate = 0;
    float failed = 0;
    float p50 = 0;
    float p99 = 0;
    float in_flight = 0;
  };
  struct Cluster {
    std::unordered_map<std::string, Track> endpoints;  ///< by address
    std::deque<Point> points;
    uint64_t shed = 0;
    uint64_t retries = 0;
    double shed_rate = 0;
    double retry_rate = 0;
    Weights weights{};
    bool seen = false;
  };

  void Follow(const LiveCluster& view, double seconds);
  /// `seconds`: since the view before; 0: there was none.
  static void Follow(const LiveEndpoint& view, double seconds, Track& track);
  Json ToJson(const LiveCluster& view) const;
  static Json ToJson(const LiveEndpoint& view, const Track& track, double rate);
  std::vector<std::string> Verdict() const;
  std::string SlowerThanUsual(const std::string& name) const;

  const bool actions_;
  bool has_view_ = false;
  LiveView view_;
  double cpu_ = 0;  // share of one CPU
  std::unordered_map<std::string, Cluster> clusters_;
};

}  // namespace evenkeel::admin
