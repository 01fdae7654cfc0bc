// Requests that an endpoint might read differently than we do, or that break HTTP/2: none may reach
// a user, none may hurt its neighbours on the connection (RFC 9113, section 8.1.1).
#include <algorithm>

#include "tests/lib/http2/wire_test.h"

namespace evenkeel::http2 {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::SizeIs;
using ::testing::StartsWith;

// A request with `bytes` as the value of a metadata field.
Fields WithValue(std::string bytes) { return With(GrpcRequest(), "x-meta", std::move(bytes)); }
Fields WithName(std::string bytes) { return With(GrpcRequest(), std::move(bytes), "1"); }
Fields Replaced(std::string_view name, std::string value) {
  Fields fields = GrpcRequest();
  std::ranges::find(fields, name, &Field::name)->value = std::move(value);
  return fields;
}
Fields Late(std::string_view name) {
  Fields fields = GrpcRequest();
  const auto at = std::ranges::find(fields, name, &Field::name);
  std::rotate(at, at + 1, fields.end());
  return fields;
}

struct MalformedRequest {
  const char* what;
  WireBuilder wire;
  friend void PrintTo(const MalformedRequest& each, std::ostream* out) { *out << each.what; }
};

WireBuilder Headers(const Fields& fields) { return WireBuilder().Headers(1, fields); }

class MalformedRequestTest : public WireTest,
                             public ::testing::WithParamInterface<MalformedRequest> {
 protected:
  MalformedRequestTest() { Greet(); }
};

TEST_P(MalformedRequestTest, IsResetAndReachesNobody) {
  Receive(GetParam().wire);
  EXPECT_EQ(error_, "");
  EXPECT_THAT(peer_.streams, SizeIs(0));
  EXPECT_THAT(Said(), Contains("RST_STREAM 1 PROTOCOL_ERROR"));
  ExpectServes(3);
  EXPECT_EQ(peer_.session().open_streams(), 0u);
}

const MalformedRequest kMalformedRequests[] = {
    // Bytes that end a field in HTTP/1.
    {"CarriageReturnInAValue", Headers(WithValue("a\rb"))},
    {"LineFeedInAValue", Headers(WithValue("a\nb"))},
    {"BothInAValue", Headers(WithValue("a\r\nx-evil: 1"))},
    {"NulInAValue", Headers(WithValue(std::string("a\0b", 3)))},
    {"ControlInAValue", Headers(WithValue("a\x01"
                                          "b"))},
    {"DeleteInAValue", Headers(WithValue("a\x7f"))},
    {"LineFeedInAName", Headers(WithName("x-\nevil"))},
    {"NulInAName", Headers(WithName(std::string("x\0y", 3)))},
    {"SpaceInAName", Headers(WithName("x y"))},
    {"TrailingSpaceInAName", Headers(WithName("content-length "))},
    {"ColonInAName", Headers(WithName("x:y"))},
    {"HighByteInAName", Headers(WithName("x-\xc3\xbc"))},
    {"UpperCaseInAName", Headers(WithName("X-Meta"))},
    {"NewLineInThePath", Headers(GrpcRequest("/a.B/C\r\nx: y"))},
    {"SpaceInThePath", Headers(GrpcRequest("/a.B/C HTTP/1.1"))},
    {"NewLineInTheAuthority", Headers(Replaced(":authority", "a\r\nb"))},
    {"SpaceInTheMethod", Headers(Replaced(":method", "POST /"))},
    {"EmptyMethod", Headers(Replaced(":method", ""))},
    // Pseudo fields (RFC 9113, section 8.3).
    {"NoMethod", Headers(Without(GrpcRequest(), ":method"))},
    {"NoPath", Headers(Without(GrpcRequest(), ":path"))},
    {"NoScheme", Headers(Without(GrpcRequest(), ":scheme"))},
    {"NoAuthorityAndNoHost", Headers(Without(GrpcRequest(), ":authority"))},
    {"TwoMethods", Headers({{":method", "POST"},
                            {":method", "GET"},
                            {":scheme", "http"},
                            {":path", "/a.B/C"},
                            {":authority", "a"}})},
    {"TwoPaths", Headers({{":method", "POST"},
                          {":scheme", "http"},
                          {":path", "/a.B/C"},
                          {":path", "/a.B/D"},
                          {":authority", "a"}})},
    {"TwoAuthorities", Headers({{":method", "POST"},
                                {":scheme", "http"},
                                {":path", "/a.B/C"},
                                {":authority", "a"},
                                {":authority", "b"}})},
    {"LateMethod", Headers(Late(":method"))},
    {"LatePath", Headers(Late(":path"))},
    {"LateAuthority", Headers(Late(":authority"))},
    {"StatusInARequest", Headers({{":status", "200"}})},
    {"StatusBesideTheRest", Headers({{":method", "POST"},
                                     {":scheme", "http"},
                                     {":path", "/a.B/C"},
                                     {":authority", "a"},
                                     {":status", "200"}})},
    {"UnknownPseudoField", Headers({{":method", "POST"},
                                    {":scheme", "http"},
                                    {":path", "/a.B/C"},
                                    {":authority", "a"},
                                    {":evil", "1"}})},
    {"ProtocolWithoutExtendedConnect", Headers({{":method", "POST"},
                                                {":scheme", "http"},
                                                {":path", "/a.B/C"},
                                                {":authority", "a"},
                                                {":protocol", "websocket"}})},
    {"EmptyPath", Headers(GrpcRequest(""))},
    {"PathWithoutSlash", Headers(GrpcRequest("a.B/C"))},
    {"PathWithAuthority", Headers(GrpcRequest("http://evil/a.B/C"))},
    {"StarPath", Headers(GrpcRequest("*"))},
    {"FragmentInThePath", Headers(GrpcRequest("/a.B/C#fragment"))},
    {"FragmentInALongPath", Headers(GrpcRequest("/a.package.Service/Method#x"))},
    {"HighByteInThePath", Headers(GrpcRequest("/a.B/\xc3\xbc"))},
    {"UserinfoInTheAuthority", Headers(Replaced(":authority", "user:secret@users.test"))},
    {"UserinfoInTheHost",
     Headers(With(Without(GrpcRequest(), ":authority"), "host", "user@users.test"))},
    // Fields of the connection (RFC 9113, section 8.2.2).
    {"Http2Settings", Headers(With(GrpcRequest(), "http2-settings", "AAMAAABk"))},
    {"Connection", Headers(With(GrpcRequest(), "connection", "close"))},
    {"KeepAlive", Headers(With(GrpcRequest(), "keep-alive", "1"))},
    {"ProxyConnection", Headers(With(GrpcRequest(), "proxy-connection", "close"))},
    {"TransferEncoding", Headers(With(GrpcRequest(), "transfer-encoding", "chunked"))},
    {"Upgrade", Headers(With(GrpcRequest(), "upgrade", "h2c"))},
    {"TeOtherThanTrailers", Headers(Replaced("te", "gzip"))},
    {"TeTrailersAndMore", Headers(Replaced("te", "trailers, gzip"))},
    // Lengths.
    {"ContentLengthOfWords", Headers(With(GrpcRequest(), "content-length", "five"))},
    {"NegativeContentLength", Headers(With(GrpcRequest(), "content-length", "-1"))},
    {"HugeContentLength", Headers(With(GrpcRequest(), "content-length", "99999999999999999999"))},
    {"TwoContentLengths",
     Headers(With(With(GrpcRequest(), "content-length", "1"), "content-length", "2"))},
};

INSTANTIATE_TEST_SUITE_P(All, MalformedRequestTest, ::testing::ValuesIn(kMalformedRequests),
                         [](const auto& info) { return std::string(info.param.what); });

// What is wrong comes after good headers: the user has the stream and hears of its end.
class MalformedBodyTest : public WireTest, public ::testing::WithParamInterface<MalformedRequest> {
 protected:
  MalformedBodyTest() { Greet(); }
};

TEST_P(MalformedBodyTest, EndsItsStreamAlone) {
  Receive(GetParam().wire);
  EXPECT_EQ(error_, "");
  EXPECT_THAT(stream(0).events, Contains(StartsWith("closed by us: ")));
  EXPECT_THAT(Said(), Contains(StartsWith("RST_STREAM 1 ")));
  stream(0).Release();
  ExpectServes(3);
}

WireBuilder WithLength(std::string length) {
  return Headers(With(GrpcRequest(), "content-length", std::move(length)));
}

const MalformedRequest kMalformedBodies[] = {
    {"BodyShorterThanContentLength", WithLength("5").Data(1, "abc", EndStream::kYes)},
    {"BodyLongerThanContentLength", WithLength("2").Data(1, "abc")},
    {"TrailersBeforeContentLength",
     WithLength("5").Data(1, "abc").Headers(1, {{"a", "b"}}, EndStream::kYes)},
    {"TrailersWithoutEnd", Headers(GrpcRequest()).Headers(1, {{"a", "b"}})},
    {"PseudoFieldInTrailers",
     Headers(GrpcRequest()).Headers(1, {{":path", "/evil"}}, EndStream::kYes)},
    {"UpperCaseInTrailers", Headers(GrpcRequest()).Headers(1, {{"A", "b"}}, EndStream::kYes)},
    {"StreamWindowOverflow", Headers(GrpcRequest()).WindowUpdate(1, 0x7fffffff)},
};

INSTANTIATE_TEST_SUITE_P(All, MalformedBodyTest, ::testing::ValuesIn(kMalformedBodies),
                         [](const auto& info) { return std::string(info.param.what); });

// What makes the connection's state unknown ends the connection.
struct BrokenConnection {
  const char* what;
  WireBuilder wire;
  const char* code;
  friend void PrintTo(const BrokenConnection& each, std::ostream* out) { *out << each.what; }
};

class BrokenConnectionTest : public WireTest,
                             public ::testing::WithParamInterface<BrokenConnection> {
 protected:
  BrokenConnectionTest() { Greet(); }
};

TEST_P(BrokenConnectionTest, EndsWithAGoAwayThatNamesTheFault) {
  Receive(WireBuilder().Headers(1, GrpcRequest()));
  Receive(GetParam().wire);
  EXPECT_THAT(Said(), Contains(AllOf(StartsWith("GOAWAY"), EndsWith(GetParam().code))));
  EXPECT_TRUE(peer_.session().finished());
  EXPECT_NE(peer_.session().failure(), "");
}

const BrokenConnection kBrokenConnections[] = {
    {"FrameTooLarge", WireBuilder().Frame(kData, 0, 1, std::string(16'385, 'x')),
     "FRAME_SIZE_ERROR"},
    {"SettingsOfOddLength", WireBuilder().Frame(kSettings, 0, 0, "12345"), "FRAME_SIZE_ERROR"},
    {"SettingsOnAStream", WireBuilder().Frame(kSettings, 0, 1, ""), "PROTOCOL_ERROR"},
    {"SettingsAckWithPayload", WireBuilder().Frame(kSettings, kAckFlag, 0, "123456"),
     "FRAME_SIZE_ERROR"},
    {"SettingsWindowTooLarge", WireBuilder().Settings({{kInitialWindowSize, 0x80000000}}),
     "FLOW_CONTROL_ERROR"},
    {"SettingsFrameSizeTooSmall", WireBuilder().Settings({{kMaxFrameSize, 100}}), "PROTOCOL_ERROR"},
    {"PingOfSevenBytes", WireBuilder().Frame(kPing, 0, 0, "1234567"), "FRAME_SIZE_ERROR"},
    {"PingOnAStream", WireBuilder().Frame(kPing, 0, 1, "12345678"), "PROTOCOL_ERROR"},
    {"ResetOfThreeBytes", WireBuilder().Frame(kRstStream, 0, 1, "123"), "FRAME_SIZE_ERROR"},
    {"ResetOfAnIdleStream", WireBuilder().RstStream(5), "PROTOCOL_ERROR"},
    {"WindowUpdateOfZero", WireBuilder().WindowUpdate(0, 0), "PROTOCOL_ERROR"},
    {"WindowOverflow", WireBuilder().WindowUpdate(0, 0x7fffffff), "FLOW_CONTROL_ERROR"},
    {"WindowUpdateOfAnIdleStream", WireBuilder().WindowUpdate(5, 1), "PROTOCOL_ERROR"},
    {"DataOnAnIdleStream", WireBuilder().Data(5, "abc"), "PROTOCOL_ERROR"},
    {"DataOnStreamZero", WireBuilder().Data(0, "abc"), "PROTOCOL_ERROR"},
    {"HeadersOnStreamZero", WireBuilder().Headers(0, GrpcRequest()), "PROTOCOL_ERROR"},
    {"HeadersOnAnEvenStream", WireBuilder().Headers(2, GrpcRequest()), "PROTOCOL_ERROR"},
    {"PushByAClient",
     WireBuilder().Frame(kPushPromise, kEndHeadersFlag, 1,
                         BigEndian(2, 4) + EncodeHeaders(GrpcRequest())),
     "PROTOCOL_ERROR"},
    {"ContinuationWithoutHeaders", WireBuilder().Continuation(1, "", kEndHeadersFlag),
     "PROTOCOL_ERROR"},
    {"AnotherFrameInsideAHeaderBlock",
     WireBuilder().Frame(kHeaders, 0, 3, EncodeHeaders(GrpcRequest())).Ping(1), "PROTOCOL_ERROR"},
    {"PaddingLongerThanItsFrame",
     WireBuilder().Frame(kData, kPaddedFlag, 1,
                         "\x05"
                         "abc"),
     "PROTOCOL_ERROR"},
    {"BrokenHeaderBlock", WireBuilder().Frame(kHeaders, kEndHeadersFlag, 3, "\xff\xff\xff\xff"),
     "COMPRESSION_ERROR"},
    {"TableSizeAboveTheLimit",
     WireBuilder().Frame(kHeaders, kEndHeadersFlag, 3, "\x3f\xff\xff\x03"), "COMPRESSION_ERROR"},
    {"EndlessInteger",
     WireBuilder().Frame(kHeaders, kEndHeadersFlag, 3, "\x7f" + std::string(50, '\xff')),
     "COMPRESSION_ERROR"},
    {"PreambleAgain", WireBuilder().Preface(), "FRAME_SIZE_ERROR"},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenConnectionTest, ::testing::ValuesIn(kBrokenConnections),
                         [](const auto& info) { return std::string(info.param.what); });

// A refused block still moves the compression state that later blocks build on.
TEST(MalformedTableTest, ARefusedBlockDoesNotDesynchroniseTheNext) {
  Peer server(Role::kServer);
  const std::string indexed = "\x40\x06x-meta\x05value";  // enters the dynamic table as entry 62
  const std::string bad = EncodeHeaders({{"X-Upper", "1"}});
  ASSERT_TRUE(server.Receive(
      WireBuilder()
          .ClientHello()
          .Frame(kHeaders, kEndHeadersFlag, 1, EncodeHeaders(GrpcRequest()) + bad + indexed)
          .Frame(kHeaders, kEndHeadersFlag, 3, EncodeHeaders(GrpcRequest()) + "\xbe")));
  ASSERT_THAT(server.streams, SizeIs(1));
  EXPECT_EQ(server.streams[0]->headers, With(GrpcRequest(), "x-meta", "value"));
}

}  // namespace
}  // namespace evenkeel::http2
