#include "lib/rpc/fit_answer.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::rpc {
namespace {

std::string Value(const http2::HeaderList& fields, std::string_view name) {
  return std::string(fields.Find(name).value_or("none"));
}

http2::HeaderList Trailers(std::string_view status, std::string_view message) {
  http2::HeaderList fields;
  fields.Add("grpc-status", status);
  fields.Add("grpc-message", message);
  fields.Add("x-details-bin", std::string(12'000, 'A'));
  return fields;
}

TEST(FitAnswerTest, LeavesWhatFitsAlone) {
  http2::HeaderList fields = Trailers("0", "");
  EXPECT_EQ(FitAnswer(fields, fields.list_size(), StatusCode::kOk), StatusCode::kOk);
  EXPECT_EQ(fields.size(), 3u);
}

TEST(FitAnswerTest, KeepsAFailuresStatusAndMessage) {
  http2::HeaderList fields = Trailers("5", "no such user");
  fields.Add("grpc-retry-pushback-ms", "7");
  EXPECT_EQ(FitAnswer(fields, 8'192, StatusCode::kNotFound), StatusCode::kNotFound);
  EXPECT_LE(fields.list_size(), 8'192u);
  EXPECT_EQ(Value(fields, "grpc-status"), "5");
  EXPECT_EQ(Value(fields, "grpc-message"), "no such user");
  EXPECT_EQ(Value(fields, "grpc-retry-pushback-ms"), "7");
  EXPECT_EQ(Value(fields, "x-details-bin"), "none");
}

TEST(FitAnswerTest, AnOkThatIsNotWholeIsNone) {
  http2::HeaderList fields = Trailers("0", "");
  EXPECT_EQ(FitAnswer(fields, 8'192, StatusCode::kOk), StatusCode::kResourceExhausted);
  EXPECT_EQ(Value(fields, "grpc-status"), "8");
  EXPECT_NE(Value(fields, "grpc-message").find("MAX_HEADER_LIST_SIZE"), std::string::npos);
}

TEST(FitAnswerTest, CutsAMessageBetweenItsEncodedBytes) {
  std::string message;
  for (int i = 0; i < 100; ++i) message += "%C3%BC";
  for (size_t limit = 100; limit < 500; ++limit) {
    http2::HeaderList fields = Trailers("13", message);
    FitAnswer(fields, limit, StatusCode::kInternal);
    ASSERT_LE(fields.list_size(), limit);
    EXPECT_EQ(Value(fields, "grpc-message").size() % 3, 0u) << limit;
  }
}

TEST(FitAnswerTest, KeepsTheStatusWhereNothingElseFits) {
  http2::HeaderList fields = Trailers("13", "why");
  EXPECT_EQ(FitAnswer(fields, 50, StatusCode::kInternal), StatusCode::kInternal);
  EXPECT_EQ(Value(fields, "grpc-status"), "13");
  EXPECT_EQ(fields.size(), 1u);
}

}  // namespace
}  // namespace evenkeel::rpc
