// Replica: a server of the service behind the sidecar, on the code of our own HTTP/2 in its other
// role, with a mood that faults change.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/connection/connection.h"
#include "lib/net/listener.h"
#include "tests/world/peers/ledger.h"

namespace evenkeel::world {

/// How it answers, as shares of 1000.
struct Mood {
  uint32_t fails = 0;          ///< UNAVAILABLE at once, without a message
  uint32_t fails_late = 0;     ///< INTERNAL after some of its messages
  uint32_t refuses = 0;        ///< REFUSED_STREAM
  uint32_t resets = 0;         ///< RST_STREAM in the middle
  uint32_t hangs = 0;          ///< says nothing at all
  uint32_t answers_early = 0;  ///< its status before the request has ended
  base::Duration least_delay = std::chrono::microseconds(100);
  base::Duration most_delay = std::chrono::milliseconds(3);
  bool is_well() const {
    return fails + fails_late + refuses + resets + hangs + answers_early == 0;
  }
};

class Replica {
 public:
  Replica(World& world, net::EventLoop& loop, Ledger& ledger, size_t number);
  ~Replica();

  const std::string& address() const { return address_; }
  void SetMood(const Mood& mood) { mood_ = mood; }
  const Mood& mood() const { return mood_; }
  void SetMaxStreams(uint32_t streams) { settings_.max_concurrent_streams = streams; }

  /// Listens, if it did not.
  void Rise();
  /// Listens no more, and its connections are gone.
  void Die();
  /// The same, but says goodbye first and answers what has come.
  void Leave();
  bool listens() const { return listener_ != nullptr; }
  /// Says GOAWAY on each connection; clients may connect again.
  void SayGoAway();
  size_t open_calls() const;
  uint64_t executed() const { return executed_; }

 private:
  class Connection;
  class Call;

  void Accept(base::FileDescriptor socket);
  void OnLost(Connection& connection);

  World& world_;
  net::EventLoop& loop_;
  Ledger& ledger_;
  const size_t number_;
  const std::string address_;
  Mood mood_;
  http2::SessionSettings settings_;
  std::unique_ptr<net::Listener> listener_;
  std::vector<std::unique_ptr<Connection>> connections_;
  uint64_t executed_ = 0;
};

}  // namespace evenkeel::world
