#include "lib/trace/context.h"

#include <gtest/gtest.h>

#include <string>

#include "lib/base/random.h"

namespace evenkeel::trace {
namespace {

constexpr TraceId kTrace{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736};
constexpr SpanId kSpan = 0x00f067aa0ba902b7;
constexpr const char* kTrace32 = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr const char* kSpan16 = "00f067aa0ba902b7";

std::string Parent(const std::string& version, const std::string& flags,
                   const std::string& rest = "") {
  return version + "-" + kTrace32 + "-" + kSpan16 + "-" + flags + rest;
}

Context With(Decision decision, bool random = false) {
  return {.trace = kTrace, .parent = kSpan, .decision = decision, .random = random};
}

TEST(TraceparentTest, IsReadWithItsFlags) {
  EXPECT_EQ(ParseTraceparent(Parent("00", "01")), With(Decision::kSample));
  EXPECT_EQ(ParseTraceparent(Parent("00", "00")), With(Decision::kDrop));
  EXPECT_EQ(ParseTraceparent(Parent("00", "03")), With(Decision::kSample, true));
  EXPECT_EQ(ParseTraceparent(Parent("00", "02")), With(Decision::kDrop, true));
  EXPECT_EQ(ParseTraceparent(Parent("00", "fd")), With(Decision::kSample)) << "unknown flags";
}

TEST(TraceparentTest, OfHigherVersionsTheFirstFieldsCount) {
  EXPECT_EQ(ParseTraceparent(Parent("01", "01")), With(Decision::kSample));
  EXPECT_EQ(ParseTraceparent(Parent("cc", "01", "-what-the-future-brings")),
            With(Decision::kSample));
  EXPECT_EQ(ParseTraceparent(Parent("cc", "01", ".what")), std::nullopt);
}

TEST(TraceparentTest, IsIgnoredWhenMalformed) {
  const std::string good = Parent("00", "01");
  for (const std::string& each :
       {std::string(), Parent("ff", "01"), Parent("00", "01", "-more"), Parent("00", "01", " "),
        Parent("0", "01"), Parent("0x", "01"), Parent("00", "0"), Parent("00", "0g"),
        Parent("00", "0A"), Parent("FE", "01"),
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01" + std::string(),
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01" + std::string(),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01" + std::string(),
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" + std::string(), " " + good}) {
    EXPECT_EQ(ParseTraceparent(each), std::nullopt) << each;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(ParseTraceparent(good.substr(0, size)), std::nullopt) << size;
  }
}

TEST(TraceparentTest, IsWrittenAsVersion00OfTheOwnSpan) {
  EXPECT_EQ(View(FormatTraceparent(With(Decision::kSample), 0xabc)),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000abc-01");
  EXPECT_EQ(View(FormatTraceparent(With(Decision::kDebug, true), kSpan)), Parent("00", "03"));
}

TEST(B3Test, IsReadInOneHeader) {
  const std::string ids = std::string(kTrace32) + "-" + kSpan16;
  EXPECT_EQ(ParseB3(ids + "-1"), With(Decision::kSample));
  EXPECT_EQ(ParseB3(ids + "-0"), With(Decision::kDrop));
  EXPECT_EQ(ParseB3(ids + "-d"), With(Decision::kDebug));
  EXPECT_EQ(ParseB3(ids), With(Decision::kNone));
  EXPECT_EQ(ParseB3(ids + "-1-05e3ac9a4f6e3b90"), With(Decision::kSample));
  EXPECT_EQ(ParseB3("a3ce929d0e0e4736-00f067aa0ba902b7-1"),
            (Context{.trace = {0, kTrace.low}, .parent = kSpan, .decision = Decision::kSample}));
}

TEST(B3Test, IsReadAsALoneState) {
  EXPECT_EQ(ParseB3("0"), Context{.decision = Decision::kDrop});
  EXPECT_EQ(ParseB3("1"), Context{.decision = Decision::kSample});
  EXPECT_EQ(ParseB3("d"), Context{.decision = Decision::kDebug});
}

TEST(B3Test, IsIgnoredWhenMalformed) {
  const std::string ids = std::string(kTrace32) + "-" + kSpan16;
  for (const std::string& each :
       {std::string(), std::string("x"), std::string("-"), std::string("10"), ids + "-", ids + "-2",
        ids + "-1-", ids + "-1-05e3ac9a4f6e3b9", ids + "x1", ids + "-1x",
        std::string("a3ce929d0e0e473-00f067aa0ba902b7-1"),
        std::string("0000000000000000-00f067aa0ba902b7-1"),
        std::string("a3ce929d0e0e4736-0000000000000000-1"), std::string("a3ce929d0e0e4736-")}) {
    EXPECT_EQ(ParseB3(each), std::nullopt) << each;
  }
}

TEST(B3Test, IsReadInSeveralHeaders) {
  const B3Fields ids{.trace_id = kTrace32, .span_id = kSpan16};
  const auto with = [&ids](std::string_view sampled, std::string_view flags) {
    B3Fields fields = ids;
    fields.sampled = sampled;
    fields.flags = flags;
    return ParseB3(fields);
  };
  EXPECT_EQ(with("1", {}), With(Decision::kSample));
  EXPECT_EQ(with("true", {}), With(Decision::kSample));
  EXPECT_EQ(with("0", {}), With(Decision::kDrop));
  EXPECT_EQ(with("false", {}), With(Decision::kDrop));
  EXPECT_EQ(with({}, {}), With(Decision::kNone));
  EXPECT_EQ(with({}, "1"), With(Decision::kDebug));
  EXPECT_EQ(with("0", "1"), With(Decision::kDebug)) << "debug implies sampled";
  EXPECT_EQ(with("1", "0"), With(Decision::kSample));
  EXPECT_EQ(with("d", {}), std::nullopt);
  EXPECT_EQ(with("yes", {}), std::nullopt);
}

TEST(B3Test, InSeveralHeadersNeedsBothIdsOrNone) {
  EXPECT_EQ(ParseB3(B3Fields{}), std::nullopt);
  EXPECT_EQ(ParseB3(B3Fields{.sampled = "0"}), Context{.decision = Decision::kDrop});
  EXPECT_EQ(ParseB3(B3Fields{.trace_id = kTrace32, .sampled = "1"}), std::nullopt);
  EXPECT_EQ(ParseB3(B3Fields{.trace_id = "12", .span_id = kSpan16}), std::nullopt);
}

TEST(B3Test, IsWrittenWithoutAParent) {
  const std::string ids = std::string(kTrace32) + "-" + kSpan16;
  EXPECT_EQ(View(FormatB3(With(Decision::kSample), kSpan)), ids + "-1");
  EXPECT_EQ(View(FormatB3(With(Decision::kDebug), kSpan)), ids + "-d");
}

// OpenCensus' own example of its binary encoding.
TEST(GrpcTraceBinTest, IsReadAndWritten) {
  const Context context{.trace = {0x4041424344454647, 0x48494a4b4c4d4e4f},
                        .parent = 0x6162636465666768,
                        .decision = Decision::kSample};
  constexpr std::string_view kText = "AABAQUJDREVGR0hJSktMTU5PAWFiY2RlZmdoAgE";
  EXPECT_EQ(View(FormatGrpcTraceBin(context, context.parent)), kText);
  EXPECT_EQ(ParseGrpcTraceBin(kText), context);
  EXPECT_EQ(ParseGrpcTraceBin(std::string(kText) + "="), context);
}

TEST(GrpcTraceBinTest, IsIgnoredWhenMalformed) {
  for (const std::string_view each : {
           "",
           "AABAQUJDREVGR0hJSktMTU5PAWFiY2RlZmdoAg",    // 28 bytes
           "AABAQUJDREVGR0hJSktMTU5PAWFiY2RlZmdoAgEA",  // 30
           "AQBAQUJDREVGR0hJSktMTU5PAWFiY2RlZmdoAgE",   // version 1
           "AAFAQUJDREVGR0hJSktMTU5PAWFiY2RlZmdoAgE",   // no trace id at its place
           "AABAQUJDREVGR0hJSktMTU5PAmFiY2RlZmdoAgE",   // no span id
           "AABAQUJDREVGR0hJSktMTU5PAWFiY2RlZmdoAwE",   // no flags
           "AAAAAAAAAAAAAAAAAAAAAAAAAWFiY2RlZmdoAgE",   // zeros
           "AABAQUJDREVGR0hJSktMTU5PAQAAAAAAAAAAAgE",   // zeros
           "AABAQUJDREVGR0hJSktMTU5PAWFiY2RlZmd*AgE",   // no base64
       }) {
    EXPECT_EQ(ParseGrpcTraceBin(each), std::nullopt) << each;
  }
}

TEST(ContextTest, WhatIsWrittenIsReadAgain) {
  base::Random random(7);
  for (int i = 0; i < 1000; ++i) {
    const Context context{.trace = {random(), random()},
                          .parent = random(),
                          .decision = i % 2 == 0 ? Decision::kSample : Decision::kDrop};
    EXPECT_EQ(ParseTraceparent(View(FormatTraceparent(context, context.parent))), context);
    EXPECT_EQ(ParseB3(View(FormatB3(context, context.parent))), context);
    EXPECT_EQ(ParseGrpcTraceBin(View(FormatGrpcTraceBin(context, context.parent))), context);
  }
}

}  // namespace
}  // namespace evenkeel::trace
