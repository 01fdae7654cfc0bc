#include "proxy/discovery/endpoint_source.h"

#include "tests/proxy/discovery/source_test.h"

namespace evenkeel::discovery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A source that finds what a test says.
class PlayedSource final : public EndpointSource {
 public:
  PlayedSource(const Context& context, Events events)
      : EndpointSource("users", "played", context, std::move(events)) {}

  void Find(const std::vector<std::string>& addresses) { Found(Sorted(Endpoints(addresses))); }
  void FindSome(const std::vector<std::string>& addresses, const std::string& reason) {
    Found(Endpoints(addresses), Failure{"timeout", reason});
  }
  void Fail(const std::string& reason) { Failed({"timeout", reason}); }
  void Start(const std::vector<std::string>& addresses) { Has(Endpoints(addresses)); }

 private:
  static std::vector<ResolvedEndpoint> Endpoints(const std::vector<std::string>& addresses) {
    std::vector<ResolvedEndpoint> endpoints;
    for (const std::string& each : addresses) endpoints.push_back({each, {}, {}});
    return endpoints;
  }
};

class EndpointSourceTest : public SourceTest {
 protected:
  size_t Lines(const std::string& text) const {
    size_t count = 0;
    const std::string log = Log();
    for (size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++count;
    return count;
  }

  PlayedSource played_{
      {loop_, random_, metrics_.discovery(), log_},
      {.on_found = [this](auto found) { OnFound(found); }, .on_failed = [this] { ++failures_; }}};
};

TEST_F(EndpointSourceTest, WaitsForItsFirstList) {
  EXPECT_THAT(played_.waiting_for().value_or(""), HasSubstr("played has not answered yet"));
  EXPECT_TRUE(played_.expects_endpoint());
  played_.Find({"b", "a"});
  EXPECT_EQ(played_.waiting_for(), std::nullopt);
  EXPECT_THAT(found_, ElementsAre(ElementsAre("a", "b")));
}

TEST_F(EndpointSourceTest, TheSameListIsNoNews) {
  played_.Find({"a", "b"});
  played_.Find({"b", "a"});
  EXPECT_THAT(found_, SizeIs(1));
}

TEST_F(EndpointSourceTest, OnlyTheFirstFailureBeforeAListIsTold) {
  played_.Fail("silence");
  played_.Fail("silence");
  EXPECT_EQ(failures_, 1);
  EXPECT_FALSE(played_.expects_endpoint());
  EXPECT_THAT(played_.waiting_for().value_or(""), HasSubstr("silence"));
  EXPECT_EQ(Lines("endpoints not found"), 1U);
}

TEST_F(EndpointSourceTest, AFailureAfterAListIsTroubleUntilATrySucceeds) {
  played_.Find({"a"});
  played_.Fail("silence");
  EXPECT_EQ(failures_, 0);
  EXPECT_EQ(played_.waiting_for(), std::nullopt);
  EXPECT_EQ(played_.trouble(), "played: silence");
  played_.Find({"a"});
  EXPECT_EQ(played_.trouble(), "");
  EXPECT_THAT(found_, SizeIs(1));
}

TEST_F(EndpointSourceTest, AListWithAGapIsTakenAndTroubleToo) {
  played_.FindSome({"a"}, "AAAA: silence");
  EXPECT_THAT(found_, ElementsAre(ElementsAre("a")));
  EXPECT_EQ(played_.trouble(), "played: AAAA: silence");
  EXPECT_EQ(played_.waiting_for(), std::nullopt);
  played_.FindSome({"a"}, "AAAA: silence");
  EXPECT_EQ(Lines("endpoints not found"), 1U);
}

TEST_F(EndpointSourceTest, WhatNeedsNoTryIsNotWaitedFor) {
  played_.Start({"a"});
  EXPECT_EQ(played_.waiting_for(), std::nullopt);
  played_.Find({"a"});
  EXPECT_THAT(found_, SizeIs(0)) << "its owner has it";
}

}  // namespace
}  // namespace evenkeel::discovery
