#include "lib/rpc/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::rpc {
namespace {

using http2::Field;
using http2::ToFields;
using ::testing::ElementsAre;

struct PathCase {
  std::string_view path;
  std::string_view service;  // "": no path of a method
  std::string_view method;
};

TEST(MessageTest, TakesAPathApart) {
  for (const PathCase& each : std::initializer_list<PathCase>{
           {"/a.B/C", "a.B", "C"},
           {"/a/b", "a", "b"},
           {"/prefix/a.B/C", "prefix/a.B", "C"},
           {"/a.B/", "", ""},
           {"//C", "", ""},
           {"/C", "", ""},
           {"/", "", ""},
           {"", "", ""},
           {"a.B/C", "", ""},
           {"*", "", ""},
       }) {
    const auto parts = ParsePath(each.path);
    ASSERT_EQ(parts.has_value(), !each.service.empty()) << each.path;
    if (!parts) continue;
    EXPECT_EQ(parts->service, each.service) << each.path;
    EXPECT_EQ(parts->method, each.method) << each.path;
  }
}

TEST(MessageTest, KnowsGrpcByItsContentType) {
  for (const std::string_view type :
       {"application/grpc", "application/grpc+proto", "application/grpc+json",
        "application/grpc;charset=utf-8", "Application/gRPC", "APPLICATION/GRPC+PROTO"}) {
    EXPECT_TRUE(IsGrpcContentType(type)) << type;
  }
}

TEST(MessageTest, TakesNothingElseForGrpc) {
  for (const std::string_view type :
       {"", "application/json", "application/grpc-web", "application/grpc-web+proto",
        "application/grp", "application/grpcx", " application/grpc", "text/html"}) {
    EXPECT_FALSE(IsGrpcContentType(type)) << type;
  }
}

TEST(MessageTest, AnAnswerIsA200WithGrpcsContentType) {
  EXPECT_TRUE(IsGrpcAnswer(http2::ToHeaderList(http2::GrpcResponse())));
  const auto is_answer = [](std::string_view status, std::string_view type) {
    http2::HeaderList headers;
    headers.Add(":status", status);
    headers.Add("content-type", type);
    return IsGrpcAnswer(headers);
  };
  EXPECT_TRUE(is_answer("200", "application/grpc+proto"));
  EXPECT_FALSE(is_answer("204", "application/grpc"));
  EXPECT_FALSE(is_answer("200", "text/html"));
  EXPECT_FALSE(IsGrpcAnswer({}));
}

TEST(MessageTest, MakesATrailersOnlyResponse) {
  EXPECT_THAT(ToFields(TrailersOnly({StatusCode::kUnavailable, "100% gone"})),
              ElementsAre(Field{":status", "200"}, Field{"content-type", "application/grpc"},
                          Field{"grpc-status", "14"}, Field{"grpc-message", "100%25 gone"}));
}

TEST(MessageTest, LeavesAnEmptyMessageOut) {
  EXPECT_THAT(ToFields(TrailersOnly({StatusCode::kOk, ""})),
              ElementsAre(Field{":status", "200"}, Field{"content-type", "application/grpc"},
                          Field{"grpc-status", "0"}));
}

TEST(MessageTest, MakesTrailers) {
  EXPECT_THAT(ToFields(Trailers({StatusCode::kDeadlineExceeded, "late"})),
              ElementsAre(Field{"grpc-status", "4"}, Field{"grpc-message", "late"}));
}

TEST(MessageTest, MakesAPlainHttpAnswer) {
  EXPECT_THAT(
      ToFields(HttpAnswer("415")),
      ElementsAre(Field{":status", "415"}, Field{"content-type", "text/plain; charset=utf-8"}));
}

}  // namespace
}  // namespace evenkeel::rpc
