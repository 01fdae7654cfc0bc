#include "health/health_message.h"

#include <gtest/gtest.h>

namespace evenkeel::health {
namespace {

using namespace std::string_literals;

TEST(HealthMessageTest, ReadsTheServiceOfARequest) {
  EXPECT_EQ(ParseHealthRequest("\x0a\x05users"), "users");
}

TEST(HealthMessageTest, AnEmptyRequestAsksForTheServer) { EXPECT_EQ(ParseHealthRequest(""), ""); }

TEST(HealthMessageTest, KeysOfLaterVersionsDoNotDisturb) {
  EXPECT_EQ(ParseHealthRequest("\x0a\x05users\x10\x01"), "users");
}

TEST(HealthMessageTest, RefusesWhatIsNoRequest) {
  EXPECT_FALSE(ParseHealthRequest("\x0a\x05use"));
  EXPECT_FALSE(ParseHealthRequest("\x0a\x01\xff"));  // no UTF-8
}

TEST(HealthMessageTest, WritesTheStatusesByTheirNumbers) {
  EXPECT_EQ(HealthResponse(ServingStatus::kServing), "\x08\x01");
  EXPECT_EQ(HealthResponse(ServingStatus::kNotServing), "\x08\x02");
  EXPECT_EQ(HealthResponse(ServingStatus::kServiceUnknown), "\x08\x03");
}

}  // namespace
}  // namespace evenkeel::health
