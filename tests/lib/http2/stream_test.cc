// What a stream's holder may do with it, and when; the frames are in the wire tests.
#include "lib/http2/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lib/http2/session_pair.h"

namespace evenkeel::http2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StreamTest, HoldsWhatThePeersWindowDoesNotTake) {
  SessionPair pair({}, {.stream_window = 1'000});
  auto [client, server] = pair.Open();
  SendData(client, std::string(1'500, 'x'));
  EXPECT_EQ(client.stream->unsent(), 1'500u);
  pair.Exchange();
  EXPECT_EQ(client.stream->unsent(), 500u);
  server.stream->ReturnCredit(1'000);
  pair.Exchange();
  EXPECT_EQ(client.stream->unsent(), 0u);
  EXPECT_EQ(client.sent, 1'500u);
}

TEST(StreamTest, TakesNothingOnceItIsClosed) {
  SessionPair pair;
  auto [client, server] = pair.Open(EndStream::kYes);
  Respond(server, EndStream::kYes);
  pair.Exchange();
  ASSERT_TRUE(client.stream->closed());
  ASSERT_TRUE(server.stream->closed());
  client.TakeEvents();
  SendData(client, "late");
  client.stream->SubmitTrailers({});
  client.stream->ReturnCredit(5);
  client.stream->Reset(ErrorCode::kCancel);
  server.stream->SubmitHeaders({}, EndStream::kYes);
  EXPECT_EQ(client.stream->unsent(), 0u);
  EXPECT_EQ(client.stream->max_header_list(), UINT32_MAX);
  EXPECT_EQ(pair.client.Produce().size() + pair.server.Produce().size(), 0u);
  EXPECT_THAT(client.events, IsEmpty());
}

TEST(StreamTest, DropsWhatIsQueuedWhenItIsReset) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  SendData(client, "never", EndStream::kYes);
  client.stream->Reset(ErrorCode::kCancel);
  client.stream->Reset(ErrorCode::kInternalError);  // the first one counts
  EXPECT_EQ(client.stream->unsent(), 0u);
  EXPECT_THAT(client.events, IsEmpty());
  pair.Exchange();
  EXPECT_THAT(client.events, ElementsAre("closed by us: CANCEL"));
  EXPECT_THAT(server.events, ElementsAre("headers", "closed by peer: CANCEL"));
}

TEST(StreamTest, SaysHowLargeAListThePeerTakes) {
  SessionPair pair({.max_header_list = 4'000}, {.max_header_list = 9'000});
  auto [client, server] = pair.Open();
  EXPECT_EQ(client.stream->max_header_list(), 9'000u);
  EXPECT_EQ(server.stream->max_header_list(), 4'000u);
}

TEST(StreamTest, TellsTheHandlerThatItHasLast) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  StreamLog later;
  server.stream->SetHandler(later);
  SendData(client, "abc");
  pair.Exchange();
  EXPECT_THAT(later.events, ElementsAre("data 3"));
  server.stream->SetHandler(server);
  EXPECT_THAT(server.events, ElementsAre("headers"));
}

}  // namespace
}  // namespace evenkeel::http2
