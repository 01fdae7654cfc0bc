// Scenario: a fleet, its traffic and what goes wrong, as a small YAML file says it.
//
// Plain values; docs/balancing.md explains the keys to users, the names here are the keys' names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "balancer/endpoint_set.h"
#include "balancer/policy_settings.h"
#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace evenkeel::sim {

struct ReplicaGroup {
  uint32_t count = 1;
  double speed = 1;          ///< work done per unit of time, relative
  uint32_t concurrency = 8;  ///< calls worked on at once
  uint32_t queue = 100'000;  ///< calls that may wait; more are refused
  bool up = true;            ///< false: starts with a `state: up` change
};

/// How much work a call is, as time on a replica of speed 1.
struct Work {
  enum class Kind { kExponential, kLognormal, kFixed };
  Kind kind = Kind::kExponential;
  base::Duration mean = std::chrono::milliseconds(10);  ///< kLognormal: the median
  double sigma = 0.5;                                   ///< kLognormal: of the logarithm
};

/// Something that happens to replicas at a time.
struct Change {
  enum class Kind {
    kSlow,        ///< work takes `value` times as long from now on; 1: as normal
    kFixed,       ///< each call takes `value` ns whatever its work; 0: as normal
    kFail,        ///< the share `value` of calls fails at once; 0: none
    kBlackHole,   ///< calls are taken and never answered; value 0: answered again
    kNotServing,  ///< its health turns bad: no new calls, running ones end
    kDown,        ///< gone: connections close, calls in it fail
    kUp,          ///< there and healthy
  };
  base::Duration at{};
  Kind kind = Kind::kSlow;
  double value = 0;
  std::vector<uint32_t> replicas{};
};

/// Foreign load that comes and goes on replicas, each on its own.
struct Antagonists {
  double share = 0;                               ///< of the replicas that have one
  double slow = 3;                                ///< how many times longer work takes meanwhile
  base::Duration on = std::chrono::seconds(5);    ///< mean time it stays
  base::Duration off = std::chrono::seconds(15);  ///< mean time it is away
};

/// Streams opened all at once that stay, each slowing its replica.
struct Streams {
  uint32_t count = 0;
  base::Duration at{};
  base::Duration duration = std::chrono::hours(1);
  double cost = 0.02;  ///< of the replica's speed, each
};

/// A policy as the scenario tries it.
struct Contender {
  std::string label;
  bool omniscient = false;  ///< the reference instead of a policy
  balancer::PolicySettings policy{};
};

struct Scenario {
  std::string name;
  std::string about;
  uint32_t sidecars = 1;
  uint32_t workers = 1;
  /// Calls a second over all sidecars; from `load` x capacity when that is given.
  double rate = 0;
  /// Mean number of calls that arrive at one instant; 1: plain Poisson.
  double burst = 1;
  base::Duration duration = std::chrono::seconds(60);
  /// Not measured at the start.
  base::Duration warm_up = std::chrono::seconds(5);
  base::Duration timeout{0};    ///< 0: clients wait for ever
  base::Duration threshold{0};  ///< report the share of calls faster than this; 0: none
  Work work;
  base::Duration network = std::chrono::microseconds(250);  ///< one way
  std::vector<ReplicaGroup> replicas;
  std::vector<Change> changes;
  Antagonists antagonists;
  Streams streams;
  bool in_band = true;            ///< load reports in trailers
  base::Duration out_of_band{0};  ///< period of each replica's reports to each sidecar; 0: none
  std::vector<uint32_t> watch;    ///< replicas whose share of the calls is reported
  balancer::EndpointSetSettings cluster;
  std::vector<Contender> contenders;

  uint32_t ReplicaCount() const;
  /// Nanoseconds on a replica of speed 1.
  int64_t MeanWork() const;
  /// Calls a second that all replicas together can do.
  double Capacity() const;
};

/// The error is a sentence with file and line.
base::Result<Scenario, std::string> LoadScenario(const std::string& path);
base::Result<Scenario, std::string> ParseScenario(const std::string& yaml, const std::string& name);

}  // namespace evenkeel::sim
