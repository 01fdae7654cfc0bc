// DescriptorReserve: which of the process's descriptors clients may have.
//
// The rest are kept for connections to endpoints, the admin port and files: an endpoint that comes
// back while idle clients hold all others must be reachable. The kernel gives the lowest free
// number, so one at or above the bound says that all below it are taken. Main sets, any thread
// asks.
#pragma once

#include <atomic>
#include <cstddef>

namespace evenkeel::net {

class DescriptorReserve {
 public:
  /// `limit`: descriptors that the process may have; by default what the system says now.
  explicit DescriptorReserve(size_t limit = SystemLimit()) : limit_(limit) { Keep(0); }

  /// How many are kept for others than clients: `wanted`, but no more than half. Main thread.
  void Keep(size_t wanted);
  /// Whether a client that has this descriptor must be the last one for now.
  bool IsReached(int fd) const { return fd >= bound_.load(std::memory_order_relaxed); }

 private:
  static size_t SystemLimit();

  const size_t limit_;
  std::atomic<int> bound_{0};
};

}  // namespace evenkeel::net
