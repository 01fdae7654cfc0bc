// MemoryRelief: what one worker does about the clients that hold most while memory is tight: reads
// no more from them, and ends them when that is not enough.
//
// Nothing of it is on a call's path: what a client holds is added up when it matters. Who holds
// most is decided over all workers (MemoryShares). Owned by a worker, used on its thread.
#pragma once

#include <span>
#include <vector>

#include "lib/base/slot_list.h"
#include "lib/process/memory_guard.h"
#include "proxy/clients/client_connection.h"

namespace evenkeel::proxy {

class MemoryRelief {
 public:
  using Clients = base::SlotList<ClientConnection>;

  explicit MemoryRelief(MemoryGuard& guard) : guard_(guard) {}
  /// Its part of what all hold is taken back.
  ~MemoryRelief() { guard_.shares().Say(said_, {}); }
  MemoryRelief(const MemoryRelief&) = delete;
  MemoryRelief& operator=(const MemoryRelief&) = delete;

  enum class Ends : bool { kNobody, kWhoHoldsMost };
  /// Looks at all of them while it is tight, and has some end, if `ends` says so, which the worker
  /// hears of as they do. Returns whether it has.
  bool Look(const Clients& clients, Ends ends);

 private:
  struct Client {
    size_t held;
    ClientConnection* connection;
  };

  std::vector<Client> Measure(const Clients& clients);
  void HoldBack(std::span<const Client> clients) const;
  bool End(std::span<const Client> clients) const;

  MemoryGuard& guard_;
  MemoryShares::Sums said_{};
  bool held_back_ = false;
};

}  // namespace evenkeel::proxy
