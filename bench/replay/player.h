// Player: one end of a connection in the replay, played on the main thread with our own session.
//
// As a client it has a fixed number of calls under way, opens all of a batch at once and the next
// batch when all have ended; as an endpoint it answers each call when its body has come.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/connection/connection.h"

namespace evenkeel::bench {

class Player : public http2::SessionHandler, public rpc::Connection::Owner {
 public:
  Player(net::EventLoop& loop, http2::Role role)
      : connection_(loop, role, {.max_concurrent_streams = 1000}, *this, *this) {}

  rpc::Connection& connection() { return connection_; }
  bool ready() const { return ready_; }

  void OnRequest(http2::StreamHandle, http2::HeaderList, http2::EndStream) override {}
  void OnSettings() override { ready_ = true; }
  void OnGoAway(const http2::GoAway&) override {}
  void OnStreamClosed() override {}
  void OnPingAck(uint64_t) override {}
  void OnOutput() override { connection_.FlushLater(); }
  void OnOpen() override {}
  void OnLost(const rpc::Connection::Loss&) override {}
  void OnTraffic(size_t, size_t) override {}

 protected:
  ~Player() = default;

 private:
  rpc::Connection connection_;
  bool ready_ = false;
};

class ClientPlayer final : public Player {
 public:
  /// `message` is the body of each call; `deadlines` whether calls carry grpc-timeout.
  ClientPlayer(net::EventLoop& loop, size_t streams, std::string message);

  /// Calls from now on have this, too.
  void AddField(std::string_view name, std::string_view value) { request_.Add(name, value); }
  /// Opens all calls of a batch. Precondition: idle().
  void PlayBatch();
  bool idle() const { return open_ == 0; }
  /// Calls that ended with grpc-status 0.
  size_t succeeded() const { return succeeded_; }

 private:
  struct Slot final : http2::StreamHandler {
    void OnHeaders(http2::HeaderList, http2::EndStream) override {}
    void OnData(std::span<const uint8_t> bytes, http2::EndStream) override {
      stream->ReturnCredit(bytes.size());
    }
    void OnTrailers(http2::HeaderList trailers) override;
    void OnSent(size_t) override {}
    void OnClosed(const http2::StreamEnd&) override;

    ClientPlayer* player = nullptr;
    http2::StreamHandle stream;
  };

  const std::string message_;
  http2::HeaderList request_;
  int timeouts_ = 0;
  std::vector<Slot> slots_;
  size_t open_ = 0;
  size_t succeeded_ = 0;
};

class EndpointPlayer final : public Player {
 public:
  EndpointPlayer(net::EventLoop& loop, std::string message);

 private:
  struct Slot final : http2::StreamHandler {
    void OnHeaders(http2::HeaderList, http2::EndStream) override {}
    void OnData(std::span<const uint8_t> bytes, http2::EndStream end) override;
    void OnTrailers(http2::HeaderList) override {}
    void OnSent(size_t) override {}
    void OnClosed(const http2::StreamEnd&) override { player->free_.push_back(this); }

    EndpointPlayer* player = nullptr;
    http2::StreamHandle stream;
  };

  void OnRequest(http2::StreamHandle stream, http2::HeaderList headers,
                 http2::EndStream end) override;

  const std::string message_;
  http2::HeaderList headers_;
  http2::HeaderList trailers_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> free_;
};

}  // namespace evenkeel::bench
