// Client: a gRPC channel to the sidecar, on the code of our own HTTP/2 in its other role: one
// connection, made anew when it is lost, and calls that do as they were planned.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "lib/connection/connection.h"
#include "tests/world/peers/ledger.h"

namespace evenkeel::world {

class Client {
 public:
  /// Connects to `address`, by and by.
  Client(World& world, net::EventLoop& loop, Ledger& ledger, std::string address);
  ~Client();

  /// Begins a call, if it is connected and the sidecar has room for one. From the agenda: it is
  /// done in a turn of the loop.
  void Call(const CallPlan& plan);
  /// Its connection is gone without a word.
  void Vanish();
  /// No new connection; calls go on.
  void Retire() { retired_ = true; }
  size_t open_calls() const;
  uint64_t goaways() const { return goaways_; }

 private:
  class Connection;
  class Stream;

  void Connect();
  void OnLost();

  World& world_;
  net::EventLoop& loop_;
  Ledger& ledger_;
  const std::string address_;
  bool retired_ = false;
  uint64_t goaways_ = 0;
  std::list<std::unique_ptr<Connection>> leaving_;  // after a GOAWAY, with calls
  std::unique_ptr<Connection> connection_;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace evenkeel::world
