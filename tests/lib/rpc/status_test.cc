#include "lib/rpc/status.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace evenkeel::rpc {
namespace {

struct CodeCase {
  StatusCode code;
  std::string_view name;
  std::string_view number;
};

const std::vector<CodeCase> kCodes = {
    {StatusCode::kOk, "OK", "0"},
    {StatusCode::kCancelled, "CANCELLED", "1"},
    {StatusCode::kUnknown, "UNKNOWN", "2"},
    {StatusCode::kInvalidArgument, "INVALID_ARGUMENT", "3"},
    {StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", "4"},
    {StatusCode::kNotFound, "NOT_FOUND", "5"},
    {StatusCode::kAlreadyExists, "ALREADY_EXISTS", "6"},
    {StatusCode::kPermissionDenied, "PERMISSION_DENIED", "7"},
    {StatusCode::kResourceExhausted, "RESOURCE_EXHAUSTED", "8"},
    {StatusCode::kFailedPrecondition, "FAILED_PRECONDITION", "9"},
    {StatusCode::kAborted, "ABORTED", "10"},
    {StatusCode::kOutOfRange, "OUT_OF_RANGE", "11"},
    {StatusCode::kUnimplemented, "UNIMPLEMENTED", "12"},
    {StatusCode::kInternal, "INTERNAL", "13"},
    {StatusCode::kUnavailable, "UNAVAILABLE", "14"},
    {StatusCode::kDataLoss, "DATA_LOSS", "15"},
    {StatusCode::kUnauthenticated, "UNAUTHENTICATED", "16"},
};

TEST(StatusTest, ListsEveryCode) { ASSERT_EQ(kCodes.size(), size_t{kStatusCodeCount}); }

TEST(StatusTest, SpellsEveryCodeAsGrpcDoes) {
  for (const CodeCase& each : kCodes) EXPECT_EQ(StatusName(each.code), each.name);
}

TEST(StatusTest, FindsEveryCodeByItsName) {
  for (const CodeCase& each : kCodes) EXPECT_EQ(StatusNamed(each.name), each.code);
  EXPECT_EQ(StatusNamed("ok"), std::nullopt);
  EXPECT_EQ(StatusNamed(""), std::nullopt);
}

TEST(StatusTest, WritesEveryCodeInDecimal) {
  for (const CodeCase& each : kCodes) EXPECT_EQ(StatusNumber(each.code), each.number);
}

TEST(StatusTest, ReadsBackWhatItWrites) {
  for (const CodeCase& each : kCodes) EXPECT_EQ(ParseStatus(each.number), each.code);
}

TEST(StatusTest, ReadsLeadingZeros) {
  EXPECT_EQ(ParseStatus("00"), StatusCode::kOk);
  EXPECT_EQ(ParseStatus("014"), StatusCode::kUnavailable);
}

TEST(StatusTest, ReadsCodesItDoesNotKnowAsUnknown) {
  EXPECT_EQ(ParseStatus("17"), StatusCode::kUnknown);
  EXPECT_EQ(ParseStatus("255"), StatusCode::kUnknown);
  EXPECT_EQ(ParseStatus("4294967296"), StatusCode::kUnknown);
  EXPECT_EQ(ParseStatus(std::string(500, '9')), StatusCode::kUnknown);
}

TEST(StatusTest, ReadsNothingFromWhatIsNoNumber) {
  for (const std::string_view value : {"", " ", "OK", "-1", "+1", " 0", "0 ", "1.0", "0x1", "1a"}) {
    EXPECT_EQ(ParseStatus(value), std::nullopt) << "\"" << value << "\"";
  }
}

TEST(StatusTest, MapsHttpStatusesAsGrpcDoes) {
  EXPECT_EQ(StatusFromHttp(400), StatusCode::kInternal);
  EXPECT_EQ(StatusFromHttp(401), StatusCode::kUnauthenticated);
  EXPECT_EQ(StatusFromHttp(403), StatusCode::kPermissionDenied);
  EXPECT_EQ(StatusFromHttp(404), StatusCode::kUnimplemented);
  EXPECT_EQ(StatusFromHttp(429), StatusCode::kUnavailable);
  EXPECT_EQ(StatusFromHttp(431), StatusCode::kInternal);
  EXPECT_EQ(StatusFromHttp(502), StatusCode::kUnavailable);
  EXPECT_EQ(StatusFromHttp(503), StatusCode::kUnavailable);
  EXPECT_EQ(StatusFromHttp(504), StatusCode::kUnavailable);
}

TEST(StatusTest, MapsEveryOtherHttpStatusToUnknownEven200) {
  const std::set<int> mapped = {400, 401, 403, 404, 429, 431, 502, 503, 504};
  for (int http_status = 100; http_status < 600; ++http_status) {
    if (mapped.contains(http_status)) continue;
    EXPECT_EQ(StatusFromHttp(http_status), StatusCode::kUnknown) << http_status;
  }
  EXPECT_EQ(StatusFromHttp(0), StatusCode::kUnknown);
  EXPECT_EQ(StatusFromHttp(-1), StatusCode::kUnknown);
}

TEST(StatusTest, MapsResetsThatBlameTheTransportToInternal) {
  for (const uint32_t code : {0x0, 0x1, 0x2, 0x3, 0x4, 0x6, 0x9, 0xa}) {
    EXPECT_EQ(StatusFromReset(code), StatusCode::kInternal) << code;
  }
}

TEST(StatusTest, MapsResetsWithAMeaningOfTheirOwn) {
  EXPECT_EQ(StatusFromReset(0x7), StatusCode::kUnavailable);        // REFUSED_STREAM
  EXPECT_EQ(StatusFromReset(0x8), StatusCode::kCancelled);          // CANCEL
  EXPECT_EQ(StatusFromReset(0xb), StatusCode::kResourceExhausted);  // ENHANCE_YOUR_CALM
  EXPECT_EQ(StatusFromReset(0xc), StatusCode::kPermissionDenied);   // INADEQUATE_SECURITY
}

TEST(StatusTest, MapsResetsThatGrpcLeavesOpenToUnknown) {
  EXPECT_EQ(StatusFromReset(0x5), StatusCode::kUnknown);  // STREAM_CLOSED
  EXPECT_EQ(StatusFromReset(0xd), StatusCode::kUnknown);  // HTTP_1_1_REQUIRED
  EXPECT_EQ(StatusFromReset(0xe), StatusCode::kUnknown);  // not assigned
  EXPECT_EQ(StatusFromReset(0xffffffff), StatusCode::kUnknown);
}

TEST(StatusTest, LeavesAPlainMessageAsItIs) {
  EXPECT_EQ(EncodeMessage(""), "");
  EXPECT_EQ(EncodeMessage("no healthy endpoint in cluster users: 2 ejected"),
            "no healthy endpoint in cluster users: 2 ejected");
}

TEST(StatusTest, EscapesPercentControlsAndUtf8) {
  EXPECT_EQ(EncodeMessage("100%"), "100%25");
  EXPECT_EQ(EncodeMessage(" a b "), "%20a b%20");
  EXPECT_EQ(EncodeMessage(" "), "%20");
  EXPECT_EQ(EncodeMessage("two\r\nlines\t"), "two%0D%0Alines%09");
  EXPECT_EQ(EncodeMessage("grün"), "gr%C3%BCn");
  EXPECT_EQ(EncodeMessage(std::string("\0\x7f", 2)), "%00%7F");
}

TEST(StatusTest, EscapesEveryByteThatAHeaderCannotCarry) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string encoded = EncodeMessage(std::string{'a', static_cast<char>(byte), 'b'});
    const bool plain = byte >= 0x20 && byte <= 0x7e && byte != '%';
    EXPECT_EQ(encoded.size(), plain ? 3u : 5u) << byte;
    EXPECT_TRUE(std::ranges::all_of(encoded, [](char c) { return c >= ' ' && c <= '~'; })) << byte;
  }
}

}  // namespace
}  // namespace evenkeel::rpc
