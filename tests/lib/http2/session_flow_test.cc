// How bytes flow: windows, credit, and output in bounded pieces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "lib/base/random.h"
#include "lib/http2/session.h"
#include "tests/lib/http2/frame_reader.h"
#include "tests/lib/http2/session_pair.h"

namespace evenkeel::http2 {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr size_t kWindow = 64 * 1024;

std::string Bytes(size_t count) { return std::string(count, 'x'); }

// Takes and gives back all it gets, and checks that what it gets is what Source sends.
class Sink final : public StreamHandler {
 public:
  Sink(StreamHandle stream, size_t received) : stream_(std::move(stream)), received_(received) {
    stream_->SetHandler(*this);
  }
  size_t received() const { return received_; }

  void OnHeaders(HeaderList, EndStream) override {}
  void OnData(std::span<const uint8_t> bytes, EndStream) override {
    size_t wrong = 0;
    for (const uint8_t each : bytes) wrong += each != static_cast<uint8_t>(received_++ % 251);
    EXPECT_EQ(wrong, 0u);
    stream_->ReturnCredit(bytes.size());
  }
  void OnTrailers(HeaderList) override {}
  void OnSent(size_t) override {}
  void OnClosed(const StreamEnd&) override {}

 private:
  StreamHandle stream_;
  size_t received_;
};

// Keeps a bounded queue of its stream full until all is sent.
class Source final : public StreamHandler {
 public:
  Source(Peer& peer, size_t total) : total_(total) {
    stream_ = peer.session().OpenStream(ToHeaderList(GrpcRequest()), EndStream::kNo, *this);
    Refill();
  }

  void OnHeaders(HeaderList, EndStream) override {}
  void OnData(std::span<const uint8_t>, EndStream) override {}
  void OnTrailers(HeaderList) override {}
  void OnSent(size_t count) override {
    sent_ += count;
    Refill();
  }
  void OnClosed(const StreamEnd&) override {}

  size_t sent() const { return sent_; }

 private:
  void Refill() {
    std::vector<uint8_t> bytes(std::min(kWindow - stream_->unsent(), total_ - submitted_));
    for (uint8_t& each : bytes) each = static_cast<uint8_t>(submitted_++ % 251);
    if (!bytes.empty()) stream_->SubmitData(bytes, EndStream::kNo);
  }

  const size_t total_;
  size_t submitted_ = 0;
  size_t sent_ = 0;
  StreamHandle stream_;
};

TEST(SessionFlowTest, AStreamsWindowOpensOnlyWhenCreditIsReturned) {
  SessionPair pair({}, {.stream_window = kWindow});
  auto [client, server] = pair.Open();
  SendData(client, Bytes(3 * kWindow));
  pair.Exchange();
  EXPECT_EQ(server.body.size(), kWindow);
  EXPECT_EQ(client.stream->unsent(), 2 * kWindow);
  server.stream->ReturnCredit(kWindow);
  pair.Exchange();
  EXPECT_EQ(server.body.size(), 2 * kWindow);
}

TEST(SessionFlowTest, ASlowStreamDoesNotHoldBackItsNeighbour) {
  SessionPair pair({}, {.stream_window = kWindow, .connection_window = kWindow});
  auto [slow, slow_at_server] = pair.Open();
  auto [fast, fast_at_server] = pair.Open();
  SendData(slow, Bytes(2 * kWindow));
  pair.Exchange();
  ASSERT_EQ(slow_at_server.body.size(), kWindow);
  for (int i = 0; i < 10; ++i) {
    SendData(fast, Bytes(kWindow));
    pair.Exchange();
    fast_at_server.stream->ReturnCredit(kWindow);
    pair.Exchange();
  }
  EXPECT_EQ(fast_at_server.body.size(), 10 * kWindow);
  EXPECT_EQ(slow_at_server.body.size(), kWindow);
}

TEST(SessionFlowTest, DataOfStreamsThatAreGoneGivesTheConnectionsWindowBack) {
  SessionPair pair({}, {.stream_window = kWindow, .connection_window = kWindow});
  for (int i = 0; i < 20; ++i) {
    StreamLog& client = pair.client.Open();
    SendData(client, Bytes(kWindow));
    SessionPair::Move(pair.client, pair.server, 100);
    pair.server.streams.back()->Release();
    pair.Exchange();
  }
  auto [client, server] = pair.Open();
  SendData(client, Bytes(kWindow));
  pair.Exchange();
  EXPECT_EQ(server.body.size(), kWindow);
}

TEST(SessionFlowTest, PaddingGivesItsWindowBack) {
  Peer server(Role::kServer, {.stream_window = kWindow, .connection_window = kWindow});
  ASSERT_TRUE(server.Receive(WireBuilder().ClientHello().Headers(1, GrpcRequest())));
  const std::string padded = std::string(1, '\xff') + "ab" + std::string(255, '\0');
  constexpr size_t kFrames = 4 * kWindow / 258;
  StreamLog& log = *server.streams.at(0);
  for (size_t i = 0; i < kFrames; ++i) {
    ASSERT_TRUE(server.Receive(WireBuilder().Frame(kData, kPaddedFlag, 1, padded)));
    log.stream->ReturnCredit(2);
    server.Produce();
  }
  EXPECT_EQ(log.body.size(), 2 * kFrames);
  EXPECT_FALSE(log.stream->closed());
}

TEST(SessionFlowTest, SixtyFourMebibytesPassThroughAWindowOf64KibibytesInBoundedQueues) {
  constexpr size_t kTotal = 64 * 1024 * 1024;
  SessionPair pair({}, {.stream_window = kWindow, .connection_window = kWindow});
  Source source(pair.client, kTotal);
  SessionPair::Move(pair.client, pair.server);
  StreamLog& first = *pair.server.streams.at(0);  // what came before the sink was there
  first.stream->ReturnCredit(first.body.size());
  Sink sink(std::move(first.stream), first.body.size());
  while (sink.received() < kTotal) {
    SessionPair::Move(pair.server, pair.client);
    const size_t moved = SessionPair::Move(pair.client, pair.server);
    ASSERT_GT(moved, 0u) << "stuck after " << sink.received();
    ASSERT_LE(moved, kWindow + 1'000) << "more than the window allows";
  }
  EXPECT_EQ(source.sent(), kTotal);
}

// Output in pieces.

TEST(SessionOutputTest, StopsAtItsLimitAndGoesOn) {
  SessionPair pair({}, {.stream_window = 1024 * 1024});
  for (int i = 0; i < 10; ++i) SendData(pair.client.Open(), Bytes(50'000), EndStream::kYes);
  size_t total = 0;
  while (pair.client.session().wants_output()) {
    const ByteQueue piece = pair.client.Produce(30'000);
    EXPECT_GE(piece.size(), 1u);
    EXPECT_LE(piece.size(), 30'000u + 16'384 + 9);  // whole frames
    total += piece.size();
    ASSERT_TRUE(pair.server.session().Receive(piece.bytes()));
  }
  EXPECT_GE(total, 500'000u);
  for (const auto& each : pair.server.streams) {
    EXPECT_EQ(each->body.size(), 50'000u);
    EXPECT_THAT(each->events.back(), EndsWith(" END"));
  }
}

// A session whose next DATA frame is made but did not fit: the moment in which what happens to the
// stream must not pull the frame from under it.
class BlockedFrameTest : public ::testing::Test {
 protected:
  BlockedFrameTest() {
    // Two frames' worth; the limit lets the first pass and blocks the second, its last.
    SendData(log_, Bytes(16'384 + 1'000));
    SessionPair::Move(pair_.client, pair_.server, 10'000);
    EXPECT_EQ(log_.sent, 16'384u);
  }

  SessionPair pair_;
  SessionPair::Both both_ = pair_.Open();
  StreamLog& log_ = both_.at_client;
  StreamLog& server_ = both_.at_server;
};

TEST_F(BlockedFrameTest, GoesOut) {
  pair_.Exchange();
  EXPECT_EQ(server_.body.size(), 17'384u);
}

TEST_F(BlockedFrameTest, IsFollowedByDataThatCameLater) {
  SendData(log_, "more", EndStream::kYes);
  pair_.Exchange();
  EXPECT_EQ(server_.body.size(), 17'388u);
  EXPECT_THAT(server_.events.back(), EndsWith(" END"));
}

TEST_F(BlockedFrameTest, IsFollowedByAnEndThatCameLater) {
  SendData(log_, "", EndStream::kYes);
  pair_.Exchange();
  EXPECT_EQ(server_.body.size(), 17'384u);
  EXPECT_THAT(server_.events.back(), EndsWith(" END"));
}

TEST_F(BlockedFrameTest, IsFollowedByTrailersThatCameLater) {
  SendTrailers(log_);
  pair_.Exchange();
  EXPECT_EQ(server_.body.size(), 17'384u);
  EXPECT_EQ(server_.events.back(), "trailers");
}

TEST_F(BlockedFrameTest, IsFollowedByAResetThatCameLater) {
  log_.stream->Reset(ErrorCode::kCancel);
  pair_.Exchange();
  EXPECT_EQ(server_.events.back(), "closed by peer: CANCEL");
}

TEST_F(BlockedFrameTest, SurvivesItsHandle) {
  log_.Release();
  pair_.Exchange();
  EXPECT_EQ(server_.events.back(), "closed by peer: CANCEL");
}

TEST_F(BlockedFrameTest, IsDroppedWhenThePeerResets) {
  server_.stream->Reset(ErrorCode::kCancel);
  SessionPair::Move(pair_.server, pair_.client);
  log_.Release();
  pair_.Exchange();
  EXPECT_EQ(server_.body.size(), 16'384u);
  EXPECT_EQ(pair_.client.session().open_streams(), 0u);
}

TEST_F(BlockedFrameTest, DiesWithItsSession) {
  pair_.client.session().Abort(ErrorCode::kInternalError, 0);
  log_.Release();
  pair_.client.DestroySession();
}

// Property: whatever is submitted, and however the output is cut, all of it arrives in order.
TEST(SessionOutputTest, NothingIsLostHoweverTheOutputIsCut) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    base::Random random(seed);
    SessionPair pair({.stream_window = 1024 * 1024});
    auto [client, server] = pair.Open(EndStream::kYes);
    Respond(server);
    std::string sent;
    const uint64_t steps = 1 + random.Below(8);
    for (uint64_t i = 0; i < steps; ++i) {
      const std::string piece(random.Below(40'000), static_cast<char>('a' + random.Below(26)));
      SendData(server, piece);
      sent += piece;
      if (random.Below(2) == 0) {
        SessionPair::Move(pair.server, pair.client, 1 + random.Below(40'000));
      }
    }
    SendTrailers(server);
    SessionPair::Move(pair.server, pair.client, 1 + random.Below(40'000));
    pair.Exchange();
    EXPECT_TRUE(client.body == sent) << client.body.size() << " of " << sent.size();
    EXPECT_THAT(client.events, Contains("trailers"));
    EXPECT_EQ(client.events.back(), "closed by both: NO_ERROR");
    EXPECT_EQ(server.sent, sent.size());
  }
}

}  // namespace
}  // namespace evenkeel::http2
