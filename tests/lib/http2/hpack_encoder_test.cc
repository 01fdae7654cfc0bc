#include "lib/http2/hpack_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lib/base/random.h"
#include "tests/lib/http2/hpack_block.h"

namespace evenkeel::http2 {
namespace {

using ::testing::Le;
using ::testing::SizeIs;
using ::testing::StartsWith;

// A connection's encoder, and a decoder that reads all it writes.
class HpackEncoderTest : public ::testing::Test {
 protected:
  std::string Encoded(const Fields& fields) {
    const std::string block = Encode(encoder_, fields);
    EXPECT_EQ(Decode(decoder_, block), fields);
    return block;
  }
  std::string Hex(const Fields& fields) { return ToHex(Encoded(fields)); }
  /// What stands for the field when it was sent before.
  std::string Again(const Field& field) {
    Encoded({field});
    return Hex({field});
  }

  HpackEncoder encoder_;
  HpackDecoder decoder_;
};

const Fields kRequest = {{":method", "POST"},
                         {":scheme", "http"},
                         {":path", "/user.v1.UserService/GetUser"},
                         {":authority", "users.example:50051"},
                         {"te", "trailers"},
                         {"content-type", "application/grpc"},
                         {"user-agent", "grpc-c++/1.51.1 grpc-c/29.0.0 (linux; chttp2)"},
                         {"grpc-accept-encoding", "identity, deflate, gzip"}};

TEST_F(HpackEncoderTest, WritesTheRequestsOfTheRfcAsItDoes) {
  Fields fields{
      {":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "www.example.com"}};
  EXPECT_EQ(Hex(fields), "828684418cf1e3c2e5f23a6ba0ab90f4ff");
  fields.push_back({"cache-control", "no-cache"});
  EXPECT_EQ(Hex(fields), "828684be5886a8eb10649cbf");
  fields = {{":method", "GET"},
            {":scheme", "https"},
            {":path", "/index.html"},
            {":authority", "www.example.com"},
            {"custom-key", "custom-value"}};
  EXPECT_EQ(Hex(fields), "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf");
}

TEST_F(HpackEncoderTest, WritesOneByteForEachFieldOfAGrpcRequestSentBefore) {
  Encoded(kRequest);
  EXPECT_THAT(Encoded(kRequest), SizeIs(kRequest.size()));
  EXPECT_THAT(Encoded(kRequest), SizeIs(kRequest.size()));
}

TEST_F(HpackEncoderTest, FindsEveryEntryOfTheTables) {
  Fields fields = {{":status", "404"}, {"accept-encoding", "gzip, deflate"}, {"accept", ""}};
  EXPECT_EQ(Hex(fields), "8d9093");
  for (int i = 0; i < 60; ++i) {
    fields.push_back({"name-" + std::to_string(i % 7), "value-" + std::to_string(i)});
  }
  Encoded(fields);
  EXPECT_THAT(Encoded(fields), SizeIs(fields.size()));
  std::swap(fields[10], fields[40]);
  EXPECT_THAT(Encoded(fields), SizeIs(fields.size()));
}

TEST_F(HpackEncoderTest, MarksWhatIsNeverIndexedAndRemembersNothingOfIt) {
  const Field secret{"token", "abcdefgh", Indexing::kNever};
  EXPECT_THAT(Hex({secret}), StartsWith("10"));
  EXPECT_THAT(Hex({secret}), StartsWith("10"));
  // Not even where a table has the field.
  Encoded({{"token", "abcdefgh"}});
  EXPECT_THAT(Hex({secret}), StartsWith("10"));
  EXPECT_THAT(Hex({{":method", "GET", Indexing::kNever}}), StartsWith("12"));
}

TEST_F(HpackEncoderTest, MarksSecretsThatNobodyMarked) {
  EXPECT_EQ(ToHex(Encode(encoder_, Fields{{"authorization", "Bearer abc"}})).substr(0, 4), "1f08");
  EXPECT_EQ(ToHex(Encode(encoder_, Fields{{"cookie", "a=b"}})).substr(0, 4), "1f11");
  const Fields long_cookie = {{"cookie", "session=0123456789abcdef"}};
  EXPECT_THAT(ToHex(Encode(encoder_, long_cookie)), StartsWith("60"));
  EXPECT_EQ(ToHex(Encode(encoder_, long_cookie)), "be");
}

TEST_F(HpackEncoderTest, EntersTheNameAloneOfFieldsWhoseValuesChange) {
  EXPECT_THAT(Hex({{"grpc-timeout", "999999u"}}), StartsWith("40"));
  EXPECT_EQ(Hex({{"grpc-timeout", "8"}}), "0f2f0138");
  EXPECT_EQ(Hex({{"grpc-timeout", "7"}}), "0f2f0137");
  EXPECT_EQ(Again({"grpc-timeout", "999999u"}), "be");
  for (const char* name :
       {"traceparent", "tracestate", "x-request-id", "grpc-trace-bin", "grpc-tags-bin"}) {
    Encoded({{name, "1"}});
    EXPECT_EQ(Hex({{name, "2"}}), "0f2f0132") << name;
  }
}

TEST_F(HpackEncoderTest, EntersNothingOfFieldsThatSeldomComeBack) {
  for (const char* name : {"content-length", "date", "etag", "age", "if-modified-since",
                           "last-modified", "location", "set-cookie"}) {
    EXPECT_EQ(Again({name, "1"}).substr(0, 2), "0f") << name;
  }
  for (const char* name : {"grpc-message", "grpc-status-details-bin"}) {
    EXPECT_EQ(Again({name, "1"}).substr(0, 2), "00") << name;
  }
}

TEST_F(HpackEncoderTest, EntersNothingLargerThanThreeQuartersOfTheTable) {
  EXPECT_EQ(Again({"a", std::string(3072 - 32 - 1, 'v')}), "be");
  EXPECT_THAT(Again({"a", std::string(3072 - 32, 'v')}), StartsWith("0f2f"));
  EXPECT_EQ(Hex({{"a", std::string(3072 - 32 - 1, 'v')}}), "be");
}

TEST_F(HpackEncoderTest, WritesHuffmanCodeOnlyWhereItIsShorter) {
  EXPECT_EQ(Hex({{":path", "00000000"}}), "44850000000000");
  EXPECT_EQ(Hex({{":path", "XXXXXXXX"}}), "44085858585858585858");  // as long in either
  EXPECT_EQ(Hex({{":path", "\x01\x01\x01\x01\x01\x01\x01\x01"}}), "44080101010101010101");
}

TEST_F(HpackEncoderTest, WritesWhatComesWithEachCallAnewWithoutHuffmanCode) {
  Encoded({{"grpc-timeout", "1S"}});
  EXPECT_EQ(Hex({{"grpc-timeout", "00000000"}}), "0f2f083030303030303030");
}

TEST_F(HpackEncoderTest, TellsALowerTableLimitAtTheNextBlocksStart) {
  Encoded(kRequest);
  encoder_.SetTableLimit(64);
  EXPECT_EQ(Hex({{":method", "GET"}}), "3f2182");
  EXPECT_EQ(Hex({{":method", "GET"}}), "82");
}

TEST_F(HpackEncoderTest, TellsTheSmallestAndTheLastOfSeveralTableLimits) {
  Encoded(kRequest);
  encoder_.SetTableLimit(100);
  encoder_.SetTableLimit(0);
  encoder_.SetTableLimit(4096);
  encoder_.SetTableLimit(200);
  EXPECT_EQ(Hex({{":method", "GET"}}), "203fa90182");
  EXPECT_EQ(Again({"a", "b"}), "be");
}

TEST_F(HpackEncoderTest, TellsAnUpdateToTheSameLimitWhenItWasLowerBetween) {
  Encoded({{"a", "b"}});
  encoder_.SetTableLimit(0);
  encoder_.SetTableLimit(4096);
  EXPECT_THAT(Hex({{"a", "b"}}), StartsWith("203fe11f40"));
}

TEST_F(HpackEncoderTest, UsesNoMoreThanTheDefaultOfAHigherTableLimit) {
  encoder_.SetTableLimit(65536);
  EXPECT_EQ(Hex({{":method", "GET"}}), "82");
}

TEST_F(HpackEncoderTest, EntersNothingInATableOfNoSize) {
  encoder_.SetTableLimit(0);
  EXPECT_EQ(Hex({{"a", "b"}}), "200001610162");
  EXPECT_EQ(Hex({{"a", "b"}}), "0001610162");
}

TEST_F(HpackEncoderTest, KeepsItsPromiseOfTheMostBytesWhateverItIsGiven) {
  base::Random random(1);
  for (int i = 0; i < 300; ++i) {
    encoder_.SetTableLimit(static_cast<uint32_t>(random.Below(5000)));
    encoder_.SetTableLimit(static_cast<uint32_t>(random.Below(5000)));
    Fields fields(random.Below(20));
    for (Field& each : fields) {
      each.name.assign(random.Below(300), static_cast<char>(random.Below(256)));
      each.value.assign(random.Below(random.Below(20) == 0 ? 70'000 : 300),
                        static_cast<char>(random.Below(256)));
      each.indexing = random.Below(5) == 0 ? Indexing::kNever : Indexing::kAllowed;
    }
    EXPECT_THAT(Encoded(fields).size(), Le(HpackEncoder::Bound(ToHeaderList(fields))));
  }
  EXPECT_THAT(HpackEncoder::Bound(HeaderList()), Le(16u));
}

TEST(HpackCodecTest, CostsAnIdleConnectionLessThan200Bytes) {
  EXPECT_LE(sizeof(HpackEncoder) + sizeof(HpackDecoder), 200u);
}

}  // namespace
}  // namespace evenkeel::http2
