// Which status an answer becomes that is none of gRPC; call_test.cc has all HTTP statuses.
#include "proxy/call/foreign_answer.h"

#include <gtest/gtest.h>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::proxy {
namespace {

using http2::ToHeaderList;
using rpc::StatusCode;

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
