// ClientConnection: one client's connection and the calls on it.
//
// Owned by its Worker, used on that worker's thread.
//
//   open ──Drain──> GOAWAY(2^31-1), PING ──ACK or timer──> GOAWAY(last id) ──last call──> gone
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http2/session.h"
#include "net/timer.h"
#include "proxy/call.h"
#include "proxy/route_table.h"
#include "proxy/worker_context.h"
#include "rpc/connection.h"

namespace evenkeel::proxy {

class ClientConnection final : private http2::SessionHandler,
                               private rpc::Connection::Owner,
                               private Call::Owner {
 public:
  class Owner {
   public:
    /// The connection is no more. The owner hands it to DeleteLater.
    virtual void OnConnectionGone(ClientConnection& connection) = 0;

   protected:
    ~Owner() = default;
  };

  /// `routes`: where the current table stands; lives as long as the connection.
  ClientConnection(WorkerContext& context, const std::shared_ptr<const RouteTable>& routes,
                   const http2::SessionSettings& settings, net::FileDescriptor socket,
                   Owner& owner);
  ~ClientConnection();

  /// Ends it gracefully: no new calls, those in progress finish (RFC 9113, section 6.8).
  void Drain();
  /// Ends every call in progress with `status`.
  void FinishCalls(const rpc::Status& status);

  /// Where the owner keeps it.
  size_t index = 0;

 private:
  void OnRequest(http2::StreamHandle stream, http2::HeaderList headers,
                 http2::EndStream end) override;
  void OnSettings() override { handshake_timer_.Stop(); }
  void OnGoAway(const http2::GoAway&) override {}  // the client opens no more; calls go on
  void OnStreamClosed() override {}
  void OnPingAck(uint64_t) override;
  void OnOutput() override { connection_.FlushLater(); }
  void OnOpen() override {}
  void OnLost(const rpc::Connection::Loss& loss) override;
  void OnTraffic(size_t received, size_t sent) override;
  void OnCallGone(Call& call) override;

  void SendFinalGoAway();

  WorkerContext& context_;
  const std::shared_ptr<const RouteTable>& routes_;
  Owner& owner_;
  rpc::Connection connection_;
  const std::string client_host_;  // without the port
  std::vector<std::unique_ptr<Call>> calls_;
  net::Timer handshake_timer_;
  net::Timer drain_timer_;
  bool draining_ = false;
  bool final_goaway_sent_ = false;
};

}  // namespace evenkeel::proxy
