#include "lib/yaml/client_connection_reader.h"

#include <gtest/gtest.h>

#include "tests/lib/yaml/read_key.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;

std::string ReadInto(Listener& listener, std::string_view text) {
  return Read(Group{ReadClientConnection}, text, listener);
}

TEST(ClientConnectionReaderTest, ReadsEachKey) {
  Listener listener;
  EXPECT_EQ(ReadInto(listener,
                     "{keepalive: {time: 10s, timeout: 1s, permit_time: 0s, "
                     "permit_without_calls: true, max_ping_strikes: 0}, max_connections: 7, "
                     "max_connection_idle: 5m, max_connection_age: 720h, "
                     "max_connection_age_grace: 30s}"),
            "");
  const ClientKeepalive keepalive{.time = 10s,
                                  .timeout = 1s,
                                  .permit_time = 0s,
                                  .permit_without_calls = true,
                                  .max_ping_strikes = 0};
  EXPECT_EQ(listener.keepalive, keepalive);
  EXPECT_EQ(listener.max_connections, 7u);
  EXPECT_EQ(listener.lifetime, (ConnectionLifetime{5min, 720h, 30s}));
}

TEST(ClientConnectionReaderTest, ReadsWhoseProxyHeadersAreTrusted) {
  Listener listener;
  EXPECT_EQ(ReadInto(listener, "{proxy_protocol: {trusted: [10.0.0.0/8, \"::1\"]}}"), "");
  ASSERT_TRUE(listener.proxy_protocol);
  EXPECT_EQ(listener.proxy_protocol->trusted,
            (std::vector{base::Network::Parse("10.0.0.0/8").value(),
                         base::Network::Parse("::1").value()}));
  for (const char* each : {"{}", "{trusted: []}", "{trusted: [10.0.0.1/8]}"}) {
    EXPECT_NE(ReadInto(listener, std::string("{proxy_protocol: ") + each + "}"), "") << each;
  }
}

TEST(ClientConnectionReaderTest, ReadsWhatBecomesOfForwardedCertificates) {
  using Forward = ForwardClientCertificate;
  Listener listener;
  EXPECT_EQ(ReadInto(listener, "{forward_client_certificate: {}}"), "");
  EXPECT_EQ(listener.forward_client_certificate, Forward());
  EXPECT_EQ(ReadInto(listener,
                     "{forward_client_certificate: {mode: append, fields: [dns], trusted: "
                     "[10.0.0.1]}}"),
            "");
  const Forward wanted = {.mode = Forward::Mode::kAppend,
                          .fields = {Forward::Field::kDns},
                          .trusted = {base::Network::Parse("10.0.0.1").value()}};
  EXPECT_EQ(listener.forward_client_certificate, wanted);
}

TEST(ClientConnectionReaderTest, WhoKeepsForwardedCertificatesSaysWhose) {
  for (const char* each : {"append", "forward"}) {
    Listener listener;
    EXPECT_NE(ReadInto(listener, std::string("{forward_client_certificate: {mode: ") + each + "}}")
                  .find("does not say whose"),
              std::string::npos);
  }
}

TEST(ClientConnectionReaderTest, WhatIsNotSaidIsTheDefault) {
  Listener listener;
  EXPECT_EQ(ReadInto(listener, "{keepalive: {time: 1m}}"), "");
  EXPECT_EQ(listener.keepalive, (ClientKeepalive{.time = 1min}));
  EXPECT_EQ(listener.lifetime, ConnectionLifetime());
}

}  // namespace
}  // namespace evenkeel::config
