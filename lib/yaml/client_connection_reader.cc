#include "lib/yaml/client_connection_reader.h"

#include <chrono>
#include <string_view>

#include "lib/yaml/flag_key.h"
#include "lib/yaml/key_types.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;

void ReadKeepalive(MapReader& map, ClientKeepalive& keepalive) {
  map.Optional("time", keepalive.time, Duration(10s, 24h));
  map.Optional("timeout", keepalive.timeout, Duration(1s, 10min));
  map.Optional("permit_time", keepalive.permit_time, Duration(0ms, 24h));
  map.Optional("permit_without_calls", keepalive.permit_without_calls, FlagKey());
  map.Optional("max_ping_strikes", keepalive.max_ping_strikes, WholeNumber(0, 1000));
}

void ReadLimit(MapReader& map, std::string_view key, base::Duration& limit, base::Duration max) {
  map.Optional(key, limit, Duration(0ms, std::chrono::duration_cast<Milliseconds>(max)));
}

}  // namespace

void ReadClientConnection(MapReader& map, Listener& listener) {
  map.Optional("keepalive", listener.keepalive, Group{ReadKeepalive});
  map.Optional("max_connections", listener.max_connections, WholeNumber(0, 10'000'000));
  ReadLimit(map, "max_connection_idle", listener.lifetime.max_idle, 24h);
  ReadLimit(map, "max_connection_age", listener.lifetime.max_age, 24h * 30);
  ReadLimit(map, "max_connection_age_grace", listener.lifetime.max_age_grace, 24h);
}

}  // namespace evenkeel::config
