#include "proxy/clients/client_settings.h"

#include "proxy/cluster/cluster_settings.h"

namespace evenkeel::proxy {

ClientSettings ClientSettingsOf(const config::Listener& listener) {
  using KeepaliveWithoutCalls = rpc::Keepalive::Settings::WithoutCalls;
  using PingsWithoutCalls = PingEnforcement::Settings::WithoutCalls;
  const config::ClientKeepalive& keepalive = listener.keepalive;
  return {.http2 = SessionSettingsOf(listener.http2),
          .keepalive = {.time = keepalive.time,
                        .timeout = keepalive.timeout,
                        .without_calls = KeepaliveWithoutCalls::kYes},
          .pings = {.min_time = keepalive.permit_time,
                    .without_calls = keepalive.permit_without_calls ? PingsWithoutCalls::kYes
                                                                    : PingsWithoutCalls::kNo,
                    .max_strikes = keepalive.max_ping_strikes},
          .lifetime = {.max_idle = listener.lifetime.max_idle,
                       .max_age = listener.lifetime.max_age,
                       .max_age_grace = listener.lifetime.max_age_grace}};
}

}  // namespace evenkeel::proxy
