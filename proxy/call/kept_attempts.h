// KeptAttempts: the first attempts of one call, for its record. Made for a call that a sink hears
// of, so that others have neither the memory nor the work. Owned by the AttemptSet.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "lib/base/block_pool.h"
#include "lib/base/local_ptr.h"
#include "lib/telemetry/call_record.h"
#include "proxy/cluster/cluster.h"

namespace evenkeel::proxy {

class KeptAttempts final : public base::Pooled {
 public:
  /// All that a policy allows, and some that went elsewhere unsent.
  static constexpr size_t kMost = 8;

  // The records are left as they are: each is filled when it is added.
  KeptAttempts() {}  // NOLINT

  /// Another one, on `endpoint`, which is `member`'s; null when there are kMost.
  telemetry::AttemptRecord* Add(base::Time now, Cluster::Member& member,
                                const balancer::Endpoint& endpoint, telemetry::AttemptKind kind) {
    if (count_ == kMost) return nullptr;
    members_[count_] = base::LocalPtr<Cluster::Member>(&member);
    telemetry::AttemptRecord& record = records_[count_++];
    record = {.started = now,
              .opened = {},
              .answered = {},
              .ended = {},
              .endpoint = endpoint.address(),
              .zone = endpoint.zone(),
              .span = 0,
              .status = rpc::StatusCode::kUnknown,
              .origin = rpc::Origin::kProxy,
              .cause = rpc::Cause::kLocal,
              .kind = kind,
              .won = false};
    return &record;
  }
  std::span<telemetry::AttemptRecord> all() { return {records_.data(), count_}; }

 private:
  size_t count_ = 0;
  std::array<base::LocalPtr<Cluster::Member>, kMost> members_;  // they have the names
  std::array<telemetry::AttemptRecord, kMost> records_;
};

}  // namespace evenkeel::proxy
