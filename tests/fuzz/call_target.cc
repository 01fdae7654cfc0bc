#include <fcntl.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "balancer/round_robin.h"
#include "lib/base/check.h"
#include "lib/telemetry/call_record.h"
#include "lib/telemetry/metrics.h"
#include "proxy/clients/client_connection.h"
#include "tests/fuzz/frame_of_input.h"
#include "tests/fuzz/fuzz_target.h"

namespace evenkeel::fuzz {
namespace {

// What an input's first byte asks of the route.
constexpr uint8_t kRetry = 1;
constexpr uint8_t kHedging = 2;
constexpr uint8_t kEdits = 4;
constexpr uint8_t kMaxMessage = 8;
constexpr uint8_t kHealthService = 16;

// What the byte before a frame says.
constexpr uint8_t kOfEndpoint = 1;
constexpr uint8_t kAtOnce = 2;  // with the next one, before anything else happens

// One side's end of a socket, whose other end the sidecar has.
class Peer {
 public:
  void Take(base::FileDescriptor socket) {
    socket_ = std::move(socket);
    fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
  }
  bool connected() const { return socket_.get() >= 0; }
  void Close() { socket_ = base::FileDescriptor(); }

  http2::WireBuilder& wire() { return wire_; }
  /// Sends what is on the wire, once there is a connection, and drops what has come.
  void Exchange() {
    if (!connected()) return;
    const auto bytes = wire_.bytes();
    send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    wire_ = {};
    char dropped[16 * 1024];
    while (recv(socket_.get(), dropped, sizeof dropped, 0) > 0) {
    }
  }

 private:
  base::FileDescriptor socket_;
  http2::WireBuilder wire_;
};

config::Listener ListenerOf(uint8_t traits) {
  config::Listener listener;
  listener.health_service = (traits & kHealthService) != 0;
  config::Route& route = listener.routes.emplace_back();
  route.cluster = "users";
  if ((traits & kRetry) != 0) route.calls.retry = config::Retry{};
  if ((traits & kHedging) != 0) {
    route.calls.hedging = config::Hedging{.attempts = 3, .delay = base::Duration::zero()};
  }
  if ((traits & kRetry) != 0) route.calls.hedging.reset();
  if ((traits & kEdits) != 0) route.traffic.response_headers.add = {{"x-added", "1"}};
  if ((traits & kMaxMessage) != 0) route.calls.max_request_message = 100;
  return listener;
}

// A worker's parts without the worker, between a client and an endpoint.
class World final : private proxy::ClientConnection::Owner, private telemetry::CallSink {
 public:
  explicit World(uint8_t traits) {
    context_.sink = this;
    StartEndpoint();
    StartCluster();
    config::Cluster users;
    users.name = "users";
    proxy::RateLimits limits(0);
    const auto binding = base::MakeLocal<proxy::ListenerBinding>(proxy::ListenerId{1});
    binding->routes = base::MakeLocal<const proxy::Routes>(
        proxy::RouteTable::Make(1, ListenerOf(traits), {{"users", {proxy::ClusterId{1}, users}}},
                                limits, metrics_.access(), loop_.Now(), nullptr),
        std::vector{cluster_});
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    client_.Take(base::FileDescriptor(ends[0]));
    proxy::ClientConnection::Owner& owner = *this;
    connection_ = std::make_unique<proxy::ClientConnection>(context_, binding,
                                                            base::FileDescriptor(ends[1]), owner);
    client_.wire().ClientHello();
    endpoint_.wire().ServerHello();
    while (!endpoint_.connected()) loop_.RunOnce();
    Turn();
  }

  void Run(std::span<const uint8_t> input) {
    while (input.size() > kFrameHead) {
      const uint8_t whose = input[0];
      const bool of_endpoint = (whose & kOfEndpoint) != 0;
      input = AddFrame(input.subspan(1), of_endpoint ? http2::GrpcResponse() : http2::GrpcRequest(),
                       (of_endpoint ? endpoint_ : client_).wire());
      if ((whose & kAtOnce) == 0) Turn();
    }
    Turn();
  }

  // Whatever the two have sent: once the client has gone, so have its calls, each with one record,
  // and the endpoint has nothing in flight.
  void End() {
    client_.Close();
    while (connection_) loop_.RunOnce();
    Turn();
    CHECK(started_ == ended_);
    CHECK(target_->in_flight() == 0);
    cluster_->Retire();
    Turn();
  }

 private:
  void StartEndpoint() {
    auto sockets = net::OpenListeners(*base::Address::Parse("127.0.0.1:0"), 1);
    CHECK(sockets);
    address_ = net::SocketAddress::OfSocket(sockets->front().get());
    listener_ = std::make_unique<net::Listener>(
        loop_, std::move(sockets->front()),
        [this](base::FileDescriptor socket) { endpoint_.Take(std::move(socket)); });
  }

  void StartCluster() {
    target_ = std::make_shared<balancer::Endpoint>(address_->ToString());
    health::Availability availability;
    availability.has_eligible = true;
    shared_.retries = std::make_shared<proxy::RetryState>(counters_);
    cluster_ = base::MakeLocal<proxy::Cluster>(
        proxy::Cluster::Settings{
            .name = "users", .hash = {}, .failures = rpc::DefaultFailures(), .reports = {}},
        shared_,
        proxy::Cluster::Events{.on_connection = [](const auto&, int, std::string) {},
                               .on_probe = {},
                               .on_consecutive_failures = {}},
        proxy::Cluster::Snapshot{
            balancer::RoundRobin(0).MakePicker({target_}),
            std::make_shared<const health::Availability>(std::move(availability))},
        random_);
    cluster_->AddMember(
        std::make_unique<pool::Pool>(
            loop_, random_, context_.metrics,
            pool::Pool::Target{.endpoint = target_,
                               .id = metrics_.RegisterEndpoint("users", target_->address()),
                               .addresses = {*address_}},
            pool::Pool::Settings{}, cluster_->observer()),
        nullptr);
  }

  // Lets all happen that what was sent can bring about.
  void Turn() {
    for (int i = 0; i < 3; ++i) {
      client_.Exchange();
      endpoint_.Exchange();
      bool turned = false;
      loop_.Post([&] { turned = true; });
      while (!turned) loop_.RunOnce();
    }
  }

  void OnConnectionGone(proxy::ClientConnection&) override {
    loop_.DeleteLater(std::move(connection_));
  }
  void OnCallStarted(const telemetry::CallRecord&) override { ++started_; }
  void OnCallEnded(const telemetry::CallRecord&) override { ++ended_; }

  net::EventLoop loop_;
  base::Random random_{1};
  telemetry::Metrics metrics_;
  telemetry::RetryCounters counters_;
  proxy::WorkerContext context_{loop_, random_, metrics_.AddWorker()};
  Peer client_;
  Peer endpoint_;
  std::optional<net::SocketAddress> address_;
  std::unique_ptr<net::Listener> listener_;
  balancer::EndpointPtr target_;
  proxy::ClusterShared shared_;
  base::LocalPtr<proxy::Cluster> cluster_;
  std::unique_ptr<proxy::ClientConnection> connection_;
  int started_ = 0;
  int ended_ = 0;
};

}  // namespace

void FuzzCall(std::span<const uint8_t> input) {
  if (input.empty()) return;
  World world(input[0]);
  world.Run(input.subspan(1));
  world.End();
}

}  // namespace evenkeel::fuzz
