// Endpoints that lead back: to the sidecar itself, and to it through another one.
#include <gmock/gmock.h>

#include "tests/lib/telemetry/scrape.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::HasSubstr;

class LoopThroughSidecarsTest : public SidecarTest {
 protected:
  static void LeadTo(config::Config& config, const std::string& address) {
    std::vector<config::Endpoint>& endpoints = config.clusters[0].Edit().endpoints;
    endpoints.clear();
    endpoints.emplace_back().address = *base::Address::Parse(address);
  }
  std::unique_ptr<Server> StartOther(const config::Config& config) {
    auto started = Server::Start(
        loop_, config, {.workers = 1, .drain_timeout = std::chrono::seconds(5), .seed = 1},
        sockets_, other_metrics_, log_);
    EXPECT_TRUE(started);
    return std::move(*started);
  }

  telemetry::Metrics other_metrics_;
};

// The configuration has its port as 0, so that the check of addresses does not see it.
TEST_F(LoopThroughSidecarsTest, AnEndpointThatIsTheSidecarItselfIsNeverConnected) {
  AddEndpoint();
  Launch();
  LeadTo(config_, server_->listening_on()[0]);
  ASSERT_TRUE(server_->Apply(config_));
  client_ = Connect();
  StreamLog& call = Call();
  EXPECT_EQ(Finished(call), "14");
  EXPECT_THAT(MessageOf(call), HasSubstr("leads back to this sidecar itself"));
  EXPECT_EQ(telemetry::Scrape(metrics_.Text()).Sum("evenkeel_client_attempt_started_total"), 0);
}

TEST_F(LoopThroughSidecarsTest, ACallThatComesRoundThroughAnotherSidecarEndsThere) {
  AddEndpoint();
  Launch();
  config::Config other_config = config_;
  LeadTo(other_config, server_->listening_on()[0]);
  const std::unique_ptr<Server> other = StartOther(other_config);
  LeadTo(config_, other->listening_on()[0]);
  ASSERT_TRUE(server_->Apply(config_));
  RunUntil([&] { return Ready() == 1; });
  client_ = Connect();
  StreamLog& call = Call();
  EXPECT_EQ(Finished(call), "14");
  EXPECT_THAT(MessageOf(call), HasSubstr("has come through this sidecar before"));
  EXPECT_EQ(telemetry::Scrape(metrics_.Text()).Sum("evenkeel_client_attempt_started_total"), 1);
}

TEST_F(LoopThroughSidecarsTest, AChainOfSidecarsServes) {
  AddEndpoint();
  const std::unique_ptr<Server> other = StartOther(config_);
  LeadTo(config_, other->listening_on()[0]);
  Launch();
  RunUntil([&] { return Ready() == 1; });
  client_ = Connect();
  StreamLog& call = Call();
  const Arrival arrival = Arrived();
  EXPECT_EQ(FieldOf(arrival.log->headers, "evenkeel-via").size(), 8u);
  Answer(*arrival.log);
  EXPECT_EQ(Finished(call), "0");
}

// As an application does that hands on all metadata of a call that it got through a sidecar.
TEST_F(LoopThroughSidecarsTest, AFieldThatAClientBringsIsNoHop) {
  AddEndpoint();
  Launch();
  RunUntil([&] { return Ready() == 1; });
  client_ = Connect();
  Fields fields = GrpcRequest();
  fields.emplace_back("evenkeel-via", "0123abcd");
  StreamLog& call = Call(EndStream::kYes, fields);
  const Arrival arrival = Arrived();
  EXPECT_EQ(FieldOf(arrival.log->headers, "evenkeel-via"), "");
  Answer(*arrival.log);
  EXPECT_EQ(Finished(call), "0");
}

}  // namespace
}  // namespace evenkeel::proxy
