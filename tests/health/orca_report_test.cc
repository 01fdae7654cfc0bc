#include "health/orca_report.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <string>

#include "xds/data/orca/v3/orca_load_report.pb.h"

namespace evenkeel::health {
namespace {

using ::testing::IsEmpty;
using Proto = xds::data::orca::v3::OrcaLoadReport;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// RFC 4648, section 4, with padding.
std::string Base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    }
    for (size_t k = 0; k < 4; ++k) {
      text += i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

TEST(OrcaReportTest, ReadsEachFieldThatTheBalancerKnows) {
  Proto proto;
  proto.set_application_utilization(0.5);
  proto.set_cpu_utilization(1.5);  // more than its CPUs, as A51 allows
  proto.set_mem_utilization(0.25);
  proto.set_rps_fractional(99.5);
  proto.set_eps(2);
  (*proto.mutable_utilization())["disk"] = 0.75;
  (*proto.mutable_named_metrics())["queue"] = 12;
  OrcaReport report;
  const balancer::LoadReport* read = report.ParseMessage(proto.SerializeAsString());
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->application_utilization, 0.5);
  EXPECT_EQ(read->cpu_utilization, 1.5);
  EXPECT_EQ(read->mem_utilization, 0.25);
  EXPECT_EQ(read->qps, 99.5);
  EXPECT_EQ(read->eps, 2);
  ASSERT_EQ(read->utilization.size(), 1u);
  EXPECT_EQ(read->utilization[0].name, "disk");
  EXPECT_EQ(read->utilization[0].value, 0.75);
  ASSERT_EQ(read->named_metrics.size(), 1u);
  EXPECT_EQ(read->named_metrics[0].name, "queue");
  EXPECT_EQ(read->named_metrics[0].value, 12);
}

TEST(OrcaReportTest, AReportLeavesNothingToTheNext) {
  Proto proto;
  proto.set_eps(2);
  (*proto.mutable_utilization())["disk"] = 0.75;
  OrcaReport report;
  ASSERT_NE(report.ParseMessage(proto.SerializeAsString()), nullptr);
  const balancer::LoadReport* empty = report.ParseMessage("");
  ASSERT_NE(empty, nullptr);
  EXPECT_EQ(empty->eps, 0);
  EXPECT_THAT(empty->utilization, IsEmpty());
}

TEST(OrcaReportTest, WhatIsNoNumberIsNotReported) {
  Proto proto;
  proto.set_application_utilization(kNan);
  proto.set_cpu_utilization(HUGE_VAL);
  proto.set_rps_fractional(-HUGE_VAL);
  proto.set_eps(3);
  (*proto.mutable_utilization())["a"] = kNan;
  (*proto.mutable_named_metrics())["b"] = HUGE_VAL;
  (*proto.mutable_named_metrics())["c"] = 1;
  OrcaReport report;
  const balancer::LoadReport* read = report.ParseMessage(proto.SerializeAsString());
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->application_utilization, 0);
  EXPECT_EQ(read->cpu_utilization, 0);
  EXPECT_EQ(read->qps, 0);
  EXPECT_EQ(read->eps, 3);
  EXPECT_THAT(read->utilization, IsEmpty());
  ASSERT_EQ(read->named_metrics.size(), 1u);
  EXPECT_EQ(read->named_metrics[0].name, "c");
}

// Metadata in binary may come with padding or without (gRPC over HTTP/2, "Requests").
TEST(OrcaReportTest, ATrailerMayBePaddedOrNot) {
  OrcaReport report;
  for (const char* name : {"a", "ab", "abc"}) {
    Proto proto;
    (*proto.mutable_named_metrics())[name] = 7;
    std::string text = Base64(proto.SerializeAsString());
    for (int round = 0; round < 2; ++round) {
      const balancer::LoadReport* read = report.ParseTrailer(text);
      ASSERT_NE(read, nullptr) << text;
      ASSERT_EQ(read->named_metrics.size(), 1u);
      EXPECT_EQ(read->named_metrics[0].name, name);
      text.erase(text.find_last_not_of('=') + 1);
    }
  }
}

TEST(OrcaReportTest, WhatIsNoReportIsNone) {
  OrcaReport report;
  EXPECT_EQ(report.ParseTrailer("not base64!"), nullptr);
  EXPECT_EQ(report.ParseTrailer(Base64("\xff\xff\xff")), nullptr);
  EXPECT_EQ(report.ParseMessage("\xff\xff\xff"), nullptr);
}

TEST(OrcaReportTest, MoreThanSixteenKilobytesAreNoReport) {
  OrcaReport report;
  const auto of_size = [](size_t size) {
    Proto padded;
    std::string name(size - 64, 'n');
    do {
      name += 'n';
      padded.mutable_named_metrics()->clear();
      (*padded.mutable_named_metrics())[name] = 1;
    } while (padded.ByteSizeLong() < size);
    return padded.SerializeAsString();
  };
  const std::string most = of_size(16 * 1024);
  ASSERT_EQ(most.size(), 16 * 1024u);
  EXPECT_NE(report.ParseMessage(most), nullptr);
  EXPECT_EQ(report.ParseTrailer(Base64(most)), nullptr);  // its text is longer
  EXPECT_EQ(report.ParseMessage(of_size(16 * 1024 + 1)), nullptr);
}

}  // namespace
}  // namespace evenkeel::health
