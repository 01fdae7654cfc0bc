#include "proxy/clients/client_settings.h"

#include "proxy/cluster/cluster_settings.h"

namespace evenkeel::proxy {

namespace {

std::shared_ptr<const rpc::Transports> TransportsOf(const config::Listener& listener) {
  return listener.proxy_protocol ? rpc::ProxiedTransports(listener.proxy_protocol->trusted)
                                 : rpc::PlainTransports();
}

}  // namespace

ClientSettings ClientSettingsOf(const config::Listener& listener) {
  return {.http2 = SessionSettingsOf(listener.http2),
          .transports = TransportsOf(listener),
          .keepalive = {.time = listener.keepalive.time,
                        .timeout = listener.keepalive.timeout,
                        .without_calls = rpc::Keepalive::Settings::WithoutCalls::kYes},
          .pings = listener.keepalive,
          .lifetime = listener.lifetime,
          .forward_certificate = listener.forward_client_certificate};
}

}  // namespace evenkeel::proxy
