#include "lib/telemetry/fault.h"

#include <gtest/gtest.h>

#include <set>

namespace evenkeel::telemetry {
namespace {

TEST(FaultTest, KeepsTheHttp2Code) {
  EXPECT_EQ(FaultName(FaultFromHttp2(http2::ErrorCode::kProtocolError)), "PROTOCOL_ERROR");
  EXPECT_EQ(FaultName(FaultFromHttp2(http2::ErrorCode::kHttp11Required)), "HTTP_1_1_REQUIRED");
}

TEST(FaultTest, FoldsCodesThatNobodyDefined) {
  EXPECT_EQ(FaultFromHttp2(static_cast<http2::ErrorCode>(0xe)), Fault::kOther);
  EXPECT_EQ(FaultFromHttp2(static_cast<http2::ErrorCode>(0xffffffff)), Fault::kOther);
}

TEST(FaultTest, NamesEveryFaultDifferently) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kFaultCount; ++i) names.insert(FaultName(static_cast<Fault>(i)));
  EXPECT_EQ(names.size(), kFaultCount);
}

TEST(FaultTest, NamesBothSides) {
  EXPECT_EQ(SideName(Side::kClient), "client");
  EXPECT_EQ(SideName(Side::kEndpoint), "endpoint");
}

}  // namespace
}  // namespace evenkeel::telemetry
