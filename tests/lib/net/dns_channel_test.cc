#include "lib/net/dns_channel.h"

#include <arpa/nameser.h>
#include <gmock/gmock.h>

#include <optional>

#include "lib/net/dns_message.h"
#include "tests/lib/net/dns_server.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using Manner = DnsChannel::Manner;
using Status = DnsChannel::Status;

class DnsChannelTest : public LoopTest {
 protected:
  DnsSettings Settings() const {
    return {.resolvers = {server_.address()}, .timeout = std::chrono::seconds(5)};
  }
  Status Ask(const std::string& name, Manner manner = Manner::kExtended) {
    DnsChannel channel(loop_, Settings(), manner);
    std::optional<Status> status;
    channel.Ask(name, ns_t_a, [&](const DnsChannel::Reply& reply) {
      status = reply.status;
      reason_ = reply.reason;
      if (reply.status == Status::kFound) records_ = ParseDns(reply.message);
    });
    RunUntil([&] {
      server_.ServeTcp();
      return status.has_value();
    });
    return *status;
  }

  DnsServer server_{loop_};
  std::string reason_;
  std::optional<DnsRecords> records_;
};

TEST_F(DnsChannelTest, HasTheAnswersBytes) {
  server_.SetAddresses("users.test", {"10.0.0.1"}, 30);
  EXPECT_EQ(Ask("users.test"), Status::kFound);
  ASSERT_TRUE(records_);
  EXPECT_EQ(records_->addresses.size(), 1U);
}

TEST_F(DnsChannelTest, SaysWhyThereIsNone) {
  server_.SetAddresses("empty.test", {}, 30);
  server_.Fail("failed.test", ns_r_servfail);
  EXPECT_EQ(Ask("nobody.test"), Status::kNoSuchName);
  EXPECT_EQ(Ask("empty.test"), Status::kNoRecords);
  EXPECT_EQ(Ask("failed.test"), Status::kRefused);
  EXPECT_NE(reason_, "");
}

TEST_F(DnsChannelTest, OnlyTheTruncatedMannerTakesWhatFits) {
  server_.SetAddresses("users.test", {"10.0.0.1", "10.0.0.2"}, 30);
  server_.Truncate(1);
  EXPECT_EQ(Ask("users.test", Manner::kExtended), Status::kRefused) << "TCP is refused";
  EXPECT_EQ(Ask("users.test", Manner::kTruncated), Status::kFound);
  ASSERT_TRUE(records_);
  EXPECT_TRUE(records_->truncated);
  server_.ListenForTcp();
  EXPECT_EQ(Ask("users.test", Manner::kExtended), Status::kFound);
  EXPECT_EQ(records_->addresses.size(), 2U);
}

TEST_F(DnsChannelTest, DestroyedInBetweenItAnswersNobody) {
  server_.Ignore("users.test");
  {
    DnsChannel channel(loop_, Settings(), Manner::kPlain);
    channel.Ask("users.test", ns_t_a, [](const auto&) { FAIL() << "it was taken back"; });
    RunUntil([&] { return server_.questions() > 0; });
  }
  Settle();
}

TEST(DnsHostsTest, HasNoNamesThatAreNotThere) {
  EXPECT_TRUE(FindInHosts("no-such-host.invalid", AF_UNSPEC).empty());
}

}  // namespace
}  // namespace evenkeel::net
