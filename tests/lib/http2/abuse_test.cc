// Clients that cost more than they pay: a session ends their connection within bounds, and never
// that of an honest client that cancels much.
#include <algorithm>
#include <functional>

#include "lib/base/random.h"
#include "tests/lib/http2/wire_test.h"

namespace evenkeel::http2 {
namespace {

using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class AbuseTest : public WireTest {
 protected:
  AbuseTest() { Greet(); }

  /// How many times `attack` was received until the session had enough; `limit` if never.
  template <typename Attack>
  int RepeatUntilEnded(int limit, Attack attack) {
    for (int i = 0; i < limit; ++i) {
      attack(next_id_);
      next_id_ += 2;
      for (const std::string& each : Said()) {
        if (each.starts_with("GOAWAY")) goaway_ = each;
      }
      if (!goaway_.empty()) return i + 1;
    }
    return limit;
  }
  /// Lets go of streams that have ended, as calls do.
  void Sweep() {
    std::erase_if(peer_.streams, [](const auto& each) { return each->stream->closed(); });
  }

  StreamId next_id_ = 1;
  std::string goaway_;
};

TEST_F(AbuseTest, RapidResetsEndWithin1100) {
  const int resets = RepeatUntilEnded(20'000, [&](StreamId id) {
    Receive(WireBuilder().Headers(id, GrpcRequest()).RstStream(id));
    Sweep();
  });
  EXPECT_LT(resets, 1'100);
  EXPECT_THAT(goaway_, EndsWith("ENHANCE_YOUR_CALM"));
  EXPECT_EQ(peer_.session().open_streams(), 0u);
}

TEST_F(AbuseTest, RapidResetsInOneReadEndWithin1100) {
  WireBuilder wire;
  for (StreamId id = 1; id < 40'000; id += 2) wire.Headers(id, GrpcRequest()).RstStream(id);
  Receive(wire);
  EXPECT_LT(peer_.streams.size(), 1'100u);
  EXPECT_THAT(Said(), Contains(EndsWith("ENHANCE_YOUR_CALM")));
}

TEST_F(AbuseTest, ResetsProvokedFromUsEndWithin1100) {
  const int resets = RepeatUntilEnded(20'000, [&](StreamId id) {
    Receive(WireBuilder().Headers(id, GrpcRequest()).WindowUpdate(id, 0x7fffffff));
    Sweep();
  });
  EXPECT_LT(resets, 1'100);
  EXPECT_THAT(goaway_, EndsWith("ENHANCE_YOUR_CALM"));
}

TEST_F(AbuseTest, PriorityOnItselfEndsTheConnection) {
  Receive(WireBuilder().Headers(1, GrpcRequest()).Priority(1, 1));
  EXPECT_THAT(Said(), Contains("GOAWAY last 1 PROTOCOL_ERROR"));
}

TEST_F(AbuseTest, MalformedRequestsEndWithin1100) {
  const int requests = RepeatUntilEnded(20'000, [&](StreamId id) {
    Receive(WireBuilder().Headers(id, With(GrpcRequest(), "Upper", "1")));
  });
  EXPECT_LT(requests, 1'100);
  EXPECT_THAT(peer_.streams, IsEmpty());
}

// One that is refused for how it was asked, again and again, with ten resets each.
TEST_F(AbuseTest, ResetsThatNoAnswerPaysForEndWithin1100) {
  const int resets = RepeatUntilEnded(20'000, [&](StreamId id) {
    Receive(WireBuilder().Headers(id, GrpcRequest(), EndStream::kYes));
    if (id % 11 != 0) {
      Receive(WireBuilder().RstStream(id));
    } else {
      peer_.streams.back()->pays_for_resets = false;
      Respond(*peer_.streams.back(), EndStream::kYes);
    }
    Sweep();
  });
  EXPECT_LT(resets, 1'100);
  EXPECT_EQ(peer_.session().abuse(), Abuse::kResets);
}

TEST_F(AbuseTest, StreamsThatPayForNothingAreNoneThemselves) {
  RepeatUntilEnded(5'000, [&](StreamId id) {
    Receive(WireBuilder().Headers(id, GrpcRequest(), EndStream::kYes));
    peer_.streams.back()->pays_for_resets = false;
    Respond(*peer_.streams.back(), EndStream::kYes);
    Said();
    Sweep();
  });
  EXPECT_EQ(goaway_, "");
}

TEST_F(AbuseTest, AnHonestClientThatCancelsThreeInTenIsNeverEnded) {
  base::Random random(1);
  const int calls = RepeatUntilEnded(20'000, [&](StreamId id) {
    Receive(WireBuilder().Headers(id, GrpcRequest(), EndStream::kYes));
    if (random.Below(10) < 3) {
      Receive(WireBuilder().RstStream(id));
    } else {
      Respond(*peer_.streams.back(), EndStream::kYes);
      Said();
    }
    Sweep();
  });
  EXPECT_EQ(goaway_, "");
  EXPECT_EQ(calls, 20'000);
}

// Calls that all run into deadlines of three milliseconds.
TEST_F(AbuseTest, ResetsAtTheDeadlineAreNoAbuse) {
  RepeatUntilEnded(5'000, [&](StreamId id) {
    Receive(WireBuilder().Headers(id, GrpcRequest()));
    peer_.streams.back()->may_be_reset = true;
    peer_.clock.Advance(std::chrono::microseconds(200));
    Receive(WireBuilder().RstStream(id));
    Sweep();
  });
  EXPECT_EQ(goaway_, "");
}

TEST_F(AbuseTest, FloodsOfDeadlinesThatPassAtOnceEndWithin1100) {
  const int resets = RepeatUntilEnded(5'000, [&](StreamId id) {
    Receive(WireBuilder().Headers(id, GrpcRequest()));
    peer_.streams.back()->may_be_reset = true;
    peer_.clock.Advance(std::chrono::microseconds(20));
    Receive(WireBuilder().RstStream(id));
    Sweep();
  });
  EXPECT_LT(resets, 1'100);
  EXPECT_EQ(peer_.session().abuse(), Abuse::kResets);
}

// The same by our own timer: each is answered, but nothing has come of it.
TEST_F(AbuseTest, SoDoThoseThatWeEndAtTheirDeadlines) {
  const int calls = RepeatUntilEnded(5'000, [&](StreamId id) {
    Receive(WireBuilder().Headers(id, GrpcRequest(), EndStream::kYes));
    peer_.streams.back()->may_be_reset = true;
    peer_.clock.Advance(std::chrono::microseconds(20));
    Respond(*peer_.streams.back(), EndStream::kYes);
  });
  EXPECT_LT(calls, 1'100);
  EXPECT_EQ(peer_.session().abuse(), Abuse::kResets);
}

// Subscriptions that take the first message and cancel.
TEST_F(AbuseTest, ResetsAfterTheFirstDataAreNoAbuse) {
  RepeatUntilEnded(5'000, [&](StreamId id) {
    Receive(WireBuilder().Headers(id, GrpcRequest(), EndStream::kYes));
    Respond(*peer_.streams.back());
    SendData(*peer_.streams.back(), "first");
    Said();
    Receive(WireBuilder().RstStream(id));
    Sweep();
  });
  EXPECT_EQ(goaway_, "");
}

// Hedging in four: one answer, three losers, all at once (gRFC A6).
TEST_F(AbuseTest, LosersOfHedgesAreNoAbuse) {
  RepeatUntilEnded(2'000, [&](StreamId) {
    const size_t first = peer_.streams.size();
    for (int i = 0; i < 4; ++i) {
      Receive(WireBuilder().Headers(next_id_, GrpcRequest(), EndStream::kYes));
      next_id_ += 2;
    }
    peer_.clock.Advance(std::chrono::milliseconds(1));
    Respond(stream(first), EndStream::kYes);
    for (size_t i = first + 1; i < first + 4; ++i) {
      Receive(WireBuilder().RstStream(stream(i).id()));
    }
    Sweep();
  });
  EXPECT_EQ(goaway_, "");
}

TEST_F(AbuseTest, DataOnClosedStreamsEndsWithin1100) {
  Receive(WireBuilder().Headers(1, GrpcRequest(), EndStream::kYes));
  Respond(stream(0), EndStream::kYes);
  Said();
  const int frames =
      RepeatUntilEnded(5'000, [&](StreamId) { Receive(WireBuilder().Data(1, "late")); });
  EXPECT_LT(frames, 1'100);
  EXPECT_EQ(peer_.session().abuse(), Abuse::kIdleFrames);
}

// The client learns of a reset a round trip later, and until then sends what its windows hold.
TEST_F(AbuseTest, DataThatCrossedWithOurResetIsNoAbuse) {
  Receive(WireBuilder().Headers(1, GrpcRequest()));
  stream(0).stream->Reset(ErrorCode::kCancel);
  EXPECT_THAT(Said(), ::testing::ElementsAre("RST_STREAM 1 CANCEL"));
  RepeatUntilEnded(5'000, [&](StreamId) { Receive(WireBuilder().Data(1, "late")); });
  EXPECT_EQ(goaway_, "");
}

TEST_F(AbuseTest, ResetsAfterTheResponseAreNoAbuse) {
  RepeatUntilEnded(5'000, [&](StreamId id) {
    Receive(WireBuilder().Headers(id, GrpcRequest()));
    Respond(*peer_.streams.back(), EndStream::kYes);
    Said();
    Sweep();
  });
  EXPECT_EQ(goaway_, "");
}

TEST_F(AbuseTest, EndlessContinuationsEndTheConnection) {
  WireBuilder wire;
  wire.Frame(kHeaders, 0, 1, EncodeHeaders(GrpcRequest()));
  for (int i = 0; i < 20; ++i) wire.Continuation(1, "", 0);
  Receive(wire);
  EXPECT_NE(error_, "");
  EXPECT_THAT(Said(), Contains(StartsWith("GOAWAY")));
  EXPECT_THAT(peer_.streams, IsEmpty());
}

TEST_F(AbuseTest, ThousandsOfSettingsInOneFrameEndTheConnection) {
  Receive(WireBuilder().Settings(std::vector<Setting>(2'000, {kInitialWindowSize, 1})));
  EXPECT_THAT(Said(), Contains("GOAWAY last 0 ENHANCE_YOUR_CALM"));
}

TEST_F(AbuseTest, FloodsThatWantAnswersEndAConnectionThatDoesNotRead) {
  for (const bool ping : {true, false}) {
    Peer server(Role::kServer);
    WireBuilder wire;
    wire.ClientHello();
    for (int i = 0; i < 50'000; ++i) ping ? wire.Ping(1) : wire.Settings();
    EXPECT_FALSE(server.Receive(wire));
    EXPECT_LT(server.session().queued_answers(), 2'000u);
  }
}

// A client that does not acknowledge our SETTINGS may not know the limit: a thousand streams at
// once are no abuse.
TEST(EarlyRefusalTest, AClientThatNeverLearnsTheLimitIsEnded) {
  Peer server(Role::kServer);
  ASSERT_TRUE(server.Receive(WireBuilder().Preface().Settings()));
  StreamId id = 1;
  while (id < 20'000 && server.Receive(WireBuilder().Headers(id, GrpcRequest()))) id += 2;
  EXPECT_GT(id, 2 * 1'000);
  EXPECT_LT(id, 2 * 1'100);
}

struct IdleFlood {
  const char* what;
  std::function<void(WireBuilder&)> add;
  friend void PrintTo(const IdleFlood& each, std::ostream* out) { *out << each.what; }
};

// Frames that cost us and bring nobody further, from a peer that reads all our answers.
class IdleFloodTest : public AbuseTest, public ::testing::WithParamInterface<IdleFlood> {
 protected:
  IdleFloodTest() { Receive(WireBuilder().Headers(1, GrpcRequest()).Headers(3, GrpcRequest())); }
};

TEST_P(IdleFloodTest, EndsWithin1100Frames) {
  const int frames = RepeatUntilEnded(5'000, [&](StreamId) {
    WireBuilder wire;
    GetParam().add(wire);
    Receive(wire);
  });
  EXPECT_LT(frames, 1'100);
  EXPECT_THAT(goaway_, EndsWith("ENHANCE_YOUR_CALM"));
}

TEST_P(IdleFloodTest, IsNoneWhileCallsAreMade) {
  RepeatUntilEnded(5'000, [&](StreamId id) {
    WireBuilder wire;
    wire.Headers(id + 4, GrpcRequest(), EndStream::kYes);
    for (int i = 0; i < 10; ++i) GetParam().add(wire);
    Receive(wire);
    Respond(*peer_.streams.back(), EndStream::kYes);
    peer_.streams.pop_back();
  });
  EXPECT_EQ(goaway_, "");
}

TEST_F(AbuseTest, DataWhoseHeaderComesAloneBringsACallFurther) {
  Receive(WireBuilder().Headers(1, GrpcRequest()));
  const std::string data = WireBuilder().Data(1, "x").text();
  RepeatUntilEnded(5'000, [&](StreamId) {
    Receive(WireBuilder().Raw(data.substr(0, 9)));
    Receive(WireBuilder().Raw(data.substr(9)).WindowUpdate(1, 1));
    stream(0).stream->ReturnCredit(1);
  });
  EXPECT_EQ(goaway_, "");
}

const IdleFlood kIdleFloods[] = {
    {"EmptyData", [](WireBuilder& wire) { wire.Data(1, ""); }},
    {"Priority", [](WireBuilder& wire) { wire.Priority(1, 0); }},
    {"WindowUpdates", [](WireBuilder& wire) { wire.WindowUpdate(1, 1); }},
    {"WindowUpdatesOfTheConnection", [](WireBuilder& wire) { wire.WindowUpdate(0, 1); }},
    {"Settings", [](WireBuilder& wire) { wire.Settings(); }},
    {"PaddingAlone",
     [](WireBuilder& wire) { wire.Frame(kData, kPaddedFlag, 1, std::string(3, '\2')); }},
    {"ResetsOfClosedStreams", [](WireBuilder& wire) { wire.RstStream(1); }},
    {"UnknownFrames", [](WireBuilder& wire) { wire.Frame(0x42, 0, 1, "x"); }},
};

INSTANTIATE_TEST_SUITE_P(All, IdleFloodTest, ::testing::ValuesIn(kIdleFloods),
                         [](const auto& info) { return std::string(info.param.what); });

TEST_F(AbuseTest, AWindowThatFlapsCostsByTheStreamsItConcerns) {
  for (; next_id_ < 200; next_id_ += 2) Receive(WireBuilder().Headers(next_id_, GrpcRequest()));
  uint32_t window = 0;
  const int flaps = RepeatUntilEnded(5'000, [&](StreamId) {
    Receive(WireBuilder().Settings({{kInitialWindowSize, window ^= 1}}));
  });
  EXPECT_LT(flaps, 50);
}

// What we say on our own account is no flood of the peer's, however much of it waits.
TEST_F(AbuseTest, APingAmongThousandsOfOurOwnResetsIsAnswered) {
  Peer client(Role::kClient);
  ASSERT_TRUE(client.Receive(WireBuilder().Settings()));
  for (int i = 0; i < 2'000; ++i) client.Open();
  client.Produce();
  for (const auto& each : client.streams) each->Release();
  EXPECT_TRUE(client.Receive(WireBuilder().Ping(1).Settings()));
  EXPECT_EQ(client.session().failure(), "");
}

// A block of tiny references to one large entry, which byte limits on the wire do not see.
TEST_F(AbuseTest, ReferencesToOneLargeFieldAreCutAtTheLimit) {
  const std::string entry =
      std::string("\x40\x06x-bomb") + "\x7f\xa1\x1e" + std::string(4'000, 'x');
  Receive(WireBuilder().Frame(kHeaders, kEndHeadersFlag, 1,
                              EncodeHeaders(GrpcRequest()) + entry + std::string(400, '\xbe')));
  ASSERT_EQ(error_, "");
  EXPECT_TRUE(stream(0).truncated);
  EXPECT_LE(ToHeaderList(stream(0).headers).list_size(), 64u * 1024);
  ExpectServes(3);
}

// A hundred lists of 56 KiB by reference that fit the limit each.
TEST_F(AbuseTest, ListsByReferenceCostAtMostTwentyTimesTheirBytes) {
  const std::string entry =
      std::string("\x40\x06x-bomb") + "\x7f\xa1\x1e" + std::string(4'000, 'x');
  size_t sent = 0;
  size_t held = 0;
  for (StreamId id = 1; id < 200; id += 2) {
    const std::string block =
        EncodeHeaders(GrpcRequest()) + (id == 1 ? entry : "") + std::string(14, '\xbe');
    Receive(WireBuilder().Frame(kHeaders, kEndHeadersFlag, id, block));
    sent += block.size() + 9;
    if (peer_.streams.back()->truncated) {  // such a call is refused at once
      Respond(*peer_.streams.back(), EndStream::kYes);
      peer_.streams.pop_back();
    } else {
      held += ToHeaderList(peer_.streams.back()->headers).list_size();
    }
  }
  ASSERT_EQ(error_, "");
  EXPECT_LT(held, 20 * sent);
  EXPECT_GT(held, 0u);
  // What they held is there again once they are gone.
  peer_.streams.clear();
  Said();
  Receive(WireBuilder().Frame(kHeaders, kEndHeadersFlag, 201,
                              EncodeHeaders(GrpcRequest()) + std::string(14, '\xbe')));
  EXPECT_FALSE(peer_.streams.back()->truncated);
}

// A token of 3 KiB with each call, as gRPC's libraries send it.
TEST_F(AbuseTest, AnHonestReferenceInEachOfAHundredCallsIsWhole) {
  const std::string entry =
      std::string("\x40\x07x-token") + "\x7f\xb9\x16" + std::string(3'000, 'x');
  for (StreamId id = 1; id < 200; id += 2) {
    Receive(WireBuilder().Frame(kHeaders, kEndHeadersFlag, id,
                                EncodeHeaders(GrpcRequest()) + (id == 1 ? entry : "\xbe")));
    ASSERT_FALSE(peer_.streams.back()->truncated) << id;
    ASSERT_EQ(ToHeaderList(peer_.streams.back()->headers).Find("x-token")->size(), 3'000u);
  }
}

// Each pair of bytes inserts an entry of 4 KiB anew, on a stream that nobody hears of any more too.
TEST_F(AbuseTest, ABlockThatStandsForMoreThanAnyHonestOneEndsTheConnection) {
  const std::string entry = "\x40\x7f\xa1\x1e" + std::string(4'000, 'x') + std::string(1, '\0');
  std::string again;
  for (int i = 0; i < 600; ++i) again += std::string("\x7e\0", 2);
  for (const bool heard : {true, false}) {
    Peer server(Role::kServer);
    WireBuilder wire;
    wire.ClientHello();
    if (!heard) wire.Headers(1, GrpcRequest()).RstStream(1);
    wire.Frame(kHeaders, kEndHeadersFlag, 1, EncodeHeaders(GrpcRequest()) + entry + again);
    const auto received = server.Receive(wire);
    ASSERT_FALSE(received);
    EXPECT_EQ(received.error().code, ErrorCode::kEnhanceYourCalm);
  }
}

// To check it would cost us what nobody has paid for: 110 ms for one block of references.
TEST(LeftOutFieldsTest, AreNotLookedAt) {
  Peer server(Role::kServer, {.max_header_list = 4'000});
  ASSERT_TRUE(server.Receive(WireBuilder().ClientHello().Headers(
      1, With(GrpcRequest(), "x-too-much", std::string(5'000, '\n')))));
  ASSERT_THAT(server.streams, SizeIs(1));
  EXPECT_TRUE(server.streams[0]->truncated);
  EXPECT_EQ(server.streams[0]->headers, GrpcRequest());
}

TEST(LeftOutFieldsTest, CountIfARequestMustHaveThem) {
  Peer server(Role::kServer, {.max_header_list = 4'000});
  const std::string path = "/" + std::string(5'000, 'x');
  ASSERT_TRUE(server.Receive(WireBuilder().ClientHello().Headers(1, GrpcRequest(path))));
  ASSERT_THAT(server.streams, SizeIs(1));
  EXPECT_TRUE(server.streams[0]->truncated);
}

}  // namespace
}  // namespace evenkeel::http2
