// Ledger: what became of every call, as its client and the replicas saw it, and what must hold.
//
// Peers write down what happens; what cannot be right, whoever sees it, is a violation, a sentence
// that the run ends with. The world's one thread only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/http2/error_code.h"
#include "tests/world/system/world.h"

namespace evenkeel::world {

/// What a client means to do.
struct CallPlan {
  uint32_t messages = 1;  ///< of the request
  uint32_t size = 10;     ///< bytes of each
  uint32_t answers = 1;   ///< messages that it asks for
  uint32_t answer_size = 10;
  base::Duration between{};       ///< of its messages
  base::Duration timeout{};       ///< zero: no deadline
  base::Duration patience{};      ///< cancels after it; zero: never
  base::Duration reads_after{};   ///< it reads answers only then
  bool half_closes_late = false;  ///< once it has the first of the answer
};

/// One request that has reached a replica.
struct Execution {
  size_t replica;
  base::Time began;
  bool refused = false;        ///< REFUSED_STREAM: not acted upon
  bool whole_request = false;  ///< all of it came, as it was sent
  bool answers = false;        ///< headers of an answer have been sent
  std::string status{};        ///< what it said; empty: nothing
  bool ended = false;
};

struct CallFacts {
  uint64_t id;
  CallPlan plan;
  base::Time started;
  base::Time ended{};
  std::vector<Execution> executions;
  size_t ends = 0;         ///< how often the client was told of its end
  bool lost = false;       ///< its connection to the sidecar was
  bool cancelled = false;  ///< by the client
  std::string status;      ///< grpc-status as the client has it; empty: none came
  std::string message;
  http2::ErrorCode reset{};  ///< where a reset ended it
};

class Ledger {
 public:
  explicit Ledger(World& world) : world_(world) {}

  CallFacts& Begin(const CallPlan& plan) {
    CallFacts& call = calls_[++last_];
    call.id = last_;
    call.plan = plan;
    call.started = world_.now();
    return call;
  }
  /// Null: no client has made such a call.
  CallFacts* Find(uint64_t id) {
    const auto found = calls_.find(id);
    return found == calls_.end() ? nullptr : &found->second;
  }
  const std::map<uint64_t, CallFacts>& calls() const { return calls_; }
  size_t open() const {
    size_t count = 0;
    for (const auto& [id, call] : calls_) count += call.ends == 0 && !call.lost ? 1 : 0;
    return count;
  }

  void Blame(const std::string& sentence) {
    world_.Note("VIOLATION: " + sentence);
    if (violations_.size() < 20) violations_.push_back(sentence);
  }
  void Blame(const CallFacts& call, const std::string& sentence) {
    Blame("call " + std::to_string(call.id) + ": " + sentence);
  }
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  World& world_;
  std::map<uint64_t, CallFacts> calls_;
  uint64_t last_ = 0;
  std::vector<std::string> violations_;
};

/// Messages as gRPC frames them, whose bytes tell whose they are and where they belong: nothing can
/// be lost, doubled, or swapped with another call's unnoticed.
inline std::string Messages(uint64_t whose, uint32_t count, uint32_t size, uint32_t from = 0) {
  std::string bytes;
  bytes.reserve(static_cast<size_t>(count) * (size + 5));
  for (uint32_t i = from; i < from + count; ++i) {
    bytes.push_back(0);
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(size >> shift));
    for (uint32_t at = 0; at < size; ++at) {
      bytes.push_back(static_cast<char>((whose * 0x9e3779b9 + i * 251 + at * 7) >> 3));
    }
  }
  return bytes;
}

}  // namespace evenkeel::world
