#include "proxy/cluster/ordinary_durations.h"

#include <algorithm>

namespace evenkeel::proxy {
namespace {

// Of calls that are still unanswered, where a deadline counts: five that meet with it in a row, by
// chance, are one in some thirty million.
constexpr float kFew = 1.0F / 32;

}  // namespace

void OrdinaryDurations::Counts::Halve() {
  sum = 0;
  for (auto* const kind : {&answered, &cut_off}) {
    for (Count& each : *kind) sum += each /= 2;
  }
}

size_t OrdinaryDurations::BucketOf(base::Duration duration) {
  const auto units = static_cast<uint64_t>(std::max<base::Duration::rep>(duration.count(), 0));
  return std::min(Buckets::IndexOf(units >> kUnitBits), kBuckets - 1);
}

void OrdinaryDurations::Follow(Own& own, const Method& method) {
  for (; own.halvings != method.halvings && own.counts.sum > 0; ++own.halvings) own.counts.Halve();
  own.halvings = method.halvings;
}

void OrdinaryDurations::Add(Method& method, Own* own, std::array<Count, kBuckets> Counts::*kind,
                            size_t bucket) {
  const auto add = [&](Counts& counts) {
    (counts.*kind)[bucket] += kCall;
    counts.sum += kCall;
  };
  add(method.counts);
  if (own != nullptr) add(own->counts);
  if (method.counts.sum < kMost) return;
  method.counts.Halve();
  ++method.halvings;
  if (own != nullptr) Follow(*own, method);
}

OrdinaryDurations::Own* OrdinaryDurations::OwnOf(const Share& share,
                                                 telemetry::MethodId method) const {
  const auto index = static_cast<size_t>(method);
  return index < share.methods_.size() ? share.methods_[index].get() : nullptr;
}

void OrdinaryDurations::Answered(Share& share, telemetry::MethodId method,
                                 base::Duration duration) {
  if (method == telemetry::kUnsettledMethod) return;  // whose ordinary duration it would be
  const auto index = static_cast<size_t>(method);
  if (index >= methods_.size()) methods_.resize(index + 1);
  Method& known = methods_[index];
  known.used = true;
  Own* const own = OwnOf(share, method);
  if (own != nullptr) {
    Follow(*own, known);
    for (size_t i = 0; i < own->pending_size; ++i) {
      Add(known, own, &Counts::cut_off, own->pending[i]);
    }
    own->pending_size = 0;
  }
  Add(known, own, &Counts::answered, BucketOf(duration));
}

void OrdinaryDurations::CutOff(Share& share, telemetry::MethodId method, base::Duration duration) {
  if (method == telemetry::kUnsettledMethod) return;
  const auto index = static_cast<size_t>(method);
  if (index >= share.methods_.size()) share.methods_.resize(index + 1);
  auto& own = share.methods_[index];
  if (!own) {
    own = std::make_unique<Own>();
    if (index < methods_.size()) own->halvings = methods_[index].halvings;
  }
  if (own->pending_size == kMostPending) return;
  own->pending[own->pending_size++] = static_cast<uint8_t>(BucketOf(duration));
}

float OrdinaryDurations::StillUnanswered(size_t bucket, const Counts& all, const Counts* left_out) {
  const auto count = [&](std::array<Count, kBuckets> Counts::*kind, size_t i) {
    const int of_left_out = left_out == nullptr ? 0 : (left_out->*kind)[i];
    return static_cast<float>(std::max((all.*kind)[i] - of_left_out, 0));
  };
  float under_way = kCall / 2.0F;  // one half that is never answered: a few calls say little
  for (size_t i = 0; i < kBuckets; ++i) {
    under_way += count(&Counts::answered, i) + count(&Counts::cut_off, i);
  }
  float share = 1;
  for (size_t i = 0; i < bucket; ++i) {
    const float answered = count(&Counts::answered, i);
    share *= 1 - answered / under_way;
    under_way -= answered + count(&Counts::cut_off, i);
  }
  return share;
}

bool OrdinaryDurations::IsTooShort(const Share& share, telemetry::MethodId method,
                                   const rpc::AttemptOutcome& outcome) const {
  const bool had_no_room = outcome.cause == rpc::Cause::kNoRoom;
  if (outcome.cause != rpc::Cause::kDeadline && !had_no_room) return false;
  const auto index = static_cast<size_t>(method);
  if (index >= methods_.size() || !methods_[index].used) return !had_no_room;
  const Method& known = methods_[index];
  const Counts* own = nullptr;
  if (Own* const found = OwnOf(share, method)) {
    Follow(*found, known);
    if (known.counts.sum - found->counts.sum >= kEnough) own = &found->counts;
  }
  return StillUnanswered(BucketOf(outcome.duration), known.counts, own) > kFew;
}

}  // namespace evenkeel::proxy
