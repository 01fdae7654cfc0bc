// ProcessFacts: what the kernel says of this process, for the `process_*` metrics that Prometheus's
// own clients export. Values only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace evenkeel::telemetry {

struct ProcessFacts {
  std::chrono::microseconds cpu{};  ///< user and system time of all threads
  uint64_t max_fds = 0;
  /// Nothing where /proc is not mounted or not readable.
  std::optional<uint64_t> open_fds;
  std::optional<uint64_t> resident_bytes;
  std::optional<uint64_t> virtual_bytes;
};

/// Reads small files of /proc: for the main thread.
ProcessFacts ReadProcessFacts();

/// User and system time of the thread that asks.
std::chrono::nanoseconds ThreadCpuTime();

/// Only the memory in RAM, for who asks often; 0 where it cannot be read.
uint64_t ResidentBytes();

}  // namespace evenkeel::telemetry
