// Context: what the TLS sessions of one listener or one cluster have in common: own certificates,
// who is trusted, names, versions, suites.
//
// Made on the main thread from texts that have been read; shared by all workers, never changed. A
// reload that changes something makes another; the old one goes with its last session.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/tls.h"
#include "lib/tls/pem.h"
#include "lib/tls/ticket_keys.h"

struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace evenkeel::tls {

struct SslFree {
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_session_st* session) const;
  void operator()(ssl_st* ssl) const;
};
using ResumptionPtr = std::unique_ptr<ssl_session_st, SslFree>;

/// What makes the tickets of a listener's contexts good for one another, now and after reloads.
struct Tickets {
  std::shared_ptr<TicketKeys> keys = std::make_shared<TicketKeys>();
  std::string scope{};  ///< another listener's are none of this one's
};

class Context {
 public:
  enum class Role { kServer, kClient };

  /// The error is a sentence for the operator.
  static base::Result<std::shared_ptr<const Context>, std::string> ForListener(
      const config::ListenerTls& tls, Tickets tickets = {});
  static base::Result<std::shared_ptr<const Context>, std::string> ForCluster(
      const config::ClusterTls& tls);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Role role() const { return role_; }
  /// Server role: whether clients are asked for a certificate.
  bool asks_client() const { return asks_client_; }
  /// Client role: the name to ask for and to look for; empty: the endpoint's host.
  const std::string& name() const { return name_; }
  /// Client role: one of these has to be in the certificate; empty: the name.
  const std::vector<std::string>& subjects() const { return subjects_; }
  bool verifies() const { return verifies_; }

  /// Client role: the last session with the peer of that key, to be resumed once; null: none.
  ResumptionPtr TakeResumption(const std::string& key) const;
  void KeepResumption(const std::string& key, ResumptionPtr session) const;

 private:
  friend class Session;
  friend struct ServerCallbacks;
  using Handle = std::unique_ptr<ssl_ctx_st, SslFree>;

  /// Another own certificate, for a name that a client asks for.
  struct Named {
    std::string name;
    Handle handle;
  };

  explicit Context(Role role) : role_(role) {}

  static base::Result<Handle, std::string> Make(Role role, const config::KeyPair* pair,
                                                const StorePtr& trusted);
  base::Result<void, std::string> TakeListener(const config::ListenerTls& tls);
  base::Result<void, std::string> TakeCluster(const config::ClusterTls& tls);
  /// Null: the name is not known.
  ssl_ctx_st* Find(std::string_view name) const;

  const Role role_;
  Handle handle_;
  std::vector<Named> named_;
  bool refuses_unknown_ = false;
  bool asks_client_ = false;
  bool requires_client_ = false;
  Tickets tickets_;  // server role
  std::string name_;
  std::vector<std::string> subjects_;
  bool verifies_ = true;
  // Handshakes only: never on a call's path.
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, ResumptionPtr> resumptions_;
};

}  // namespace evenkeel::tls
