// What becomes of a pool whose endpoint breaks HTTP/2 and leaves the socket open.
#include <gmock/gmock.h>

#include "lib/telemetry/metrics.h"
#include "pool/pool.h"
#include "tests/lib/connection/raw_socket.h"
#include "tests/lib/net/loop_test.h"
#include "tests/pool/test_endpoint.h"

namespace evenkeel::pool {
namespace {

using http2::WireBuilder;
using ::testing::IsEmpty;

// It is the one caller, too, and writes by hand what the endpoint says.
class BrokenEndpointTest : public net::LoopTest, private Pool::Observer, private Waiter {
 protected:
  BrokenEndpointTest() {
    endpoint_.HangAfterAccept();
    Pool::Settings settings;
    settings.backoff.initial = std::chrono::milliseconds(1);
    settings.connection.connect_timeout = std::chrono::seconds(15);
    settings.max_connections = 1;
    Pool::Observer& observer = *this;
    pool_.emplace(loop_, random_, worker_,
                  Pool::Target{.endpoint = std::make_shared<balancer::Endpoint>("endpoint"),
                               .id = metrics_.RegisterEndpoint("cluster", "endpoint"),
                               .addresses = {endpoint_.address()}},
                  settings, observer);
  }
  /// The endpoint's side of the next connection, which works.
  rpc::RawSocket Accept() {
    RunUntil([&] { return !endpoint_.hanging.empty(); });
    rpc::RawSocket socket(std::move(endpoint_.hanging.back()));
    endpoint_.hanging.pop_back();
    socket.Write(WireBuilder().ServerHello().text());
    return socket;
  }
  uint64_t Opened() const { return Counters().connections_opened.value(); }
  uint64_t Closed(telemetry::CloseReason reason) const {
    return Counters().connections_closed[static_cast<size_t>(reason)].value();
  }
  void Call() { pool_->Open(*this); }

  void OnRoom(http2::Session& session) override { session_ = &session; }
  void OnUnavailable(const std::string& reason) override { unavailable_ = reason; }
  void OnReadyChanged(Pool&, const std::string&) override {}

  telemetry::Metrics metrics_;
  telemetry::WorkerMetrics& worker_ = metrics_.AddWorker();
  base::Random random_{1};
  TestEndpoint endpoint_{loop_};
  std::optional<Pool> pool_;
  http2::Session* session_ = nullptr;
  std::string unavailable_;

 private:
  const telemetry::EndpointCounters& Counters() const { return *worker_.FindEndpoint(pool_->id()); }
};

TEST_F(BrokenEndpointTest, IsConnectedToAnewAtOnceAndCallsWaitForThat) {
  using telemetry::CloseReason;
  rpc::RawSocket broken = Accept();
  RunUntil([&] { return pool_->state() == Pool::State::kReady; });
  broken.Write(WireBuilder().Frame(http2::kPing, 0, 0, "short").text());
  RunUntil([&] { return !endpoint_.hanging.empty(); });
  EXPECT_EQ(Closed(CloseReason::kProtocolError), 0u);
  Call();
  EXPECT_EQ(session_, nullptr);
  RunUntil([&] { return Closed(CloseReason::kProtocolError) == 1; });
  EXPECT_EQ(worker_.faults(telemetry::Side::kEndpoint,
                           telemetry::FaultFromHttp2(http2::ErrorCode::kFrameSizeError)),
            1u);
  EXPECT_THAT(unavailable_, IsEmpty());
  const rpc::RawSocket next = Accept();
  RunUntil([&] { return session_ != nullptr; });
  EXPECT_EQ(Opened(), 2u);
  EXPECT_EQ(pool_->connection_count(), 1u);
}

}  // namespace
}  // namespace evenkeel::pool
