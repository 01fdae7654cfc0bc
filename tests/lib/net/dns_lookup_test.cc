#include "lib/net/dns_lookup.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <functional>
#include <optional>

#include "tests/lib/net/dns_server.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class DnsLookupTest : public LoopTest {
 protected:
  using Result = base::Result<DnsAnswer, DnsFailure>;

  Result Ask(DnsQuestion question, base::Duration timeout = 10s) {
    std::optional<Result> result;
    DnsLookup lookup(loop_,
                     {.resolvers = {server_.address()}, .timeout = timeout, .family = family_},
                     std::move(question), [&](Result answer) { result = std::move(answer); });
    RunUntil([&] {
      server_.ServeTcp();
      return result.has_value();
    });
    return *result;
  }
  Result AskForAddresses(const std::string& name, base::Duration timeout = 10s) {
    return Ask({DnsQuestion::Records::kAddresses, name, 50051}, timeout);
  }
  Result AskForServices(const std::string& name) {
    return Ask({DnsQuestion::Records::kServices, name});
  }
  static std::vector<std::string> Endpoints(const Result& result) {
    std::vector<std::string> texts;
    EXPECT_TRUE(result) << result.error().reason;
    if (!result) return texts;
    for (const DnsAnswer::Endpoint& each : result->endpoints) {
      texts.push_back(each.address.ToString() + " p" + std::to_string(each.priority) + " w" +
                      std::to_string(each.weight));
    }
    return texts;
  }

  DnsServer server_{loop_};
  DnsSettings::Family family_ = DnsSettings::Family::kAll;
};

TEST_F(DnsLookupTest, FindsEveryAddressOfBothFamilies) {
  server_.SetAddresses("users.test", {"10.0.0.1", "10.0.0.2", "2001:db8::1"}, 30);
  const auto answer = AskForAddresses("users.test.");
  EXPECT_THAT(Endpoints(answer),
              UnorderedElementsAre("10.0.0.1:50051 p0 w0", "10.0.0.2:50051 p0 w0",
                                   "[2001:db8::1]:50051 p0 w0"));
  EXPECT_EQ(answer->ttl, 30s);
}

TEST_F(DnsLookupTest, FindsTheAddressesOfEachServicesTarget) {
  server_.SetServices("_grpc._tcp.users.test",
                      {{"a.test", 1001, 0, 10}, {"b.test", 1002, 5, 20}, {"b.test", 1003, 5, 0}},
                      60);
  server_.SetAddresses("a.test", {"10.0.0.1"}, 7);
  server_.SetAddresses("b.test", {"10.0.0.2", "2001:db8::2"}, 90);
  const auto answer = AskForServices("_grpc._tcp.users.test.");
  EXPECT_THAT(Endpoints(answer),
              UnorderedElementsAre("10.0.0.1:1001 p0 w10", "10.0.0.2:1002 p5 w20",
                                   "[2001:db8::2]:1002 p5 w20", "10.0.0.2:1003 p5 w0",
                                   "[2001:db8::2]:1003 p5 w0"));
  EXPECT_EQ(answer->ttl, 7s) << "the least of all";
}

TEST_F(DnsLookupTest, ATargetWithoutAddressesIsLeftOut) {
  server_.SetServices("_grpc._tcp.users.test", {{"a.test", 1001, 0, 1}, {"gone.test", 1002, 0, 1}},
                      60);
  server_.SetAddresses("a.test", {"10.0.0.1"}, 60);
  EXPECT_THAT(Endpoints(AskForServices("_grpc._tcp.users.test.")),
              UnorderedElementsAre("10.0.0.1:1001 p0 w1"));
}

TEST_F(DnsLookupTest, AServiceThatIsDecidedlyNotThereHasNoRecords) {
  server_.SetServices("_grpc._tcp.users.test", {{"", 0, 0, 0}}, 60);
  const auto answer = AskForServices("_grpc._tcp.users.test.");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, DnsFailure::Kind::kNoRecords);
}

TEST_F(DnsLookupTest, SaysThatThereIsNoSuchName) {
  const auto answer = AskForAddresses("nobody.test.");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, DnsFailure::Kind::kNoSuchName);
  EXPECT_THAT(answer.error().reason, HasSubstr("nobody.test."));
}

TEST_F(DnsLookupTest, AServerThatSaysNothingIsATimeout) {
  server_.Ignore("users.test");
  const auto answer = AskForAddresses("users.test.", 20ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, DnsFailure::Kind::kTimeout);
}

TEST_F(DnsLookupTest, LocalhostIsNotAskedFor) {
  for (const char* name : {"localhost", "a.localhost."}) {
    const auto answer = AskForAddresses(name);
    ASSERT_TRUE(answer) << name;
    EXPECT_THAT(Endpoints(answer), ::testing::Contains("127.0.0.1:50051 p0 w0"));
  }
  EXPECT_EQ(server_.questions(), 0);
}

TEST_F(DnsLookupTest, AFamilyThatIsNotWantedIsNotAskedFor) {
  server_.SetAddresses("users.test", {"10.0.0.1", "2001:db8::1"}, 30);
  family_ = DnsSettings::Family::kIpv4;
  EXPECT_THAT(Endpoints(AskForAddresses("users.test.")),
              UnorderedElementsAre("10.0.0.1:50051 p0 w0"));
  EXPECT_EQ(server_.questions(), 1);
  family_ = DnsSettings::Family::kIpv6;
  EXPECT_THAT(Endpoints(AskForAddresses("users.test.")),
              UnorderedElementsAre("[2001:db8::1]:50051 p0 w0"));
}

TEST_F(DnsLookupTest, ATargetWhoseServerFailsLeavesAGap) {
  server_.SetServices("_grpc._tcp.users.test", {{"a.test", 1001, 0, 1}, {"b.test", 1002, 0, 1}},
                      60);
  server_.SetAddresses("a.test", {"10.0.0.1"}, 60);
  server_.Fail("b.test", ns_r_servfail);
  const auto answer = AskForServices("_grpc._tcp.users.test.");
  EXPECT_THAT(Endpoints(answer), UnorderedElementsAre("10.0.0.1:1001 p0 w1"));
  ASSERT_TRUE(answer->gap);
  EXPECT_EQ(answer->gap->family, AF_UNSPEC);
}

TEST_F(DnsLookupTest, DestroyedInBetweenItAnswersNobody) {
  server_.Ignore("users.test");
  DnsLookup(loop_, {.resolvers = {server_.address()}, .timeout = 10s},
            {DnsQuestion::Records::kAddresses, "users.test.", 1},
            [](Result) { FAIL() << "it was taken back"; });
  RunUntil([&] { return server_.questions() >= 2; });
}

// One answer each, with what glibc's and Go's resolvers make of it where they agree.
struct Case {
  std::string_view what;
  std::function<void(DnsServer&)> zone;
  /// Addresses without the port; then "gap" and the family ("4", "6", "any") that lacks. Or the
  /// kind of the failure.
  std::string_view expected;
  std::string name = "users.";
  std::string_view search{};
  std::string_view options{};
};

std::string TextOf(const base::Result<DnsAnswer, DnsFailure>& result) {
  static constexpr std::string_view kKinds[] = {"no such name", "no records", "timeout", "refused",
                                                "other"};
  if (!result) return std::string(kKinds[static_cast<size_t>(result.error().kind)]);
  std::vector<std::string> texts;
  for (SocketAddress address : [&] {
         std::vector<SocketAddress> addresses;
         for (const auto& each : result->endpoints) addresses.push_back(each.address);
         return addresses;
       }()) {
    address.set_port(0);
    const std::string text = address.ToString();
    texts.push_back(text.substr(0, text.rfind(':')));
  }
  std::ranges::sort(texts);
  std::string text;
  for (const std::string& each : texts) text += (text.empty() ? "" : " ") + each;
  if (!result->gap) return text;
  const int family = result->gap->family;
  return text + (family == AF_INET ? " gap 4" : family == AF_INET6 ? " gap 6" : " gap any");
}

void Both(DnsServer& server) { server.SetAddresses("users", {"10.0.0.1", "2001:db8::1"}, 30); }
void OnlyIpv4(DnsServer& server) { server.SetAddresses("users", {"10.0.0.1"}, 30); }

const std::vector<Case> kCases = {
    {"both families", Both, "10.0.0.1 [2001:db8::1]"},
    {"IPv4 alone", OnlyIpv4, "10.0.0.1"},
    {"IPv6 alone", [](auto& s) { s.SetAddresses("users", {"2001:db8::1"}, 30); }, "[2001:db8::1]"},
    {"no such name", [](auto&) {}, "no such name"},
    {"no records", [](auto& s) { s.SetAddresses("users", {}, 30); }, "no records"},
    {"SERVFAIL", [](auto& s) { s.Fail("users", ns_r_servfail); }, "refused"},
    {"REFUSED", [](auto& s) { s.Fail("users", ns_r_refused); }, "refused"},
    {"silence", [](auto& s) { s.Ignore("users"); }, "timeout"},
    {"AAAA SERVFAIL", [](auto& s) { OnlyIpv4(s), s.Fail("users", ns_r_servfail, ns_t_aaaa); },
     "10.0.0.1 gap 6"},
    {"AAAA REFUSED", [](auto& s) { OnlyIpv4(s), s.Fail("users", ns_r_refused, ns_t_aaaa); },
     "10.0.0.1 gap 6"},
    {"AAAA silent", [](auto& s) { OnlyIpv4(s), s.Ignore("users", ns_t_aaaa); }, "10.0.0.1 gap 6"},
    {"A NOTIMP", [](auto& s) { Both(s), s.Fail("users", ns_r_notimpl, ns_t_a); },
     "[2001:db8::1] gap 4"},
    {"EDNS is an error", [](auto& s) { Both(s), s.FailEdns(ns_r_formerr); },
     "10.0.0.1 [2001:db8::1]"},
    {"EDNS is not implemented", [](auto& s) { Both(s), s.FailEdns(ns_r_notimpl); },
     "10.0.0.1 [2001:db8::1]"},
    {"EDNS is dropped", [](auto& s) { Both(s), s.FailEdns(DnsServer::kSilence); },
     "10.0.0.1 [2001:db8::1]"},
    {"truncated, the rest over TCP",
     [](auto& s) {
       s.SetAddresses("users", {"10.0.0.1", "10.0.0.2", "10.0.0.3"}, 30);
       s.Truncate(1), s.ListenForTcp();
     },
     "10.0.0.1 10.0.0.2 10.0.0.3"},
    {"truncated, TCP refused",
     [](auto& s) {
       s.SetAddresses("users", {"10.0.0.1", "10.0.0.2"}, 30), s.Truncate(1);
     },
     "10.0.0.1 gap 4"},
    {"truncated to nothing, TCP refused", [](auto& s) { OnlyIpv4(s), s.Truncate(0); }, "refused"},
    {"what is no address of a host",
     [](auto& s) {
       s.SetAddresses("users",
                      {"0.0.0.0", "10.0.0.1", "224.0.0.1", "255.255.255.255", "::", "ff02::1"}, 30);
     },
     "10.0.0.1"},
    {"a blocked name",
     [](auto& s) {
       s.SetAddresses("users", {"0.0.0.0", "::"}, 30);
     },
     "no records"},
    {"search: the first domain has IPv4, the last both",
     [](auto& s) {
       s.SetAddresses("users.ns.test", {"10.0.0.1"}, 30);
       s.SetAddresses("users.corp.test", {"10.0.0.66", "2001:db8::66"}, 30);
     },
     "10.0.0.1", "users", "ns.test svc.test corp.test", "ndots:5"},
    {"search: the last domain's server fails",
     [](auto& s) {
       s.SetAddresses("users.ns.test", {"10.0.0.1"}, 30);
       s.Fail("users.corp.test", ns_r_servfail);
     },
     "10.0.0.1", "users", "ns.test corp.test", "ndots:5"},
    {"search: the name as it is has IPv4, the domain IPv6",
     [](auto& s) { OnlyIpv4(s), s.SetAddresses("users.corp.test", {"2001:db8::2"}, 30); },
     "10.0.0.1", "users", "corp.test", "ndots:0"},
    {"search: the name as it is, the domain is silent",
     [](auto& s) { OnlyIpv4(s), s.Ignore("users.corp.test"); }, "10.0.0.1", "users", "corp.test",
     "ndots:0"},
    {"search: the second domain has it",
     [](auto& s) { s.SetAddresses("users.b.test", {"10.0.0.1"}, 30); }, "10.0.0.1", "users",
     "a.test b.test", "ndots:5"},
    {"search: a domain without records is passed over",
     [](auto& s) {
       s.SetAddresses("users.a.test", {}, 30);
       s.SetAddresses("users.b.test", {"10.0.0.1"}, 30);
     },
     "10.0.0.1", "users", "a.test b.test", "ndots:5"},
    {"search: a domain that fails is passed over, and may have had others",
     [](auto& s) {
       s.Fail("users.a.test", ns_r_servfail);
       s.SetAddresses("users.b.test", {"10.0.0.1"}, 30);
     },
     "10.0.0.1 gap any", "users", "a.test b.test", "ndots:5"},
    {"search: silence ends it",
     [](auto& s) {
       s.Ignore("users.a.test");
       s.SetAddresses("users.b.test", {"10.0.0.1"}, 30);
     },
     "timeout", "users", "a.test b.test", "ndots:5"},
    {"search: as it is at the end", OnlyIpv4, "10.0.0.1", "users", "a.test b.test", "ndots:5"},
    {"search: a final dot keeps it out",
     [](auto& s) { s.SetAddresses("users.a.test", {"10.0.0.1"}, 30); }, "no such name", "users.",
     "a.test", "ndots:5"},
};

class DnsAnswerTest : public DnsLookupTest, public ::testing::WithParamInterface<Case> {
 protected:
  ~DnsAnswerTest() override {
    unsetenv("LOCALDOMAIN");
    unsetenv("RES_OPTIONS");
  }
};

TEST_P(DnsAnswerTest, Means) {
  const Case& param = GetParam();
  if (!param.search.empty()) {  // what resolv.conf would say
    setenv("LOCALDOMAIN", std::string(param.search).c_str(), 1);
    setenv("RES_OPTIONS", std::string(param.options).c_str(), 1);
  }
  param.zone(server_);
  EXPECT_EQ(TextOf(AskForAddresses(param.name, 100ms)), param.expected) << param.what;
}

INSTANTIATE_TEST_SUITE_P(All, DnsAnswerTest, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return std::to_string(info.index); });

}  // namespace
}  // namespace evenkeel::net
