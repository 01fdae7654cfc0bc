// ClusterHealth: what is known of each endpoint of one cluster, and what follows from it.
//
// Brings connections, active checks and ejection together: it tells the EndpointSet who may take
// calls, the log and the metrics what changed and why, and an operator how things stand. Main
// thread; owned by its ClusterController beside the EndpointSet, which it does not outlive.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "balancer/endpoint_set.h"
#include "health/ejection.h"
#include "health/probe_result.h"
#include "lib/config/config.h"
#include "lib/telemetry/health_metrics.h"
#include "lib/telemetry/log.h"

namespace evenkeel::health {

/// How things stand with one endpoint, for people.
struct EndpointFacts {
  std::string_view state;  ///< "ready", "not_connected", "not_serving", "ejected", "draining"
  base::Duration age{};    ///< since it is in that state
  std::string why;         ///< "ejected for 28 s more: 7 of 9 calls failed in 10 s: 7 INTERNAL"
  std::string last_probe;  ///< "serving 3 s ago: Watch: SERVING"; empty: there was none
  uint32_t successes = 0;  ///< attempts that spoke for it, ever, modulo 2^32
  uint32_t failures = 0;   ///< attempts that were held against it
  uint32_t failures_in_a_row = 0;
};

/// What workers must know beside the picker.
struct Availability {
  /// Whether an endpoint may become eligible any moment: its first answer is awaited, so a call
  /// that finds none had better wait.
  bool expects_endpoint = false;
  bool has_eligible = false;
  /// "3 endpoints: 2 ejected, 1 not connected"
  std::string summary;
};

class ClusterHealth {
 public:
  /// All but `config` must outlive it.
  ClusterHealth(const config::Cluster& config, balancer::EndpointSet& endpoints,
                const base::Clock& clock, base::Random& random, telemetry::HealthMetrics& metrics,
                telemetry::Log& log);

  /// The cluster's settings and endpoints (those of the EndpointSet, which is updated first) may
  /// have changed. What is known of endpoints that stay, stays; who is newly asked serves until it
  /// says otherwise.
  void Update(const config::Cluster& config);
  /// The cluster has come about while the process serves: it may not hold up readiness before it
  /// had an eligible endpoint.
  void SkipStartupGrace() { grace_ = base::Duration::zero(); }

  /// The endpoint's counters, for its workers; null where there is no outlier detection.
  std::shared_ptr<OutcomeCounters> OutcomesOf(const balancer::Endpoint& endpoint) const;

  // Each of these returns whether workers need a new picker or availability; `endpoint` may have
  // left the set meanwhile.

  /// A worker's first connection to the endpoint works (+1), its last one broke (-1), or none could
  /// be made (0).
  bool OnConnection(const balancer::Endpoint& endpoint, int change, const std::string& reason);
  bool OnProbe(const balancer::Endpoint& endpoint, const ProbeReport& report);
  bool OnConsecutiveFailures(const balancer::Endpoint& endpoint);
  /// To be called every sweep_interval().
  bool Sweep();
  /// Nothing: there is no outlier detection.
  std::optional<base::Duration> sweep_interval() const;

  /// Tells of endpoints that stay down, each after a minute, two, four, … and at last each hour. To
  /// be called each second or so; costs nothing while none is due.
  void Remind();

  Availability GetAvailability() const;
  EndpointFacts FactsOf(const balancer::Endpoint& endpoint) const;
  /// Why no endpoint can take calls; nothing: one can.
  std::optional<std::string> WhyNotServing() const;
  /// Why the cluster holds up readiness; nothing: it does not. One that has had an eligible
  /// endpoint does whenever it has none; one that never had only for the start-up grace.
  std::optional<std::string> WhyNotReady() const;
  /// The process ends: what happens to endpoints from now on is no news.
  void StopLogging() { logging_ = Logging::kOff; }

 private:
  enum class Logging : bool { kOff, kOn };

  struct Reminder {
    base::Time at;
    base::Duration pause;  ///< before it
  };

  struct Record {
    balancer::EndpointPtr endpoint;
    std::shared_ptr<OutcomeCounters> outcomes;
    balancer::Eligibility state = balancer::Eligibility::kNotConnected;
    base::Time since{};
    std::string why;                   // for the state, where nothing below says it
    std::string connection;            // why it was lost
    base::Time news_since{};           // when there was first news of it while it was down
    uint32_t news = 0;                 // how often since
    std::optional<Reminder> reminder;  // while it is down and that has been told
    Health health = Health::kUnknown;
    bool tried = false;  // connected and, if to be asked, answered; or that failed
    std::string probe_detail;
    std::optional<ProbeResult> probe_result;
    base::Time probed{};
    std::string ejection;
  };

  void SetHealthCheck(const std::optional<config::HealthCheck>& check);
  void SetDetection(const std::optional<config::OutlierDetection>& detection);
  void StartEjection();
  void EndEjections();
  void DropRecords();
  void AddRecords();
  Record MakeRecord(const balancer::EndpointPtr& endpoint);
  std::vector<Ejection::Member> EjectionMembers() const;
  uint32_t FailureThreshold() const;

  Record* Find(const balancer::Endpoint& endpoint);
  const Record* Find(const balancer::Endpoint& endpoint) const;
  /// Notes the change of state, if there was one, and tells of it.
  bool Follow(Record& record, std::string_view reason, const std::string& why);
  void Tell(Record& record, balancer::Eligibility before);
  bool Act(const Ejection::Event& event);
  bool ReturnEarly(Record& record);
  void TellOnce(ProbeResult result, const std::string& detail);
  void TellFirstFailure(Record& record);
  void TellOtherReason(Record& record);
  void TellStillDown(const Record& record);
  void StartReminders(Record& record);
  std::string WhyOf(const Record& record) const;

  const std::string name_;
  bool asked_;
  base::Duration grace_;
  std::optional<config::OutlierDetection> detection_;
  balancer::EndpointSet& endpoints_;
  const base::Clock& clock_;
  base::Random& random_;
  telemetry::HealthMetrics& metrics_;
  telemetry::Log& log_;
  const base::Time start_;
  Logging logging_ = Logging::kOn;
  base::Time next_reminder_ = base::Time::max();  // of all records
  bool was_eligible_ = false;
  bool told_missing_ = false;
  bool told_denied_ = false;
  std::unordered_map<const balancer::Endpoint*, Record> records_;
  std::optional<Ejection> ejection_;
};

}  // namespace evenkeel::health
