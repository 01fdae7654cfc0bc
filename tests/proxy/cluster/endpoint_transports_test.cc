#include "proxy/cluster/endpoint_transports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lib/tls/test_pki.h"

namespace evenkeel::proxy {
namespace {

using ::testing::HasSubstr;

class EndpointTransportsTest : public ::testing::Test {
 protected:
  void Add(const std::string& name, const std::optional<config::ClusterTls>& tls) {
    config::Cluster& cluster = clusters_.emplace_back().Edit();
    cluster.name = name;
    cluster.tls = tls;
  }

  tls::TestPki pki_;
  config::Clusters clusters_;
  EndpointTransports transports_;
};

TEST_F(EndpointTransportsTest, WithoutSettingsTheyArePlain) {
  EXPECT_EQ(transports_.Of(std::nullopt), rpc::PlainTransports());
}

TEST_F(EndpointTransportsTest, EqualSettingsShareOne) {
  const config::ClusterTls tls{.ca = pki_.authority()};
  const config::ClusterTls other{.ca = pki_.authority(), .name = "users.example"};
  Add("a", tls);
  Add("b", tls);
  Add("c", other);
  const auto next = transports_.Next(clusters_);
  ASSERT_TRUE(next) << next.error();
  EXPECT_EQ(next->Of(tls)->scheme(), "https");
  EXPECT_NE(next->Of(tls), next->Of(other));
}

TEST_F(EndpointTransportsTest, WhatStaysKeepsItsOwn) {
  config::ClusterTls tls{.ca = pki_.authority()};
  Add("a", tls);
  const auto first = transports_.Next(clusters_);
  ASSERT_TRUE(first);
  const auto second = first->Next(clusters_);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->Of(tls), first->Of(tls));
  tls.ca = tls::TestPki().authority();  // the file holds another
  clusters_.front().Edit().tls = tls;
  const auto third = second->Next(clusters_);
  ASSERT_TRUE(third);
  EXPECT_NE(third->Of(tls), first->Of(config::ClusterTls{.ca = pki_.authority()}));
}

TEST_F(EndpointTransportsTest, SettingsThatCannotBeUsedAreSaidOfTheirCluster) {
  config::KeyPair pair = pki_.Issue({});
  pair.key = pki_.Issue({}).key;
  Add("users", config::ClusterTls{.ca = pki_.authority(), .pair = pair});
  const auto next = transports_.Next(clusters_);
  ASSERT_FALSE(next);
  EXPECT_THAT(next.error(), HasSubstr("cluster users: tls: "));
}

}  // namespace
}  // namespace evenkeel::proxy
