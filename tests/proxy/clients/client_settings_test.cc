#include "proxy/clients/client_settings.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

TEST(ClientSettingsTest, OurPingsGoOutWithAndWithoutCalls) {
  config::Listener listener;
  listener.keepalive.time = 30s;
  listener.keepalive.timeout = 5s;
  const ClientSettings settings = ClientSettingsOf(listener, rpc::PlainTransports());
  EXPECT_EQ(settings.keepalive.time, 30s);
  EXPECT_EQ(settings.keepalive.timeout, 5s);
  EXPECT_EQ(settings.keepalive.without_calls, rpc::Keepalive::Settings::WithoutCalls::kYes);
}

TEST(ClientSettingsTest, ClientsPingsAreHeldToTheListenersLimits) {
  config::Listener listener;
  listener.keepalive.permit_time = 10s;
  listener.keepalive.permit_without_calls = true;
  listener.keepalive.max_ping_strikes = 7;
  const ClientSettings settings = ClientSettingsOf(listener, rpc::PlainTransports());
  EXPECT_EQ(settings.pings, listener.keepalive);
}

TEST(ClientSettingsTest, ALifetimeIsTheListeners) {
  config::Listener listener;
  listener.lifetime.max_age = 1h;
  listener.lifetime.max_age_grace = 1min;
  const ClientSettings settings = ClientSettingsOf(listener, rpc::PlainTransports());
  EXPECT_EQ(settings.lifetime.max_age, 1h);
  EXPECT_EQ(settings.lifetime.max_age_grace, 1min);
}

TEST(ClientSettingsTest, HandshakesAreBoundedWhereThereIsTls) {
  config::Listener listener;
  EXPECT_GT(ClientSettingsOf(listener, rpc::PlainTransports()).max_handshakes, 1'000'000u);
  listener.tls.emplace().max_handshakes = 5;
  EXPECT_EQ(ClientSettingsOf(listener, rpc::PlainTransports()).max_handshakes, 5u);
}

TEST(ClientSettingsTest, TransportsGoByTlsAndProxyProtocolAlone) {
  config::Listener one;
  config::Listener other;
  other.max_connections = 5;
  EXPECT_TRUE(HaveSameTransports(one, other));
  other.tls.emplace();
  EXPECT_FALSE(HaveSameTransports(one, other));
  one.tls.emplace();
  EXPECT_TRUE(HaveSameTransports(one, other));
  other.proxy_protocol.emplace();
  EXPECT_FALSE(HaveSameTransports(one, other));
}

}  // namespace
}  // namespace evenkeel::proxy
