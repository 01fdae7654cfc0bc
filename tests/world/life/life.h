// Life: one seed's world from the sidecar's start to its end, and whether all was as it must be.
//
// It starts, is called, is befallen by faults, heals, is called again, drains and ends. At its end
// all of this holds, or a violation says what did not:
//
//   - Each call ends once, with a status, unless its client went or cancelled.
//   - The status is the replica's, or one of ours that what happened to the call allows.
//   - Bytes arrive complete, in order and unmixed, both ways (Ledger, Replica, Client).
//   - Replicas act on a call no more often than retries and hedging allow; without them, once.
//   - A client with a deadline hears of the end soon after it.
//   - The record of a call says what its client saw; there is one for each.
//   - A round robin in calm weather is fair to within one call.
//   - After the last fault every call is answered again, within a bound.
//   - Then nothing is left: no call in flight, at no replica, no descriptor.
//   - A drain ends within its time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::world {

struct Verdict {
  std::vector<std::string> violations;  ///< empty: all was well
  std::vector<std::string> log;         ///< where it was asked for
  uint64_t calls = 0;
  uint64_t turns = 0;
  uint64_t fingerprint = 0;  ///< of all that happened: equal for equal seeds
  double seconds = 0;        ///< simulated
};

Verdict Live(uint64_t seed, bool keep_log = false);

}  // namespace evenkeel::world
