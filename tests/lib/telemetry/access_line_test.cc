#include "lib/telemetry/access_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/lib/telemetry/example_call.h"

namespace evenkeel::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class AccessLineTest : public ::testing::Test {
 protected:
  std::string Line(LogFormat format, double sample_rate = 1) {
    AccessLineWriter writer(format);
    return Line(writer, sample_rate);
  }
  std::string Line(AccessLineWriter& writer, double sample_rate = 1) {
    std::string line;
    const RingedCall call{
        .record = example_.record, .authority = "users.example", .user_agent = "grpc-c++/1.51.1"};
    // One hour after it the loop's time is that of the example's start.
    const auto epoch = std::chrono::system_clock::from_time_t(1'780'000'000 - 3600);
    writer.Append(line, call, {.epoch = epoch, .worker = 3, .sample_rate = sample_rate});
    return line;
  }
  CallRecord& record() { return example_.record; }

  ExampleCall example_;
};

TEST_F(AccessLineTest, JsonHasTheWholeCall) {
  EXPECT_EQ(
      Line(LogFormat::kJson),
      R"({"ts":"2026-05-28T20:26:40.000000Z","msg":"call","rpc.system.name":"grpc",)"
      R"("rpc.method":"users.v1.Users/Get","rpc.status_code":"OK","client.address":"10.0.0.3",)"
      R"("server.address":"users.example","user_agent.original":"grpc-c++/1.51.1",)"
      R"("evenkeel.origin":"endpoint","evenkeel.cause":"answered",)"
      R"("evenkeel.listener":"127.0.0.1:50051","evenkeel.route":"users.v1.Users",)"
      R"("evenkeel.cluster":"users","evenkeel.endpoint":"10.0.0.8:50061","evenkeel.zone":"b",)"
      R"("evenkeel.worker":3,"evenkeel.queue_us":10,"evenkeel.pick_us":20,)"
      R"("evenkeel.stream_us":1500,"evenkeel.request_end_us":5,"evenkeel.first_byte_us":2500,)"
      R"("evenkeel.first_message_us":2600,"evenkeel.last_byte_us":2700,)"
      R"("evenkeel.duration_us":2800,"evenkeel.deadline_us":1000000,)"
      R"("evenkeel.request.bytes":34,"evenkeel.response.bytes":120,"evenkeel.attempt_count":2,)"
      R"("evenkeel.attempts":[{"endpoint":"10.0.0.7:50061","zone":"a","kind":"first",)"
      R"("start_us":20,"stream_us":30,"first_byte_us":-1,"end_us":900,"status":"UNAVAILABLE",)"
      R"("origin":"proxy","cause":"lost","won":false},{"endpoint":"10.0.0.8:50061","zone":"b",)"
      R"("kind":"retry","start_us":1400,"stream_us":1500,"first_byte_us":2500,"end_us":2800,)"
      R"("status":"OK","origin":"endpoint","cause":"answered","won":true}],)"
      R"("evenkeel.flags":["retried"],"evenkeel.sample_rate":1})"
      "\n");
}

TEST_F(AccessLineTest, OfAFailureJsonSaysWhoDecidedAndWhatWasNotReached) {
  example_.Fail();
  const std::string line = Line(LogFormat::kJson);
  EXPECT_THAT(line, HasSubstr(R"("rpc.status_code":"UNAVAILABLE","error.type":"UNAVAILABLE")"));
  EXPECT_THAT(line, HasSubstr(R"("evenkeel.origin":"proxy","evenkeel.cause":"lost")"));
  EXPECT_THAT(line, HasSubstr(R"("evenkeel.first_byte_us":-1)"));
  EXPECT_THAT(line, HasSubstr(R"("evenkeel.last_byte_us":-1)"));
  EXPECT_THAT(line,
              HasSubstr(R"("evenkeel.status_message":"attempt 2: endpoint 10.0.0.8:50061: conn)"));
}

TEST_F(AccessLineTest, WordsOfAnEndpointAreDecodedAndOursAreNot) {
  example_.Fail();
  record().message = "100%25 wrong%2";
  EXPECT_THAT(Line(LogFormat::kJson), HasSubstr(R"("100%25 wrong%2")"));
  record().origin = rpc::Origin::kEndpoint;
  EXPECT_THAT(Line(LogFormat::kJson), HasSubstr(R"("100% wrong%2")"));
}

TEST_F(AccessLineTest, NamesItsTraceWhereItIsInOne) {
  record().trace = {.trace_high = 0x4bf92f3577b34da6,
                    .trace_low = 0xa3ce929d0e0e4736,
                    .span = 0xf067aa0ba902b7,
                    .sampled = true};
  EXPECT_THAT(Line(LogFormat::kJson),
              HasSubstr(R"("trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
                        R"("span_id":"00f067aa0ba902b7","trace_flags":1,)"));
  EXPECT_THAT(Line(LogFormat::kText), HasSubstr(" trace=4bf92f3577b34da6a3ce929d0e0e4736"));
}

TEST_F(AccessLineTest, NothingThatAPeerSendsMakesAnotherLineOrBreaksOne) {
  example_.Fail();
  record().path = "/a\nb\x1b[31m/\xff\"";
  record().message = "one\r\ntwo";
  const std::string json = Line(LogFormat::kJson);
  EXPECT_THAT(json, HasSubstr(R"("rpc.method":"a\nb\u001b[31m/)"
                              "\xef\xbf\xbd"
                              R"(\"")"));
  const std::string text = Line(LogFormat::kText);
  for (const std::string& line : {json, text}) EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST_F(AccessLineTest, TextIsForReading) {
  EXPECT_EQ(Line(LogFormat::kText),
            "2026-05-28T20:26:40.000000Z call users.v1.Users/Get OK 2.8ms q=0.01 pick=0.02 "
            "stream=1.5 first=2.5 last=2.7 10.0.0.8:50061 tries=2 34B>120B from 10.0.0.3 "
            "attempts=[first 10.0.0.7:50061 UNAVAILABLE by proxy (lost) 0.02..0.9, retry "
            "10.0.0.8:50061 OK 1.4..2.8 won] retried\n");
}

TEST_F(AccessLineTest, OfAFailureTextSaysWhoDecidedAndWhy) {
  example_.Fail();
  record().reason = "max_calls";
  const std::string line = Line(LogFormat::kText);
  EXPECT_THAT(line, HasSubstr("Get UNAVAILABLE by proxy (lost) 2.8ms"));
  EXPECT_THAT(line, HasSubstr(" first=- last=- "));
  EXPECT_THAT(line, HasSubstr(" reason=max_calls "));
  EXPECT_THAT(line, HasSubstr(" message=\"attempt 2: endpoint 10.0.0.8:50061: connection lost\""));
}

TEST_F(AccessLineTest, ACallThatReachedNothingHasALineTooAndSaysHowManyItStandsFor) {
  record() = CallRecord{.started = ExampleCall::At(0), .ended = ExampleCall::At(1)};
  EXPECT_THAT(Line(LogFormat::kJson, 0.01), HasSubstr(R"("evenkeel.sample_rate":0.01)"));
  EXPECT_THAT(Line(LogFormat::kText, 0.01),
              HasSubstr("call - UNKNOWN by proxy (local) 0.001ms q=- pick=- stream=- first=- "
                        "last=- - tries=0 0B>0B from - sample_rate=0.01"));
}

TEST_F(AccessLineTest, StampsGoOnFromSecondToSecond) {
  AccessLineWriter writer(LogFormat::kText);
  EXPECT_THAT(Line(writer), StartsWith("2026-05-28T20:26:40.000000Z"));
  record().started = ExampleCall::At(123'456);
  EXPECT_THAT(Line(writer), StartsWith("2026-05-28T20:26:40.123456Z"));
  record().started = ExampleCall::At(1'000'007);
  EXPECT_THAT(Line(writer), StartsWith("2026-05-28T20:26:41.000007Z"));
}

}  // namespace
}  // namespace evenkeel::telemetry
