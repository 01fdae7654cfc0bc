#include "lib/trace/sampled_trace.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace evenkeel::trace {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr const char* kUnsampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
constexpr const char* kOther = "00-11111111111111112222222222222222-3333333333333333-01";
constexpr const char* kB3 = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1";
constexpr TraceId kTrace{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736};
constexpr SpanId kOwn = 0xabcdef;
constexpr const char* kOwnParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000abcdef-01";
constexpr const char* kOwnB3 = "4bf92f3577b34da6a3ce929d0e0e4736-0000000000abcdef-1";

http2::HeaderList Headers(const Fields& fields) {
  http2::HeaderList headers;
  headers.Add(":path", "/a/b");
  for (const auto& [name, value] : fields) headers.Add(name, value);
  return headers;
}

Fields FieldsOf(const http2::HeaderList& headers) {
  Fields fields;
  for (const http2::HeaderField each : headers) fields.emplace_back(each.name, each.value);
  return fields;
}

class SampledTraceTest : public ::testing::Test {
 protected:
  SampledTraceTest() {
    for (const Format each : {Format::kW3c, Format::kGrpcTraceBin, Format::kB3}) {
      rules_.formats.Add(each);
    }
  }

  void Sample(double share) { rules_.sampler = Sampler(share); }
  void Use(std::initializer_list<Format> formats) {
    rules_.formats = {};
    for (const Format each : formats) rules_.formats.Add(each);
  }
  std::optional<SampledTrace> Decision(const Fields& fields) {
    return Decide(Headers(fields), rules_, random_);
  }
  // What an endpoint gets of a call that must be sampled, but for its path.
  Fields Sent(const Fields& fields) {
    http2::HeaderList headers = Headers(fields);
    const auto trace = Decide(headers, rules_, random_);
    EXPECT_TRUE(trace);
    if (!trace) return {};
    const FormatList formats = Prepare(headers, *trace, rules_);
    Write(headers, formats, trace->context, 0x9999);  // an attempt before
    Write(headers, formats, trace->context, kOwn);
    Fields sent = FieldsOf(headers);
    sent.erase(sent.begin());
    return sent;
  }

  Rules rules_;
  base::Random random_{1};
};

TEST_F(SampledTraceTest, TheCallersDecisionCounts) {
  EXPECT_FALSE(Decision({{"traceparent", kUnsampled}}));
  EXPECT_FALSE(Decision({{"b3", "0"}}));
  const auto trace = Decision({{"traceparent", kParent}});
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->context.trace, kTrace);
  EXPECT_EQ(trace->context.parent, 0x00f067aa0ba902b7u);
  EXPECT_FALSE(trace->by_sampler);
  Sample(1);
  EXPECT_FALSE(Decision({{"traceparent", kUnsampled}})) << "also against a sampler that takes all";
}

TEST_F(SampledTraceTest, WithoutACallersDecisionTheSamplerDecides) {
  EXPECT_FALSE(Decision({}));
  Sample(1);
  const auto trace = Decision({});
  ASSERT_TRUE(trace);
  EXPECT_TRUE(trace->context.trace.valid());
  EXPECT_EQ(trace->context.parent, 0u);
  EXPECT_TRUE(trace->context.random);
}

TEST_F(SampledTraceTest, ADeferredDecisionKeepsItsIds) {
  const Fields deferred = {{"b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"}};
  EXPECT_FALSE(Decision(deferred));
  Sample(1);
  const auto trace = Decision(deferred);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->context.trace, kTrace);
  EXPECT_TRUE(trace->by_sampler);
}

TEST_F(SampledTraceTest, ALoneStateBeginsATrace) {
  const auto trace = Decision({{"b3", "1"}});
  ASSERT_TRUE(trace);
  EXPECT_TRUE(trace->context.trace.valid());
  EXPECT_FALSE(trace->by_sampler);
}

TEST_F(SampledTraceTest, FormatsAreReadInTheOrderConfigured) {
  const Fields both = {{"traceparent", kOther}, {"b3", kB3}};
  EXPECT_EQ(Decision(both)->context.trace.high, 0x1111111111111111u);
  Use({Format::kB3, Format::kW3c});
  EXPECT_EQ(Decision(both)->context.trace, kTrace);
  Use({Format::kGrpcTraceBin});
  EXPECT_FALSE(Decision(both));
}

TEST_F(SampledTraceTest, AMalformedOneLeavesTheWordToTheNext) {
  EXPECT_EQ(Decision({{"traceparent", "00-nonsense"}, {"b3", kB3}})->context.trace, kTrace);
  EXPECT_FALSE(Decision({{"traceparent", kParent}, {"traceparent", kParent}})) << "two of them";
}

TEST_F(SampledTraceTest, B3InOneHeaderWinsOverSeveral) {
  const Fields multi = {{"x-b3-traceid", "a3ce929d0e0e4736"},
                        {"x-b3-spanid", "00f067aa0ba902b7"},
                        {"x-b3-sampled", "1"}};
  EXPECT_EQ(Decision(multi)->context.trace, (TraceId{0, kTrace.low}));
  Fields both = multi;
  both.emplace_back("b3", kB3);
  EXPECT_EQ(Decision(both)->context.trace, kTrace);
}

TEST_F(SampledTraceTest, TheFormatsThatCameAndThoseConfiguredAreWritten) {
  Use({Format::kW3c});
  EXPECT_EQ(Sent({{"traceparent", kParent}, {"b3", kB3}}),
            (Fields{{"traceparent", kOwnParent}, {"b3", kOwnB3}}));
  Use({Format::kW3c, Format::kB3});
  EXPECT_EQ(Sent({{"traceparent", kParent}}),
            (Fields{{"traceparent", kOwnParent}, {"b3", kOwnB3}}));
}

TEST_F(SampledTraceTest, AForeignContextStaysAsItIs) {
  EXPECT_EQ(Sent({{"traceparent", kParent},
                  {"b3", "11111111111111112222222222222222-3333333333333333-0"}})[0],
            (Fields::value_type{"b3", "11111111111111112222222222222222-3333333333333333-0"}));
  Use({Format::kB3, Format::kW3c});
  EXPECT_EQ(Sent({{"traceparent", kOther}, {"tracestate", "a=1"}, {"b3", kB3}}),
            (Fields{{"traceparent", kOther}, {"tracestate", "a=1"}, {"b3", kOwnB3}}));
}

TEST_F(SampledTraceTest, TracestateGoesOnUntouchedWithItsParent) {
  Use({Format::kW3c});
  const std::string large = "a=" + std::string(250, 'x') + ",b=" + std::string(250, 'y') +
                            ",c=" + std::string(90, 'z');  // 600 bytes
  for (const std::string& each : {std::string("a=1, b=2"), large}) {
    EXPECT_EQ(Sent({{"tracestate", each}, {"traceparent", kParent}}),
              (Fields{{"tracestate", each}, {"traceparent", kOwnParent}}));
  }
}

TEST_F(SampledTraceTest, ABadTracestateGoesAndItsParentStays) {
  Use({Format::kW3c});
  EXPECT_EQ(Sent({{"tracestate", "a=1,b"}, {"traceparent", kParent}}),
            (Fields{{"traceparent", kOwnParent}}));
}

TEST_F(SampledTraceTest, WithAMalformedParentTracestateGoes) {
  Use({Format::kW3c});
  Sample(1);
  const Fields sent = Sent({{"tracestate", "a=1"}, {"traceparent", "00-no"}});
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0], (Fields::value_type{"tracestate", "ot=th:0"}));
  EXPECT_NE(sent[1].second, "00-no");
}

TEST_F(SampledTraceTest, ASamplersDecisionIsToldInTracestate) {
  Use({Format::kW3c, Format::kB3});
  Sample(0.25);
  // Its low 56 bits are just enough.
  const Fields deferred = {
      {"b3", "11111111111111112200000000000000-00f067aa0ba902b7"},
      {"traceparent", "00-11111111111111112200000000000000-00f067aa0ba902b7-00"}};
  Use({Format::kB3, Format::kW3c});
  EXPECT_FALSE(Decision(deferred));
  const Fields enough = {{"b3", "111111111111111122c0000000000000-00f067aa0ba902b7"}};
  const Fields sent = Sent(enough);
  EXPECT_EQ(sent[0], (Fields::value_type{"tracestate", "ot=th:c"}));
}

TEST_F(SampledTraceTest, TheRandomnessOfTracestateCounts) {
  Use({Format::kB3, Format::kW3c});
  Sample(0.25);
  const Fields headers = {
      {"b3", "11111111111111112200000000000000-00f067aa0ba902b7"},
      {"traceparent", "00-11111111111111112200000000000000-00f067aa0ba902b7-00"},
      {"tracestate", "ot=rv:ff000000000000,a=1"}};
  EXPECT_EQ(Sent(headers)[0], (Fields::value_type{"tracestate", "ot=th:c;rv:ff000000000000,a=1"}));
}

TEST_F(SampledTraceTest, DebugIsPassedOn) {
  Use({Format::kB3Multi});
  EXPECT_EQ(Sent({{"x-b3-flags", "1"},
                  {"x-b3-traceid", "a3ce929d0e0e4736"},
                  {"x-b3-spanid", "00f067aa0ba902b7"},
                  {"x-b3-parentspanid", "1111111111111111"}}),
            (Fields{{"x-b3-traceid", "0000000000000000a3ce929d0e0e4736"},
                    {"x-b3-spanid", "0000000000abcdef"},
                    {"x-b3-flags", "1"}}));
}

TEST_F(SampledTraceTest, AnUntrustedParentIsLinkedAndReplaced) {
  Use({Format::kW3c});
  rules_.trust_parent = false;
  EXPECT_FALSE(Decision({{"traceparent", kParent}})) << "its sampler takes none";
  Sample(1);
  const auto trace = Decision({{"traceparent", kParent}});
  ASSERT_TRUE(trace);
  EXPECT_NE(trace->context.trace, kTrace);
  EXPECT_EQ(trace->context.parent, 0u);
  ASSERT_TRUE(trace->link);
  EXPECT_EQ(trace->link->trace, kTrace);
  const Fields sent = Sent({{"traceparent", kParent}, {"tracestate", "a=1"}, {"b3", kB3}});
  for (const auto& [name, value] : sent) EXPECT_EQ(value.find("4bf92f35"), value.npos) << name;
  EXPECT_EQ(sent[0], (Fields::value_type{"tracestate", "ot=th:0"}));
}

}  // namespace
}  // namespace evenkeel::trace
