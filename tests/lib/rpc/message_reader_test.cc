#include "lib/rpc/message_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MessageReaderTest : public ::testing::Test {
 protected:
  base::Result<void, Status> Receive(std::span<const uint8_t> bytes) {
    return reader_.Receive(bytes,
                           [this](std::string_view message) { messages_.emplace_back(message); });
  }

  MessageReader reader_{16};
  std::vector<std::string> messages_;
};

TEST_F(MessageReaderTest, ReadsWhatFrameMessageWrites) {
  ASSERT_TRUE(Receive(FrameMessage("hello")));
  ASSERT_TRUE(Receive(FrameMessage("")));
  EXPECT_THAT(messages_, ElementsAre("hello", ""));
  EXPECT_FALSE(reader_.in_message());
}

TEST_F(MessageReaderTest, PutsTogetherWhatComesByteByByte) {
  for (const uint8_t byte : FrameMessage("hello")) ASSERT_TRUE(Receive({&byte, 1}));
  EXPECT_THAT(messages_, ElementsAre("hello"));
}

TEST_F(MessageReaderTest, TakesSeveralMessagesApartAndKeepsTheRest) {
  std::vector<uint8_t> bytes = FrameMessage("one");
  const std::vector<uint8_t> two = FrameMessage("two");
  bytes.insert(bytes.end(), two.begin(), two.end());
  ASSERT_TRUE(Receive(std::span(bytes).first(bytes.size() - 1)));
  EXPECT_THAT(messages_, ElementsAre("one"));
  EXPECT_TRUE(reader_.in_message());
}

TEST_F(MessageReaderTest, RefusesAMessageOverItsLimitBeforeItHasCome) {
  const auto result = Receive(std::array<uint8_t, 5>{0, 0xff, 0xff, 0xff, 0xff});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, StatusCode::kResourceExhausted);
  EXPECT_THAT(result.error().message, HasSubstr("4294967295 bytes, allowed are 16"));
}

TEST_F(MessageReaderTest, RefusesCompressedMessages) {
  const auto result = Receive(std::array<uint8_t, 5>{1, 0, 0, 0, 0});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, StatusCode::kUnimplemented);
  EXPECT_THAT(messages_, IsEmpty());
}

}  // namespace
}  // namespace evenkeel::rpc
