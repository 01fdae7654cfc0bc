// What a well-formed message may hold beside what the tests of whole requests and responses refuse
// (malformed_request_test.cc, client_wire_test.cc).
#include "lib/http2/field_check.h"

#include <gtest/gtest.h>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::http2 {
namespace {

using Section = FieldCheck::Section;

FieldCheck Checked(Section section, const Fields& fields) {
  FieldCheck check(section);
  for (const Field& each : fields) check.Add({each.name, each.value, each.indexing});
  return check;
}
bool SoundRequest(const Fields& fields) { return Checked(Section::kRequest, fields).sound(); }
bool SoundValue(std::string value) {
  return SoundRequest(With(GrpcRequest(), "x-meta", std::move(value)));
}

TEST(FieldCheckTest, LetsAGrpcCallPass) {
  EXPECT_TRUE(SoundRequest(GrpcRequest()));
  EXPECT_TRUE(Checked(Section::kResponse, GrpcResponse()).sound());
  EXPECT_TRUE(Checked(Section::kTrailers, {{"grpc-status", "0"}}).sound());
  EXPECT_TRUE(Checked(Section::kTrailers, {}).sound());
}

TEST(FieldCheckTest, LetsEveryByteOfATextPassWhereverItStands) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
    for (size_t at = 1; at < 20; ++at) {
      std::string value(21, 'v');
      value[at] = static_cast<char>(byte);
      ASSERT_EQ(SoundValue(value), !control) << "byte " << byte << " at " << at;
    }
  }
}

TEST(FieldCheckTest, LetsEveryByteOfATokenPassInANameWhereverItStands) {
  constexpr std::string_view kToken = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz";
  for (int byte = 0; byte < 256; ++byte) {
    const bool token = kToken.find(static_cast<char>(byte)) != kToken.npos;
    for (size_t at = 1; at < 20; ++at) {
      std::string name(21, 'n');
      name[at] = static_cast<char>(byte);
      ASSERT_EQ(SoundRequest(With(GrpcRequest(), name, "v")), token)
          << "byte " << byte << " at " << at;
    }
  }
}

TEST(FieldCheckTest, TakesHostInPlaceOfAuthority) {
  EXPECT_TRUE(SoundRequest(With(Without(GrpcRequest(), ":authority"), "host", "users.test")));
  EXPECT_FALSE(SoundRequest(With(Without(GrpcRequest(), ":authority"), "host", "")));
  EXPECT_FALSE(SoundRequest(With(With(GrpcRequest(), "host", "a"), "host", "b")));
}

// Sound HTTP, about which gRPC has rules of its own.
TEST(FieldCheckTest, MarksWhatGrpcMustLookAt) {
  const auto doubtful = [](const Fields& fields) {
    const FieldCheck check = Checked(Section::kRequest, fields);
    EXPECT_TRUE(check.sound());
    return check.doubtful();
  };
  EXPECT_FALSE(doubtful(GrpcRequest()));
  EXPECT_TRUE(doubtful(With(GrpcRequest(), "grpc-trace-bin", "AA")));
  EXPECT_TRUE(doubtful(With(GrpcRequest(), "content-type", "application/grpc")));
  Fields fields = With(With(GrpcRequest(), "grpc-timeout", "1S"), "grpc-encoding", "gzip");
  EXPECT_FALSE(doubtful(fields));
  EXPECT_TRUE(doubtful(With(fields, "grpc-timeout", "9H")));
  EXPECT_TRUE(doubtful(With(fields, "grpc-encoding", "gzip")));
  EXPECT_TRUE(Checked(Section::kTrailers, {{"grpc-status", "0"}, {"grpc-status", "5"}}).doubtful());
}

TEST(FieldCheckTest, TakesTeTrailersInAnyCase) {
  EXPECT_TRUE(SoundRequest(With(Without(GrpcRequest(), "te"), "te", "Trailers")));
}

TEST(FieldCheckTest, TakesConnectWithAnAuthorityAlone) {
  EXPECT_TRUE(SoundRequest({{":method", "CONNECT"}, {":authority", "users.test:443"}}));
  EXPECT_FALSE(SoundRequest({{":method", "CONNECT"}}));
  EXPECT_FALSE(SoundRequest({{":method", "CONNECT"}, {":authority", "a"}, {":path", "/"}}));
}

TEST(FieldCheckTest, TakesTheStarPathOfOptionsOnly) {
  Fields fields = {
      {":method", "OPTIONS"}, {":scheme", "http"}, {":path", "*"}, {":authority", "a"}};
  EXPECT_TRUE(SoundRequest(fields));
  fields[0].value = "GET";
  EXPECT_FALSE(SoundRequest(fields));
}

TEST(FieldCheckTest, ReadsTheStatus) {
  EXPECT_EQ(Checked(Section::kResponse, {{":status", "404"}}).status(), 404);
  EXPECT_TRUE(Checked(Section::kResponse, {{":status", "103"}}).interim());
  for (const char* bad : {"", "20", "2000", "abc", "2x0", "-20", "+20", "099", "101"}) {
    EXPECT_FALSE(Checked(Section::kResponse, {{":status", bad}}).sound()) << bad;
  }
}

TEST(FieldCheckTest, ReadsTheContentLength) {
  EXPECT_EQ(Checked(Section::kRequest, GrpcRequest()).content_length(), -1);
  const Fields fields = With(GrpcRequest(), "content-length", "9223372036854775807");
  EXPECT_TRUE(SoundRequest(fields));
  EXPECT_EQ(Checked(Section::kRequest, fields).content_length(), INT64_MAX);
  for (const char* bad : {"", "+1", "-1", "-0", "1 ", "0x1", "9223372036854775808"}) {
    EXPECT_FALSE(SoundRequest(With(GrpcRequest(), "content-length", bad))) << bad;
  }
}

}  // namespace
}  // namespace evenkeel::http2
