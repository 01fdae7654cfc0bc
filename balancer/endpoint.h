// Endpoint: one replica's address with its live facts, shared by all threads.
//
// The facts are atomics that every worker adds to and reads without a lock. An endpoint outlives
// its removal from a cluster for as long as a call holds its token. Whether it may take calls is
// not known here but to the EndpointSet that owns it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "balancer/attempt_result.h"
#include "balancer/failure_hold.h"
#include "balancer/peak_latency.h"
#include "balancer/reported_weight.h"

namespace evenkeel::balancer {

/// What configuration or discovery says of an endpoint beside its address.
struct EndpointTraits {
  /// Its share of calls relative to the others', for policies that use weights. 1 to 1,000,000.
  uint32_t weight = 1;
  /// 0 is used first; higher numbers take over as lower ones fail.
  uint32_t priority = 0;
  /// Empty: unknown, never the own zone.
  std::string zone{};
  /// What hash policies place on the ring (gRFC A76); empty: the address.
  std::string hash_key{};
  bool operator==(const EndpointTraits&) const = default;
};

/// What calls and reports taught us about an endpoint. Each policy feeds and reads its own part.
struct EndpointSignals {
  PeakLatency latency;
  FailureHold failures;
  ReportedWeight reported;
};

class Endpoint {
 public:
  explicit Endpoint(std::string address, EndpointTraits traits = {})
      : address_(std::move(address)), weight_(traits.weight), traits_(std::move(traits)) {}
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// As configured, "10.0.0.1:50051"; its name in logs, metrics and messages.
  const std::string& address() const { return address_; }
  const std::string& hash_key() const {
    return traits_.hash_key.empty() ? address_ : traits_.hash_key;
  }
  const std::string& zone() const { return traits_.zone; }
  uint32_t priority() const { return traits_.priority; }
  /// As given at first; its weight may have changed since.
  const EndpointTraits& traits() const { return traits_; }
  uint32_t weight() const { return weight_.load(std::memory_order_relaxed); }
  /// Pickers made from now on use it; see EndpointSet::SetWeight.
  void set_weight(uint32_t weight) { weight_.store(weight, std::memory_order_relaxed); }

  /// Attempts that hold an InFlight token now, over all threads.
  int64_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  /// Attempts since the process started, over all threads.
  uint64_t picked() const { return picked_.load(std::memory_order_relaxed); }

  /// Thread-safe, and apart from what the endpoint is: so also of a const Endpoint.
  EndpointSignals& signals() const { return signals_; }

  /// When it last became eligible, for slow start; the epoch: it is not warming up. Set by the
  /// EndpointSet.
  base::Time warming_since() const {
    return base::Time(base::Duration(warming_since_.load(std::memory_order_relaxed)));
  }
  void set_warming_since(base::Time since) const {
    warming_since_.store(since.time_since_epoch().count(), std::memory_order_relaxed);
  }

 private:
  friend class InFlight;

  // What a pick reads comes first: with std::make_shared it shares a cache line with the reference
  // count that the pick also touches. The rest keeps endpoints allocated in a row apart.
  std::atomic<int64_t> in_flight_{0};
  std::atomic<uint64_t> picked_{0};
  mutable EndpointSignals signals_;
  mutable std::atomic<int64_t> warming_since_{0};
  const std::string address_;
  std::atomic<uint32_t> weight_;
  const EndpointTraits traits_;
};

using EndpointPtr = std::shared_ptr<Endpoint>;

class Picker;

/// One attempt's share of an endpoint's load: counts from construction to destruction. Move-only;
/// an empty one counts nothing.
class InFlight {
 public:
  InFlight() = default;
  explicit InFlight(EndpointPtr endpoint) : endpoint_(std::move(endpoint)) {
    endpoint_->in_flight_.fetch_add(1, std::memory_order_relaxed);
    endpoint_->picked_.fetch_add(1, std::memory_order_relaxed);
  }
  InFlight(InFlight&& other) noexcept = default;
  InFlight& operator=(InFlight&& other) noexcept {
    Release();
    endpoint_ = std::move(other.endpoint_);
    return *this;
  }
  /// As Finish with a neutral result.
  ~InFlight() { Release(); }

  /// Null for an empty token.
  const EndpointPtr& endpoint() const { return endpoint_; }

  /// Ends the attempt and tells the cluster's policy how: `picker` is the cluster's current one,
  /// not necessarily the one that picked. The token is empty afterwards; an empty one does nothing.
  void Finish(const Picker& picker, const AttemptResult& result);

 private:
  void Release() {
    if (endpoint_) endpoint_->in_flight_.fetch_sub(1, std::memory_order_relaxed);
    endpoint_.reset();
  }

  EndpointPtr endpoint_;
};

}  // namespace evenkeel::balancer
