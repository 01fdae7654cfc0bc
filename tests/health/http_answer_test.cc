#include "health/http_answer.h"

#include <gtest/gtest.h>

namespace evenkeel::health {
namespace {

HttpAnswer Of(std::string_view bytes) {
  HttpAnswer answer;
  answer.Add(bytes);
  return answer;
}

TEST(HttpAnswerTest, ReadsTheStatus) {
  EXPECT_EQ(Of("HTTP/1.1 200 OK\r\n").status(), 200);
  EXPECT_EQ(Of("HTTP/1.0 503 \n").status(), 503);
  EXPECT_EQ(Of("HTTP/1.1 204\n").status(), 204);
}

TEST(HttpAnswerTest, ComesInPieces) {
  HttpAnswer answer;
  for (const char each : std::string_view("HTTP/1.1 200 OK\r")) {
    answer.Add({&each, 1});
    EXPECT_FALSE(answer.has_status_line());
  }
  answer.Add("\n");
  EXPECT_TRUE(answer.has_status_line());
  EXPECT_EQ(answer.status(), 200);
}

TEST(HttpAnswerTest, WhatIsNoStatusLineHasNoStatus) {
  for (const char* each : {"", "hello\n", "HTTP/2 200\n", "HTTP/1.1\n", "HTTP/1.1 2\n",
                           "HTTP/1.1 20x OK\n", "HTTP/1.1 -12 OK\n", "HTTP/1.1 099 OK\n"}) {
    EXPECT_EQ(Of(each).status(), std::nullopt) << each;
  }
}

TEST(HttpAnswerTest, ALineThatDoesNotEndIsOneAfterAKilobyte) {
  EXPECT_TRUE(Of(std::string(1025, 'x')).has_status_line());
}

TEST(HttpAnswerTest, NamesTheProtocolThatItIs) {
  EXPECT_EQ(Of({"\x15\x03\x01\x00\x02\x02\x46", 7}).WhyForeign(), "the answer is TLS, not HTTP/1");
  EXPECT_EQ(Of({"\0\0\0\x04\0\0\0\0\0", 9}).WhyForeign(), "the answer is HTTP/2, not HTTP/1");
  EXPECT_EQ(Of("+OK\n").WhyForeign(), "the answer is not HTTP/1");
}

TEST(HttpAnswerTest, TheBodysLinesAreItsWords) {
  EXPECT_EQ(Of("HTTP/1.1 503 No\r\nA: b\r\n\r\nnot ready\ncluster a\n").Words(),
            "not ready; cluster a");
  EXPECT_EQ(Of("HTTP/1.1 503 No\r\nA: b\r\n").Words(), "");
  EXPECT_EQ(Of("HTTP/1.1 503 No\r\n\r\n\x1b[1mred\0").Words(), "[1mred");
  EXPECT_LE(Of("HTTP/1.1 503 No\r\n\r\n" + std::string(1000, 'x')).Words().size(), 302u);
}

}  // namespace
}  // namespace evenkeel::health
