// Server: one replica: the gRPC server, its services, and the thread that runs them all.
//
// Made and destroyed by main, which also turns signals into these calls. Calls of clients, timers
// and what other methods post run on the server's one thread; see call.h.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "backend/server/call.h"
#include "backend/server/health_service.h"
#include "backend/server/mailbox.h"
#include "backend/server/options.h"
#include "backend/server/orca_service.h"
#include "backend/server/replica.h"
#include "backend/server/user_service.h"
#include "lib/base/result.h"

namespace evenkeel::backend {

class Server {
 public:
  /// Listens and serves from now on. The error says which addresses could not be listened on.
  static base::Result<std::unique_ptr<Server>, std::string> Start(ServerOptions options);

  /// Cancels what is open. Call Shutdown first to be kinder.
  ~Server();

  const std::string& id() const { return replica_.id; }
  /// Where it listens; port 0 of the options replaced by the actual one.
  const std::vector<std::string>& addresses() const { return addresses_; }

  /// SERVING becomes NOT_SERVING and vice versa. Any thread; returns at once.
  void FlipHealth();

  /// Turns NOT_SERVING, goes on serving for the drain delay, then accepts no more calls, ends
  /// streams that would stay open for ever, and returns when the others have ended, cancelled after
  /// the grace time. Once.
  void Shutdown();

 private:
  explicit Server(ServerOptions options);

  bool Listen();
  void Run();

  const ServerOptions options_;
  std::vector<std::string> addresses_;
  HealthState health_;
  Replica replica_;
  UserService users_;
  HealthService health_service_;
  std::optional<OrcaService> orca_service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::optional<CallSet> calls_;
  std::optional<Mailbox> mailbox_;
  bool quit_ = false;  // the queue's thread alone
  std::thread thread_;
};

}  // namespace evenkeel::backend
