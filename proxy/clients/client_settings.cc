#include "proxy/clients/client_settings.h"

#include <utility>

#include "lib/connection/tls_transport.h"
#include "lib/tls/context.h"
#include "proxy/cluster/cluster_settings.h"

namespace evenkeel::proxy {

ClientSettings ClientSettingsOf(const config::Listener& listener,
                                std::shared_ptr<const rpc::Transports> transports) {
  ClientSettings settings{
      .http2 = SessionSettingsOf(listener.http2),
      .transports = std::move(transports),
      .keepalive = {.time = listener.keepalive.time,
                    .timeout = listener.keepalive.timeout,
                    .without_calls = rpc::Keepalive::Settings::WithoutCalls::kYes},
      .pings = listener.keepalive,
      .lifetime = listener.lifetime,
      .forward_certificate = listener.forward_client_certificate};
  if (listener.tls) settings.max_handshakes = listener.tls->max_handshakes;
  return settings;
}

base::Result<std::shared_ptr<const rpc::Transports>, std::string> ClientTransports(
    const config::Listener& listener, std::shared_ptr<tls::TicketKeys> ticket_keys) {
  auto below = listener.proxy_protocol ? rpc::ProxiedTransports(listener.proxy_protocol->trusted)
                                       : rpc::PlainTransports();
  if (!listener.tls) return below;
  auto context = tls::Context::ForListener(*listener.tls,
                                           {std::move(ticket_keys), listener.address.ToString()});
  if (!context) {
    return base::Error("listener " + listener.address.ToString() + ": tls: " + context.error());
  }
  const bool accepts_plain = listener.tls->plaintext == config::ListenerTls::Plaintext::kAccept;
  return rpc::TlsTransports(std::move(*context),
                            accepts_plain ? rpc::Plaintext::kAccept : rpc::Plaintext::kRefuse,
                            std::move(below));
}

bool HaveSameTransports(const config::Listener& one, const config::Listener& other) {
  return one.tls == other.tls && one.proxy_protocol == other.proxy_protocol;
}

}  // namespace evenkeel::proxy
