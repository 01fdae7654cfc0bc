#include "proxy/clients/client_settings.h"

#include "proxy/cluster/cluster_settings.h"

namespace evenkeel::proxy {

ClientSettings ClientSettingsOf(const config::Listener& listener) {
  return {.http2 = SessionSettingsOf(listener.http2),
          .keepalive = {.time = listener.keepalive.time,
                        .timeout = listener.keepalive.timeout,
                        .without_calls = rpc::Keepalive::Settings::WithoutCalls::kYes},
          .pings = listener.keepalive,
          .lifetime = listener.lifetime};
}

}  // namespace evenkeel::proxy
