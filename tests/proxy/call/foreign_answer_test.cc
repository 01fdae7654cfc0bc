// What is a gRPC answer; which status each other one becomes is in call_test.cc.
#include "proxy/call/foreign_answer.h"

#include <gtest/gtest.h>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::proxy {
namespace {

using http2::Fields;
using http2::ToHeaderList;
using rpc::StatusCode;

TEST(ForeignAnswerTest, A200WithGrpcsContentTypeIsAnAnswer) {
  EXPECT_TRUE(IsGrpcAnswer(ToHeaderList(http2::GrpcResponse())));
  EXPECT_FALSE(
      IsGrpcAnswer(ToHeaderList({{":status", "204"}, {"content-type", "application/grpc"}})));
  EXPECT_FALSE(IsGrpcAnswer(ToHeaderList({{":status", "200"}, {"content-type", "text/html"}})));
}

TEST(ForeignAnswerTest, AGrpcStatusWinsOverTheHttpStatus) {
  const auto status =
      StatusOfForeign(ToHeaderList({{":status", "503"}, {"grpc-status", "8"}}), "a:1");
  EXPECT_EQ(status.code, StatusCode::kResourceExhausted);
}

TEST(ForeignAnswerTest, ElseTheHttpStatusDecides) {
  const auto status =
      StatusOfForeign(ToHeaderList({{":status", "404"}, {"content-type", "text/html"}}), "a:1");
  EXPECT_EQ(status.code, StatusCode::kUnimplemented);
  EXPECT_EQ(status.message,
            "endpoint a:1 answered HTTP 404 without grpc-status, content-type \"text/html\"");
}

}  // namespace
}  // namespace evenkeel::proxy
