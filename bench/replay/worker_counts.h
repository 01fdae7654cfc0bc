// WorkerCounts: what threads other than the main one ask of the system: memory and system calls.
//
// Counts by standing in front of the C library's functions, so it sees what libraries ask too. Only
// threads that are not the main one are counted: in the replay, the sidecar's worker.
#pragma once

#include <cstdint>

namespace evenkeel::bench {

struct WorkerCounts {
  uint64_t allocations;   ///< malloc, calloc, realloc, and so operator new
  uint64_t system_calls;  ///< reads, writes and waits

  /// So far. Any thread.
  static WorkerCounts Now();
};

}  // namespace evenkeel::bench
