// RecordRing: the records of calls that have ended, on their way from one worker to the thread that
// writes them down.
//
// One thread pushes, one drains, without a lock; whoever pushes never waits. A record is copied
// with all that it views, so the call may end. Full is dropped; a tenth is kept for what is urgent.
// Memory that was never needed is never touched.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "lib/telemetry/call_record.h"

namespace evenkeel::telemetry {

/// A call in a ring. Its views are cut to kMostText, its path to kMostPath bytes.
struct RingedCall {
  static constexpr size_t kMostText = 256;
  static constexpr size_t kMostPath = 1024;

  CallRecord record{};  ///< `request` is null
  std::string_view authority{};
  std::string_view user_agent{};
  uint32_t marks = 0;  ///< of who pushed it
};

class RecordRing {
 public:
  static constexpr size_t kBytes = 1024 * 1024;
  enum class Urgent : bool { kNo, kYes };

  /// `bytes`: a power of two that holds the largest record at least ten times.
  explicit RecordRing(size_t bytes = kBytes);

  /// The pushing thread. False: there was no room.
  bool Push(const CallRecord& record, uint32_t marks, Urgent urgent);
  /// Whether a quarter or more was full after the last Push, as far as the pushing thread knows.
  bool is_filling() const { return filling_; }

  /// The draining thread: `visit(const RingedCall&)` for each that was there when this began. The
  /// views live until it returns. Returns how many there were.
  template <typename Visit>
  size_t Drain(Visit visit) {
    const uint64_t end = pushed_.load(std::memory_order_acquire);
    size_t count = 0;
    for (uint64_t at = drained_.load(std::memory_order_relaxed); at != end;) {
      if (const RingedCall* call = At(at)) {
        visit(*call);
        ++count;
      }
      at += SizeAt(at);
      drained_.store(at, std::memory_order_release);
    }
    return count;
  }

 private:
  struct Header;

  const RingedCall* At(uint64_t position);
  uint64_t SizeAt(uint64_t position) const;
  std::byte* Place(uint64_t position) const { return bytes_.get() + (position & (size_ - 1)); }
  std::byte* Reserve(size_t size, Urgent urgent);

  const size_t size_;
  const std::unique_ptr<std::byte[]> bytes_;
  // Positions only grow; where they are in bytes_ are their lowest bits.
  uint64_t write_ = 0;  // the pushing thread's
  uint64_t seen_ = 0;   // of drained_, likewise
  bool filling_ = false;
  alignas(64) std::atomic<uint64_t> pushed_ = 0;
  alignas(64) std::atomic<uint64_t> drained_ = 0;
};

}  // namespace evenkeel::telemetry
