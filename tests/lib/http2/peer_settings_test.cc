#include "lib/http2/peer_settings.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::http2 {
namespace {

std::string Payload(const std::vector<Setting>& entries) {
  std::string payload;
  for (const Setting& each : entries) payload += BigEndian(each.id, 2) + BigEndian(each.value, 4);
  return payload;
}

/// The code with which they are refused; NO_ERROR if they are not.
ErrorCode Refused(const std::string& payload, bool push_allowed = false) {
  PeerSettings settings;
  const auto taken = settings.Take(AsBytes(payload), push_allowed);
  return taken ? ErrorCode::kNoError : taken.error().code;
}

TEST(PeerSettingsTest, AssumesAHundredStreamsUntilTheFirstSettingsSayOtherwise) {
  PeerSettings settings;
  EXPECT_EQ(settings.max_streams, 100u);
  ASSERT_TRUE(settings.Take({}, false));
  EXPECT_EQ(settings.max_streams, UINT32_MAX);
  ASSERT_TRUE(settings.Take(AsBytes(Payload({{kMaxConcurrentStreams, 0}})), false));
  ASSERT_TRUE(settings.Take({}, false));
  EXPECT_EQ(settings.max_streams, 0u);
}

TEST(PeerSettingsTest, TakesWhatConcernsUs) {
  constexpr uint16_t kMaxHeaderListSize = 6;
  PeerSettings settings;
  ASSERT_TRUE(settings.Take(
      AsBytes(Payload({{kInitialWindowSize, 7}, {kMaxHeaderListSize, 8'192}})), false));
  EXPECT_EQ(settings.initial_window, 7u);
  EXPECT_EQ(settings.max_header_list, 8'192u);
}

TEST(PeerSettingsTest, TheLastOfTwoEntriesHolds) {
  PeerSettings settings;
  ASSERT_TRUE(
      settings.Take(AsBytes(Payload({{kInitialWindowSize, 1}, {kInitialWindowSize, 2}})), false));
  EXPECT_EQ(settings.initial_window, 2u);
}

// RFC 9113, section 6.5.3.
TEST(PeerSettingsTest, RemembersTheLeastTableOfOneFrame) {
  PeerSettings settings;
  ASSERT_TRUE(
      settings.Take(AsBytes(Payload({{kHeaderTableSize, 0}, {kHeaderTableSize, 100}})), false));
  EXPECT_EQ(settings.least_header_table, 0u);
  EXPECT_EQ(settings.header_table, 100u);
  ASSERT_TRUE(settings.Take({}, false));
  EXPECT_EQ(settings.least_header_table, 100u);
}

TEST(PeerSettingsTest, RefusesWhatRfc9113Forbids) {
  constexpr uint16_t kEnablePush = 2;
  EXPECT_EQ(Refused("12345"), ErrorCode::kFrameSizeError);
  EXPECT_EQ(Refused(Payload({{kInitialWindowSize, 0x80000000}})), ErrorCode::kFlowControlError);
  EXPECT_EQ(Refused(Payload({{kMaxFrameSize, 16'383}})), ErrorCode::kProtocolError);
  EXPECT_EQ(Refused(Payload({{kMaxFrameSize, 1 << 24}})), ErrorCode::kProtocolError);
  EXPECT_EQ(Refused(Payload({{kEnablePush, 1}})), ErrorCode::kProtocolError);
  EXPECT_EQ(Refused(Payload({{kEnablePush, 1}}), true), ErrorCode::kNoError);
  EXPECT_EQ(Refused(Payload({{kEnablePush, 2}}), true), ErrorCode::kProtocolError);
}

TEST(PeerSettingsTest, RefusesEntriesWithoutEndAndIgnoresWhatItDoesNotKnow) {
  EXPECT_EQ(Refused(Payload(std::vector<Setting>(2'000, {0x4242, 1}))),
            ErrorCode::kEnhanceYourCalm);
  EXPECT_EQ(Refused(Payload({{0x4242, 1}})), ErrorCode::kNoError);
}

}  // namespace
}  // namespace evenkeel::http2
