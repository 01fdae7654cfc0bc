// ClientConnection: one client's connection and the calls on it.
//
// Towards its client it behaves as a gRPC server does: PINGs of its own, no more of the client's
// than are permitted, an end for being idle or old (gRFC A8, A9). Owned by its Worker, used on that
// worker's thread.
//
//   open ──drain──> GOAWAY(2^31-1), PING ──ACK or timer──> GOAWAY(last id) ──last call──> gone
// SIGTERM, idleness and age all drain.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/block_pool.h"
#include "lib/base/limit.h"
#include "lib/base/slot_list.h"
#include "lib/connection/connection.h"
#include "lib/connection/heartbeat.h"
#include "lib/http2/session.h"
#include "lib/net/timer.h"
#include "lib/tls/handshake_result.h"
#include "proxy/call/call.h"
#include "proxy/call/worker_context.h"
#include "proxy/clients/connection_lifetime.h"
#include "proxy/clients/listener_binding.h"
#include "proxy/clients/ping_enforcement.h"

namespace evenkeel::proxy {

class ClientConnection final : public base::Pooled,
                               public base::Slotted,
                               private http2::SessionHandler,
                               private rpc::Connection::Owner,
                               private Call::Owner,
                               private net::Deferrable {
 public:
  class Owner {
   public:
    /// The connection is no more. The owner hands it to DeleteLater.
    virtual void OnConnectionGone(ClientConnection& connection) = 0;
    /// We ended the connection for what the client did, `reason`, in words `detail`. Before
    /// OnConnectionGone.
    virtual void OnClientEnded(telemetry::ClientEnd /*reason*/, const std::string& /*client_host*/,
                               const std::string& /*detail*/) {}

   protected:
    ~Owner() = default;
  };

  ClientConnection(WorkerContext& context, base::LocalPtr<ListenerBinding> binding,
                   base::FileDescriptor socket, Owner& owner);
  ~ClientConnection();

  /// Ends it gracefully: no new calls, those in progress finish (RFC 9113, section 6.8).
  void Drain() { Drain(""); }
  /// Adds the calls that go to `cluster`.
  void CollectCalls(const Cluster& cluster, std::vector<Call*>& calls) const;
  /// Ends every call in progress with `status`.
  void FinishCalls(const rpc::Status& status);

  /// Bytes of memory that it holds, its calls' and the kernel's included. A system call where it
  /// has calls.
  size_t held() const;
  /// Bytes of it that wait for the client to read, or to give credit; those in the kernel apart.
  size_t unread() const;
  /// Whether more is read from the client.
  void SetReading(bool on);
  bool is_held_back() const { return !reading_; }
  /// Ends it, with all that it holds, because others must have the memory; when the loop comes to
  /// it, for it may have a hundred calls, and many may have to end.
  void DropForMemory() { context_.loop.Defer(*this); }

  /// Where it came in.
  const ListenerBinding* binding() const { return binding_.get(); }

 private:
  void OnRequest(http2::StreamHandle stream, http2::HeaderList headers,
                 http2::EndStream end) override;
  void OnSettings() override { handshake_timer_.Stop(); }
  void OnGoAway(const http2::GoAway&) override {}  // the client opens no more; calls go on
  void OnStreamClosed() override {}
  void OnPingAck(uint64_t opaque) override;
  void OnPing() override;
  void OnOutput() override { connection_.FlushLater(); }
  void OnOpen() override;
  void OnFlushed() override;
  void OnLost(const rpc::Connection::Loss& loss) override;
  void OnTraffic(size_t received, size_t sent) override;
  void OnCallFinished() override;
  void OnCallGone(Call& call) override;

  void OnHandshakeTimeout();
  void OnTlsFailure(tls::HandshakeResult result, const std::string& detail);
  void RunDeferred() override;
  void CountEnd(telemetry::ClientEnd reason);
  void EndedForFault(telemetry::ClientEnd reason, const std::string& detail);
  /// `reason` goes to the client with the last GOAWAY; it outlives the connection.
  void Drain(std::string_view reason);
  void SendFinalGoAway();
  void LookAtLifetime();
  void WatchLifetime();
  void LookAtFinished();
  /// Ends the calls, and the connection as soon as the client has heard of it.
  void EndSoon(const std::string& why);

  WorkerContext& context_;
  const base::LocalPtr<ListenerBinding> binding_;
  Owner& owner_;
  const base::Permit place_;
  rpc::Connection connection_;
  base::SlotList<Call> calls_;
  size_t finished_ = 0;  // of them, waiting for their answers to leave
  net::Timer handshake_timer_;
  net::Timer drain_timer_;
  rpc::Heartbeat heartbeat_;
  PingEnforcement pings_;
  ConnectionLifetime lifetime_;
  net::Timer lifetime_timer_;
  net::Timer end_timer_;
  net::Timer write_timer_;
  std::string_view drain_reason_;
  bool over_tls_ = false;  // and its handshake is over
  bool draining_ = false;
  bool end_counted_ = false;
  bool reading_ = true;
  bool final_goaway_sent_ = false;
};

}  // namespace evenkeel::proxy
