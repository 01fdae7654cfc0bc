// OrdinaryDurations: how long the calls of each method ordinarily take until they are answered, so
// that a deadline which ordinary calls would not meet either is not held against an endpoint.
//
// A call that a deadline or its client cuts off would have taken longer, nobody knows how long.
// Left out, such calls would have the few that were quick enough stand for all. So what is kept is
// how many calls were answered and how many cut off after which time, and from these the share of
// calls that are still unanswered at a time is estimated (Kaplan and Meier, 1958). A deadline is
// ordinary where that share is small.
//
// What an endpoint does itself must not excuse it. It is judged by the calls to the others, where
// there are enough of them; and a call cut off on it counts only once it has answered a later one,
// for an endpoint that hangs answers none.
//
// One worker's, of one cluster. Memory only at a method's first use, and at the first call of a
// method that is cut off on an endpoint.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/log_buckets.h"
#include "lib/rpc/outcome.h"
#include "lib/telemetry/method_table.h"

namespace evenkeel::proxy {

class OrdinaryDurations {
 private:
  struct Own;

 public:
  /// What one endpoint has brought of that.
  class Share {
   private:
    friend class OrdinaryDurations;
    std::vector<std::unique_ptr<Own>> methods_;
  };

  /// A call of the method was answered after `duration`.
  void Answered(Share& share, telemetry::MethodId method, base::Duration duration);
  /// A call of the method was given up after `duration`, when nothing said that it would fail.
  void CutOff(Share& share, telemetry::MethodId method, base::Duration duration);

  /// Whether a deadline ended the attempt before an ordinary call of the method is answered. Before
  /// some sixteen were, this is not known, and a deadline says nothing; but where the endpoint had
  /// no room for the call it does until one was.
  bool IsTooShort(const Share& share, telemetry::MethodId method,
                  const rpc::AttemptOutcome& outcome) const;

 private:
  using Buckets = base::LogBuckets<2>;
  using Count = uint16_t;
  static constexpr int kUnitBits = 16;       // buckets begin with 65 µs
  static constexpr size_t kBuckets = 84;     // up to two minutes
  static constexpr Count kCall = 16;         // what a call counts, so that half of it is something
  static constexpr int kMost = 256 * kCall;  // then all counts are halved: what was is forgotten
  static constexpr int kEnough = 16 * kCall;
  static constexpr size_t kMostPending = 16;

  struct Counts {
    std::array<Count, kBuckets> answered{};
    std::array<Count, kBuckets> cut_off{};
    int sum = 0;

    void Halve();
  };
  struct Method {
    Counts counts;
    uint32_t halvings = 0;
    bool used = false;
  };
  struct Own {
    Counts counts;
    uint32_t halvings = 0;  // of the method, as far as these counts have followed
    std::array<uint8_t, kMostPending> pending{};  // buckets of those cut off since the last answer
    size_t pending_size = 0;
  };

  static size_t BucketOf(base::Duration duration);
  static void Follow(Own& own, const Method& method);
  static void Add(Method& method, Own* own, std::array<Count, kBuckets> Counts::*kind,
                  size_t bucket);
  static float StillUnanswered(size_t bucket, const Counts& all, const Counts* left_out);
  Own* OwnOf(const Share& share, telemetry::MethodId method) const;

  std::vector<Method> methods_;
};

}  // namespace evenkeel::proxy
