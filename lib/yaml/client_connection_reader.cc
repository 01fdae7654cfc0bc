#include "lib/yaml/client_connection_reader.h"

#include <array>
#include <string_view>
#include <vector>

#include "lib/yaml/flag_key.h"
#include "lib/yaml/key_types.h"
#include "lib/yaml/network_key.h"
#include "lib/yaml/word_key.h"

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

// A list that replaces its default.
struct FieldsKey : List<WordKey<4>> {
  FieldsKey() : List<WordKey<4>>{WordKey<4>({"hash", "subject", "uri", "dns"})} {}

  void Read(const Place& place, std::vector<ForwardClientCertificate::Field>& out) const {
    out.clear();
    List<WordKey<4>>::Read(place, out);
  }
};

void ReadForwardClientCertificate(MapReader& map, ForwardClientCertificate& forward) {
  using Mode = ForwardClientCertificate::Mode;
  map.Optional("mode", forward.mode,
               WordKey(std::array<std::string_view, 4>{"strip", "set", "append", "forward"}));
  map.Optional("fields", forward.fields, FieldsKey());
  map.Optional("trusted", forward.trusted, List{NetworkKey()});
  const bool keeps = forward.mode == Mode::kAppend || forward.mode == Mode::kForward;
  if (keeps && forward.trusted.empty() && map.IsGood()) {
    map.Fail({"keeps what clients say of certificates and does not say whose",
              "add trusted: [NETWORK], the proxies that may"});
  }
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
  map.Optional("forward_client_certificate", listener.forward_client_certificate,
               Group{ReadForwardClientCertificate});
}

}  // namespace evenkeel::config
