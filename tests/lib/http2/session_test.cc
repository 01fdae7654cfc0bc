// What a client's and a server's session tell their users when nothing goes wrong, and what a
// graceful or a sudden end looks like to each stream.
#include "lib/http2/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/lib/http2/session_pair.h"

namespace evenkeel::http2 {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SessionTest, TellsAUnaryCallInTheLegalOrder) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  SendData(client, "hello", EndStream::kYes);
  pair.Exchange();
  EXPECT_THAT(server.events, ElementsAre("headers", "data 5 END"));

  Respond(server);
  SendData(server, "world!");
  SendTrailers(server);
  pair.Exchange();
  EXPECT_THAT(client.events,
              ElementsAre("sent 5", "headers", "data 6", "trailers", "closed by both: NO_ERROR"));
  EXPECT_EQ(server.events.back(), "closed by both: NO_ERROR");
  EXPECT_EQ(server.body, "hello");
  EXPECT_EQ(client.body, "world!");
}

TEST(SessionTest, CarriesFieldsAsTheyAre) {
  SessionPair pair;
  const Fields request = With(With(GrpcRequest(), "x-twice", "1"), "x-twice", "2");
  auto [client, server] = pair.Open(EndStream::kYes, request);
  EXPECT_EQ(server.headers, request);
  Respond(server);
  SendTrailers(server);
  pair.Exchange();
  EXPECT_EQ(client.headers, GrpcResponse());
  EXPECT_THAT(client.trailers, ElementsAre(Field{"grpc-status", "0"}));
}

TEST(SessionTest, ForwardsWhatMustNotBeIndexedAsSuch) {
  SessionPair pair;
  const Fields request = {{":method", "POST"},
                          {":scheme", "http"},
                          {":path", "/a.B/C"},
                          {":authority", "users.test"},
                          {"x-secret", "s3cret", Indexing::kNever},
                          {"x-open", "o", Indexing::kAllowed}};
  EXPECT_EQ(pair.Open(EndStream::kYes, request).at_server.headers, request);
}

TEST(SessionTest, TellsATrailersOnlyResponseAsOneBlock) {
  SessionPair pair;
  auto [client, server] = pair.Open(EndStream::kYes);
  Respond(server, EndStream::kYes);
  pair.Exchange();
  EXPECT_THAT(client.events, ElementsAre("headers END", "closed by both: NO_ERROR"));
}

TEST(SessionTest, TellsTrailersOfARequest) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  SendData(client, "abc");
  SendTrailers(client);
  pair.Exchange();
  EXPECT_THAT(server.events, ElementsAre("headers", "data 3", "trailers"));
}

TEST(SessionTest, StreamsBothWaysAtOnce) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  Respond(server);
  for (int i = 0; i < 3; ++i) {
    SendData(client, "ping");
    pair.Exchange();
    SendData(server, "pong!");
    pair.Exchange();
  }
  EXPECT_THAT(server.events,
              ElementsAre("headers", "data 4", "sent 5", "data 4", "sent 5", "data 4", "sent 5"));
  EXPECT_EQ(client.body, "pong!pong!pong!");
  EXPECT_EQ(pair.client.session().open_streams(), 1u);
}

TEST(SessionTest, SaysWhatHasLeftByteForByte) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  SendData(client, "abc");
  SendData(client, "defgh");
  EXPECT_EQ(client.stream->unsent(), 8u);
  EXPECT_EQ(client.sent, 0u);
  pair.Exchange();
  EXPECT_EQ(client.stream->unsent(), 0u);
  EXPECT_EQ(client.sent, 8u);
  EXPECT_EQ(server.body, "abcdefgh");
}

TEST(SessionTest, SendsDataOfAStreamThatIsNotYetFramed) {
  SessionPair pair;
  StreamLog& client = pair.client.Open();
  SendData(client, "abc", EndStream::kYes);
  pair.Exchange();
  EXPECT_THAT(pair.server.streams.back()->events, ElementsAre("headers", "data 3 END"));
}

TEST(SessionTest, NumbersStreamsInTheOrderOfOpening) {
  SessionPair pair;
  std::vector<StreamId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(pair.client.Open().id());
  EXPECT_THAT(ids, ElementsAre(1, 3, 5, 7, 9));
  pair.Exchange();
  std::vector<StreamId> at_server;
  for (const auto& each : pair.server.streams) at_server.push_back(each->id());
  EXPECT_EQ(at_server, ids);
}

TEST(SessionTest, AnnouncesOutputOnceUntilItIsProduced) {
  SessionPair pair;
  pair.client.Produce();
  const int before = pair.client.outputs;
  StreamLog& log = pair.client.Open();
  SendData(log, "abc");
  SendData(log, "def", EndStream::kYes);
  EXPECT_EQ(pair.client.outputs, before + 1);
  pair.client.Produce();
  pair.client.session().SubmitPing(1);
  EXPECT_EQ(pair.client.outputs, before + 2);
}

TEST(SessionTest, AnswersAPing) {
  SessionPair pair;
  pair.client.session().SubmitPing(0x0123456789abcdef);
  pair.Exchange();
  EXPECT_THAT(pair.client.ping_acks, ElementsAre(0x0123456789abcdef));
  EXPECT_THAT(pair.server.ping_acks, IsEmpty());
}

TEST(SessionTest, CountsOpenStreamsOnBothSides) {
  SessionPair pair;
  auto [client, server] = pair.Open(EndStream::kYes);
  pair.Open();
  EXPECT_EQ(pair.client.session().open_streams(), 2u);
  EXPECT_EQ(pair.server.session().open_streams(), 2u);
  Respond(server, EndStream::kYes);
  pair.Exchange();
  EXPECT_EQ(pair.client.session().open_streams(), 1u);
  EXPECT_EQ(pair.server.session().open_streams(), 1u);
  EXPECT_EQ(pair.client.closed_streams, 1);
}

// Room for streams.

TEST(SessionTest, HasRoomForWhatThePeerAllows) {
  SessionPair pair({}, {.max_concurrent_streams = 3});
  EXPECT_EQ(pair.client.session().stream_room(), 3u);
  pair.Open();
  pair.Open();
  EXPECT_EQ(pair.client.session().stream_room(), 1u);
}

TEST(SessionTest, AssumesAHundredStreamsBeforeThePeersSettings) {
  Peer client(Role::kClient);
  EXPECT_EQ(client.session().stream_room(), 100u);
}

TEST(SessionTest, HasNoRoomWhileMoreAreOpenThanALoweredLimitAllows) {
  Peer client(Role::kClient);
  ASSERT_TRUE(client.Receive(WireBuilder().Settings({{kMaxConcurrentStreams, 3}})));
  StreamLog& first = client.Open(EndStream::kYes);
  client.Open(EndStream::kYes);
  client.Produce();
  ASSERT_TRUE(client.Receive(WireBuilder().Settings({{kMaxConcurrentStreams, 1}})));
  EXPECT_EQ(client.settings, 2);
  EXPECT_EQ(client.session().stream_room(), 0u);
  ASSERT_TRUE(client.Receive(WireBuilder().Headers(first.id(), GrpcResponse(), EndStream::kYes)));
  EXPECT_EQ(client.session().stream_room(), 0u);
  ASSERT_TRUE(client.Receive(WireBuilder().Headers(3, GrpcResponse(), EndStream::kYes)));
  EXPECT_EQ(client.session().stream_room(), 1u);
}

// So that they go elsewhere instead of waiting for room that may never come.
TEST(SessionTest, GivesStreamsBackThatHaveNotLeftWhenTheirRoomIsTakenAway) {
  Peer client(Role::kClient);
  ASSERT_TRUE(client.Receive(WireBuilder().Settings({{kMaxConcurrentStreams, 10}})));
  StreamLog& sent = client.Open();
  client.Produce();
  StreamLog& kept = client.Open();
  StreamLog& late = client.Open();
  ASSERT_TRUE(client.Receive(WireBuilder().Settings({{kMaxConcurrentStreams, 2}})));
  EXPECT_THAT(sent.events, IsEmpty());
  EXPECT_THAT(kept.events, IsEmpty());
  EXPECT_THAT(late.events, ElementsAre("closed by peer: REFUSED_STREAM, never sent"));
  ASSERT_TRUE(client.Receive(WireBuilder().Settings({{kMaxConcurrentStreams, 0}})));
  EXPECT_THAT(sent.events, IsEmpty());
  EXPECT_THAT(kept.events, ElementsAre("closed by peer: REFUSED_STREAM, never sent"));
  ASSERT_TRUE(client.Receive(WireBuilder().Settings({{kMaxConcurrentStreams, 10}})));
  SendData(client.Open(), "abc", EndStream::kYes);
  const ByteQueue bytes = client.Produce();
  EXPECT_EQ(client.streams.back()->sent, 3u);
}

TEST(SessionTest, TheFirstSettingsGiveStreamsBackToo) {
  Peer client(Role::kClient);
  StreamLog& early = client.Open();
  ASSERT_TRUE(client.Receive(WireBuilder().Settings({{kMaxConcurrentStreams, 0}})));
  EXPECT_THAT(early.events, ElementsAre("closed by peer: REFUSED_STREAM, never sent"));
}

// GOAWAY.

TEST(SessionTest, AGoAwayRefusesOnlyTheStreamsThatWereNotProcessed) {
  SessionPair pair;
  auto [accepted, at_server] = pair.Open();
  StreamLog& late = pair.client.Open();
  SessionPair::Move(pair.client, pair.server, 0);  // the late one is still on its way
  pair.client.Produce();
  pair.server.session().SubmitGoAway(ErrorCode::kNoError, "bye");
  SessionPair::Move(pair.server, pair.client);
  EXPECT_THAT(pair.client.goaways, ElementsAre("1 NO_ERROR bye"));
  EXPECT_THAT(late.events, ElementsAre("closed by peer: REFUSED_STREAM, refused"));
  EXPECT_EQ(pair.client.session().stream_room(), 0u);

  Respond(at_server, EndStream::kYes);
  pair.Exchange();
  EXPECT_EQ(accepted.events.front(), "headers END");
}

TEST(SessionTest, AGoAwayBeforeAStreamWasSentSaysThatItWasNeverSent) {
  SessionPair pair;
  StreamLog& log = pair.client.Open();
  ASSERT_TRUE(pair.client.Receive(WireBuilder().GoAway(0, ErrorCode::kNoError)));
  pair.client.Produce();
  EXPECT_THAT(log.events, ElementsAre("closed by peer: REFUSED_STREAM, never sent"));
}

TEST(SessionTest, AGracefulEndLetsOpenStreamsFinish) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  pair.server.session().SubmitShutdownNotice(7);
  pair.Exchange();
  EXPECT_THAT(pair.client.goaways, ElementsAre("2147483647 NO_ERROR "));
  EXPECT_THAT(client.events, IsEmpty());
  pair.server.session().SubmitGoAway(ErrorCode::kNoError, "");
  pair.Exchange();
  EXPECT_FALSE(pair.server.session().finished());

  SendData(client, "", EndStream::kYes);
  Respond(server, EndStream::kYes);
  pair.Exchange();
  EXPECT_THAT(client.events, ElementsAre("headers END", "closed by both: NO_ERROR"));
  EXPECT_TRUE(pair.server.session().finished());
  EXPECT_TRUE(pair.client.session().finished());
}

TEST(SessionTest, TheLastIdOfAGoAwayNeverRises) {
  SessionPair pair;
  pair.Open();
  pair.server.session().SubmitGoAway(ErrorCode::kEnhanceYourCalm, "too_many_pings");
  pair.server.session().SubmitShutdownNotice(7);
  pair.Exchange();
  EXPECT_THAT(pair.client.goaways, ElementsAre("1 ENHANCE_YOUR_CALM too_many_pings"));
}

// Ends before the end.

TEST(SessionTest, ARefusedStreamWasNotProcessed) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  server.stream->Reset(ErrorCode::kRefusedStream);
  pair.Exchange();
  EXPECT_THAT(client.events, ElementsAre("closed by peer: REFUSED_STREAM, refused"));
}

TEST(SessionTest, AResetCarriesItsCodeToTheOtherSideAndBack) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  server.stream->Reset(ErrorCode::kInternalError);
  pair.Exchange();
  EXPECT_THAT(client.events, ElementsAre("closed by peer: INTERNAL_ERROR"));
  EXPECT_THAT(server.events, ElementsAre("headers", "closed by us: INTERNAL_ERROR"));
}

TEST(SessionTest, LettingGoOfAnOpenStreamCancelsIt) {
  SessionPair pair;
  auto [client, server] = pair.Open(EndStream::kYes);
  client.Release();
  pair.Exchange();
  EXPECT_THAT(server.events, ElementsAre("headers", "data 0 END", "closed by peer: CANCEL"));
  EXPECT_THAT(client.events, IsEmpty());
  EXPECT_EQ(pair.client.session().open_streams(), 0u);
}

TEST(SessionTest, LettingGoAfterThePeerHasEndedIsNoError) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  Respond(server, EndStream::kYes);
  SessionPair::Move(pair.server, pair.client);
  client.Release();
  SessionPair::Move(pair.client, pair.server);
  EXPECT_EQ(server.events.back(), "closed by us: NO_ERROR");
  EXPECT_EQ(pair.client.session().open_streams(), 0u);
}

TEST(SessionTest, SubmittingToAResetOrClosedStreamDoesNothing) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  server.stream->Reset(ErrorCode::kCancel);
  Respond(server);
  SendData(server, "abc", EndStream::kYes);
  SendTrailers(server);
  pair.Exchange();
  EXPECT_THAT(client.events, ElementsAre("closed by peer: CANCEL"));
  ASSERT_TRUE(server.stream->closed());
  Respond(server);
  SendData(server, "abc", EndStream::kYes);
  SendTrailers(server);
  server.stream->ReturnCredit(1);
  server.stream->Reset(ErrorCode::kCancel);
  pair.Exchange();
  EXPECT_EQ(server.events.back(), "closed by us: CANCEL");
}

TEST(SessionTest, AStreamReleasedBeforeItWasSentLeavesNoTrace) {
  SessionPair pair;
  pair.client.Open().Release();
  SendData(pair.client.Open(), "kept");
  pair.Exchange();
  EXPECT_THAT(pair.server.streams, SizeIs(1));
  EXPECT_EQ(pair.server.streams[0]->body, "kept");
  EXPECT_EQ(pair.client.session().open_streams(), 1u);
}

TEST(SessionTest, AStreamWithDataReleasedBeforeItWasSentLeavesNoTrace) {
  SessionPair pair;
  StreamLog& log = pair.client.Open();
  SendData(log, "abc", EndStream::kYes);
  log.Release();
  pair.Exchange();
  EXPECT_THAT(pair.server.streams, IsEmpty());
  EXPECT_EQ(pair.client.session().open_streams(), 0u);
}

TEST(SessionTest, AHandleOutlivesItsSession) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  pair.client.DestroySession();
  EXPECT_TRUE(client.stream->closed());
  SendData(client, "abc");
  client.Release();
  pair.server.DestroySession();
  EXPECT_TRUE(server.stream->closed());
}

TEST(SessionTest, ASessionOutlivesItsHandlesUnproduced) {
  Peer client(Role::kClient);
  client.Open().Release();
  SendData(client.Open(), "abc");
  client.streams.back()->Release();
  client.DestroySession();
}

// Abort.

TEST(SessionTest, AnAbortTellsEveryStreamOnce) {
  SessionPair pair;
  auto [first, first_at_server] = pair.Open();
  auto [second, second_at_server] = pair.Open();
  pair.client.session().Abort(ErrorCode::kInternalError, UINT64_MAX);
  pair.client.session().Abort(ErrorCode::kInternalError, UINT64_MAX);
  EXPECT_THAT(first.events, ElementsAre("closed by connection: INTERNAL_ERROR"));
  EXPECT_THAT(second.events, ElementsAre("closed by connection: INTERNAL_ERROR"));
  EXPECT_EQ(pair.client.session().open_streams(), 0u);
}

TEST(SessionTest, AnAbortTellsWhichRequestsNeverLeft) {
  Peer client(Role::kClient);
  uint64_t written = client.Produce().size();
  StreamLog& whole = client.Open();
  written += client.Produce().size();
  StreamLog& partly = client.Open();
  client.Produce();
  StreamLog& unwritten = client.Open();
  client.Produce();
  StreamLog& unproduced = client.Open();
  client.session().Abort(ErrorCode::kInternalError, written + 1);
  EXPECT_THAT(whole.events, ElementsAre("closed by connection: INTERNAL_ERROR"));
  EXPECT_THAT(partly.events, ElementsAre("closed by connection: INTERNAL_ERROR"));
  EXPECT_THAT(unwritten.events, ElementsAre("closed by connection: INTERNAL_ERROR, never sent"));
  EXPECT_THAT(unproduced.events, ElementsAre("closed by connection: INTERNAL_ERROR, never sent"));
}

TEST(SessionTest, ARequestOfWhichNothingWasWrittenWasNeverSent) {
  Peer client(Role::kClient);
  const uint64_t written = client.Produce().size();
  StreamLog& log = client.Open();
  client.Produce();
  client.session().Abort(ErrorCode::kInternalError, written);
  EXPECT_THAT(log.events, ElementsAre("closed by connection: INTERNAL_ERROR, never sent"));
}

TEST(SessionTest, AnAbortedSessionHasNoRoomForARetry) {
  SessionPair pair;
  pair.client.session().Abort(ErrorCode::kInternalError, 0);
  EXPECT_EQ(pair.client.session().stream_room(), 0u);
}

TEST(SessionTest, AServersStreamsMayHaveBeenProcessedHoweverTheyEnd) {
  SessionPair pair;
  auto [client, server] = pair.Open();
  pair.server.session().Abort(ErrorCode::kInternalError, 0);
  EXPECT_EQ(server.events.back(), "closed by connection: INTERNAL_ERROR");
}

}  // namespace
}  // namespace evenkeel::http2
