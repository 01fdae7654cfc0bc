#include "lib/yaml/name_rules.h"

#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

void ExpectGood(Rule rule, std::initializer_list<std::string_view> texts) {
  for (const auto& each : texts) EXPECT_FALSE(rule(each)) << each;
}

void ExpectBad(Rule rule, std::initializer_list<std::string_view> texts) {
  for (const auto& each : texts) EXPECT_TRUE(rule(each)) << each;
}

TEST(NameRulesTest, ClustersAndZonesGoIntoMetricsAsTheyAre) {
  ExpectGood(CheckClusterName, {"a", "user-service_2.eu"});
  ExpectBad(CheckClusterName, {"", "a b", "a/b", "\xc3\xa9"});
  EXPECT_TRUE(CheckClusterName(std::string(101, 'a')));
  ExpectBad(CheckZone, {"eu 1"});
}

TEST(NameRulesTest, WhatCallsAreComparedWithHasTheirForm) {
  ExpectGood(CheckAuthority, {"a.example", "a.example:80"});
  ExpectBad(CheckAuthority, {"https://a", "user@a", "*.example", ""});
  ExpectGood(CheckService, {"a.b.C"});
  ExpectBad(CheckService, {"/a.B", "a.B/C"});
  ExpectBad(CheckMethod, {"a.B/C", ""});
}

TEST(NameRulesTest, MetadataToCompareIsTextOfTheApplication) {
  ExpectGood(CheckMetadataName, {"x-tenant", "te"});
  ExpectBad(CheckMetadataName, {"X-Tenant", ":path", "grpc-timeout", "x-bin", ""});
}

TEST(NameRulesTest, MetadataToSendIsNotHttpsOrGrpcs) {
  ExpectGood(CheckSentName, {"x-tenant", "authorization"});
  ExpectBad(CheckSentName,
            {"te", "host", "connection", "content-length", "content-type", "http2-settings",
             "transfer-encoding", ":authority", "grpc-status", "x-bin"});
}

TEST(NameRulesTest, ValuesAreNotQuotedForTheyMayBeSecrets) {
  ExpectGood(CheckMetadataValue, {"", "a b"});
  const auto complaint = CheckMetadataValue("s3cr3t\n");
  ASSERT_TRUE(complaint);
  EXPECT_EQ(complaint->reason, "has bytes other than ' ' to '~'");
  ExpectBad(CheckMetadataValue, {" a", "a "});
}

TEST(NameRulesTest, MetricsAreThoseOfLoadReports) {
  ExpectGood(CheckUtilizationMetric, {"cpu_utilization", "named_metrics.queue"});
  ExpectBad(CheckUtilizationMetric, {"cpu", "named_metrics.", "utilization.a b"});
  ExpectBad(CheckMetricName, {"", "a b"});
  ExpectBad(CheckHashKey, {""});
}

}  // namespace
}  // namespace evenkeel::config
