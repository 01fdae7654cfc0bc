#include "lib/trace/propagation.h"

#include <gtest/gtest.h>

#include <vector>

namespace evenkeel::trace {
namespace {

constexpr Context kContext{.trace = {1, 2}, .parent = 3, .decision = Decision::kSample};
constexpr SpanId kOwn = 4;

TEST(FormatListTest, HasEachOnceInTheOrderOfAdd) {
  FormatList list;
  for (const Format each : {Format::kB3, Format::kW3c, Format::kB3}) list.Add(each);
  EXPECT_EQ(std::vector<Format>(list.begin(), list.end()),
            (std::vector<Format>{Format::kB3, Format::kW3c}));
  EXPECT_FALSE(list.Has(Format::kB3Multi));
}

TEST(PropagationTest, WhatIsWrittenIsFoundAgainInEachFormat) {
  for (const Format each : {Format::kW3c, Format::kGrpcTraceBin, Format::kB3, Format::kB3Multi}) {
    FormatList one;
    one.Add(each);
    http2::HeaderList headers;
    headers.Add("x-b3-nothing", "1");
    Write(headers, one, kContext, kOwn);
    Context sent = kContext;
    sent.parent = kOwn;
    EXPECT_EQ(Extract(headers, one), sent);
    Remove(headers, each);
    EXPECT_EQ(Extract(headers, one), std::nullopt);
    EXPECT_EQ(headers.size(), 1u);
  }
}

TEST(PropagationTest, OfB3InSeveralHeadersTheFirstValueWins) {
  http2::HeaderList headers;
  headers.Add("x-b3-sampled", "0");
  headers.Add("x-b3-sampled", "1");
  EXPECT_EQ(Carried(headers).Read(Format::kB3Multi), Context{.decision = Decision::kDrop});
}

TEST(PropagationTest, WritesInPlaceOfWhatIsThere) {
  FormatList one;
  one.Add(Format::kW3c);
  http2::HeaderList headers;
  Write(headers, one, kContext, 5);
  headers.Add("later", "1");
  Write(headers, one, kContext, kOwn);
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[0].value, "00-00000000000000010000000000000002-0000000000000004-01");
}

}  // namespace
}  // namespace evenkeel::trace
