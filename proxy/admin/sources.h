// Sources: where the admin pages get what they show. Main fills in functions that return plain
// values, so that this folder knows no pool, no proxy and no thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"

namespace evenkeel::admin {

struct ReadyView {
  bool ready = false;
  /// Why not, each a sentence without a full stop: "cluster users has no ready endpoint".
  std::vector<std::string> reasons;
  /// What is wrong and yet no reason: "the configuration's files are rejected: …".
  std::vector<std::string> notes{};
};

/// What a reload of the configuration did, or would do.
struct ReloadView {
  std::string result;  ///< "applied", "unchanged" or "rejected"
  uint64_t generation = 0;
  std::vector<std::string> lines{};  ///< what changed, or what is wrong
};

struct EndpointView {
  std::string address;
  std::string state;         ///< one word: "ready", "ejected", …
  int64_t in_flight = 0;     ///< attempts now
  uint64_t picked = 0;       ///< attempts since the process started
  int64_t connections = 0;   ///< ready now, over all workers
  double state_age = 0;      ///< seconds in this state
  std::string why{};         ///< it is in this state
  std::string last_probe{};  ///< empty: there was none
  uint32_t successes = 0;    ///< attempts that spoke for it
  uint32_t failures = 0;     ///< attempts that were held against it
  uint32_t failures_in_a_row = 0;
};

/// A number of what became of calls; `name` is empty where a group has one number only.
struct CountView {
  std::string group;  ///< "retries"
  std::string name;   ///< "UNAVAILABLE"
  uint64_t value = 0;
};

/// A limit of a cluster and how much of it is used; of retry_tokens and retry_budget what is left.
struct LimitView {
  std::string name;  ///< "calls", "pending_calls", "retry_tokens"
  double used = 0;
  double max = 0;  ///< 0: there is none, it is counted all the same
};

struct ClusterView {
  std::string name;
  std::string policy;
  std::vector<EndpointView> endpoints;
  std::vector<CountView> calls{};  ///< since the process started
  /// Why it has no endpoints, or none that are new; empty: nothing is wrong.
  std::string discovery_failure{};
  /// How its endpoints are connected to: "off", "verified", or "not verified".
  std::string tls = "off";
  std::vector<LimitView> limits{};
};

/// Why a would-be call would go where it would go.
struct ExplainView {
  struct Candidate {
    std::string endpoint;
    double score = 0;
  };
  struct Excluded {
    std::string endpoint;
    std::string why;
  };
  std::string policy;
  std::string picked;         ///< empty: no endpoint to be had
  std::string score_meaning;  ///< what is compared, and which wins
  std::vector<Candidate> candidates{};
  std::vector<Excluded> excluded{};
  std::vector<std::string> notes{};
};

/// The call to explain.
struct ExplainQuestion {
  std::string cluster;
  std::string path;      ///< "/package.Service/Method"
  std::string hash_key;  ///< for policies that hash; may be empty
};

/// From which level on the log has lines: each folder with its level, as "health" and "info".
using LogLevelsView = std::vector<std::pair<std::string, std::string>>;

struct LiveView;  // live_view.h

/// All are set but for `live`; called on the thread of the server's loop, once for each request
/// that needs them.
struct Sources {
  /// Of what takes longer than a turn: called in a later one, unless the process ends before.
  using Tell = std::function<void(ReloadView)>;

  /// Prometheus's text format, version 0.0.4.
  std::function<std::string()> metrics;
  std::function<ReadyView()> ready;
  std::function<std::vector<ClusterView>()> clusters;
  std::function<config::Config()> config;
  std::function<void(Tell)> reload;
  /// What `reload` would do, without doing it.
  std::function<void(Tell)> preview;
  /// Nothing for a cluster that does not exist.
  std::function<std::optional<ExplainView>(const ExplainQuestion&)> explain;
  /// The last events, oldest first, each a JSON object whose member `id` goes up by one: those
  /// whose `id` is higher than `after`.
  std::function<std::vector<std::string>(uint64_t after)> events;
  std::function<LogLevelsView()> log_levels;
  /// Sets the level of a folder, or of each where `folder` is empty. The error is a sentence.
  std::function<base::Result<void, std::string>(std::string_view level, std::string_view folder)>
      set_log_level;
  /// Asked each second. Null: there is no dashboard.
  std::function<LiveView()> live{};
};

}  // namespace evenkeel::admin
