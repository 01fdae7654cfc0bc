// RateLimit: how many calls of a route may start in a time, for each value of a metadata key.
//
// A token bucket for each key, kept as the one time at which the bucket is full again (the generic
// cell rate algorithm, ITU-T I.371): one compare-and-swap a call, no lock, any thread. A full
// bucket is the same as none, so its place is free for another key; when all places near a key's
// are taken, it shares one bucket with others of its kind, and memory stays as it is.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "lib/base/clock.h"

namespace evenkeel::proxy {

class RateLimit {
 public:
  struct Settings {
    uint32_t calls = 0;     ///< in `per`; above 0
    base::Duration per{};   ///< above 0
    uint32_t burst = 1;     ///< calls at once; at least 1
    uint32_t max_keys = 1;  ///< buckets; at least 1
  };

  /// `seed` keeps clients from choosing keys that meet in one bucket.
  RateLimit(const Settings& settings, uint64_t seed);

  /// A call with this key starts, or, if the bucket is empty, must not: then how long until one
  /// may.
  std::optional<base::Duration> Take(std::string_view key, base::Time now);

  /// Has each bucket lack as many tokens as that of `before` does now, which had other settings and
  /// the same seed. Before anybody takes from this one.
  void TakeOver(const RateLimit& before, base::Time now);

 private:
  struct Bucket {
    std::atomic<uint64_t> key{0};       // a hash; 0: nobody's
    std::atomic<base::Time> full_at{};  // in the past: full
  };

  Bucket& BucketOf(uint64_t key, base::Time now);

  const base::Duration interval_;  // in which a token drips in
  const base::Duration depth_;     // how far before full_at a call may start
  const uint64_t seed_;
  const uint64_t mask_;
  const std::unique_ptr<Bucket[]> buckets_;
  Bucket shared_;
};

}  // namespace evenkeel::proxy
