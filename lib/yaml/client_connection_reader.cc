#include "lib/yaml/client_connection_reader.h"

#include "lib/yaml/flag_key.h"
#include "lib/yaml/key_types.h"
#include "lib/yaml/network_key.h"

namespace evenkeel::config {
namespace {

void ReadKeepalive(MapReader& map, ClientKeepalive& keepalive) {
  map.Optional("time", keepalive.time, Number(ClientKeepalive::kTime));
  map.Optional("timeout", keepalive.timeout, Number(ClientKeepalive::kTimeout));
  map.Optional("permit_time", keepalive.permit_time, Number(ClientKeepalive::kPermitTime));
  map.Optional("permit_without_calls", keepalive.permit_without_calls, FlagKey());
  map.Optional("max_ping_strikes", keepalive.max_ping_strikes,
               Number(ClientKeepalive::kMaxPingStrikes));
}

void ReadProxyProtocol(MapReader& map, ProxyProtocol& proxy) {
  map.Required("trusted", proxy.trusted, List{NetworkKey()});
}

}  // namespace

void ReadClientConnection(MapReader& map, Listener& listener) {
  map.Optional("keepalive", listener.keepalive, Group{ReadKeepalive});
  map.Optional("max_connections", listener.max_connections, Number(Listener::kMaxConnections));
  ConnectionLifetime& lifetime = listener.lifetime;
  map.Optional("max_connection_idle", lifetime.max_idle, Number(ConnectionLifetime::kMaxIdle));
  map.Optional("max_connection_age", lifetime.max_age, Number(ConnectionLifetime::kMaxAge));
  map.Optional("max_connection_age_grace", lifetime.max_age_grace,
               Number(ConnectionLifetime::kMaxAgeGrace));
  map.Optional("proxy_protocol", listener.proxy_protocol, Group{ReadProxyProtocol});
}

}  // namespace evenkeel::config
