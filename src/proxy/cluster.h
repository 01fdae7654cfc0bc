// Cluster: one worker's side of a cluster: the current picker, and a pool for each endpoint.
//
// Who may be picked is decided for the process, on the main thread, and arrives here as a new
// picker. What only this worker knows, that its own connections just broke, it heeds at once.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "balancer/policy.h"
#include "pool/pool.h"

namespace evenkeel::proxy {

class Cluster {
 public:
  Cluster(std::string name, std::shared_ptr<const balancer::Picker> picker, base::Random& random)
      : name_(std::move(name)), picker_(std::move(picker)), random_(random) {}

  const std::string& name() const { return name_; }

  void AddPool(std::unique_ptr<pool::Pool> pool);
  void SetPicker(std::shared_ptr<const balancer::Picker> picker) { picker_ = std::move(picker); }

  /// The pool of the endpoint for an attempt: the policy's choice among those that work; when there
  /// is none, one that is still connecting. Null when no endpoint outside `avoid` can be had.
  pool::Pool* Pick(std::string_view path, base::Time now,
                   std::span<const balancer::Endpoint* const> avoid);

  /// Why Pick found nothing: how many endpoints there are, and what each one's trouble is.
  std::string WhyNone() const;

 private:
  pool::Pool* FindConnecting(std::span<const balancer::Endpoint* const> avoid);

  const std::string name_;
  std::shared_ptr<const balancer::Picker> picker_;
  base::Random& random_;
  std::unordered_map<const balancer::Endpoint*, std::unique_ptr<pool::Pool>> pools_;
  std::vector<const balancer::Endpoint*> unusable_;  // scratch for Pick
};

}  // namespace evenkeel::proxy
