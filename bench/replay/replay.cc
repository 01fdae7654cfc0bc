// A fixed number of calls through a whole sidecar in one process, for counts that repeat.
//
// One worker, one client, one endpoint or many; the last two are played on the main thread, batch
// by batch, so that every run has the same turns. Prints what the worker asked of the system for
// each call once all is warm. Under callgrind, bench/check counts the worker's instructions.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/replay/player.h"
#include "bench/replay/worker_counts.h"
#include "lib/net/listener.h"
#include "lib/net/listening_sockets.h"
#include "lib/tls/sha256.h"
#include "proxy/server/server.h"

namespace evenkeel::bench {
namespace {

// Until every buffer and table is what it stays.
constexpr size_t kWarmBatches = 20;
constexpr size_t kWarmCallsOfAnEndpoint = 10;

/// What calls have to pass.
enum class Access { kOpen, kToken, kRules };
constexpr std::string_view kAccessNames[] = {"open", "token", "rules"};

constexpr std::string_view kToken =
    "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

class Replay {
 public:
  Replay(size_t streams, size_t message_size, size_t endpoints, Access access)
      : message_(MessageOf(message_size)), client_(loop_, streams, message_), access_(access) {
    if (access == Access::kToken)
      client_.AddField("authorization", "Bearer " + std::string(kToken));
    auto sockets = net::OpenListeners(*base::Address::Parse("0.0.0.0:0"), 1);
    const auto address = net::SocketAddress::OfSocket(sockets->front().get());
    listener_.emplace(loop_, std::move(sockets->front()), [this](base::FileDescriptor socket) {
      endpoints_.push_back(std::make_unique<EndpointPlayer>(loop_, message_));
      endpoints_.back()->connection().Attach(std::move(socket));
    });
    const std::string text = address.ToString();
    StartServer(text.substr(text.rfind(':')), endpoints);
    client_.connection().Connect(
        net::SocketAddress::From(*base::Address::Parse(server_->listening_on()[0])));
    const auto ready = [](const auto& each) { return each->ready(); };
    while (!client_.ready() || !server_->NotReadyReasons().empty() ||
           endpoints_.size() < endpoints || !std::ranges::all_of(endpoints_, ready)) {
      loop_.RunOnce();
    }
  }

  void Play(size_t batches) {
    for (size_t i = 0; i < batches; ++i) {
      loop_.Post([this] { client_.PlayBatch(); });
      do {
        loop_.RunOnce();
      } while (!client_.idle());
    }
  }
  size_t succeeded() const { return client_.succeeded(); }

 private:
  static std::string MessageOf(size_t size) {
    std::string message(5 + size, '\0');
    for (size_t i = 0; i < 4; ++i) message[4 - i] = static_cast<char>(size >> (8 * i));
    return message;
  }

  /// Each endpoint is an address of the loopback net, all with the listener's port.
  void StartServer(const std::string& port, size_t endpoints) {
    config::Config config;
    config.listeners.emplace_back().Edit().address = *base::Address::Parse("127.0.0.1:0");
    config.listeners[0].Edit().cluster = "users";
    config.listeners[0].Edit().http2.max_concurrent_streams = 1000;
    config::Cluster& cluster = config.clusters.emplace_back().Edit();
    cluster.name = "users";
    for (size_t i = 0; i < endpoints; ++i) {
      const std::string host =
          "127.0." + std::to_string(i / 200) + "." + std::to_string(i % 200 + 1);
      cluster.endpoints.emplace_back().address = *base::Address::Parse(host + port);
    }
    cluster.health_check.reset();  // the endpoint plays calls only
    Guard(config.listeners[0].Edit());
    auto started = proxy::Server::Start(
        loop_, config, {.workers = 1, .drain_timeout = std::chrono::seconds(1), .seed = 1},
        sockets_, metrics_, log_);
    if (!started) {
      std::cerr << "replay: " << started.error() << '\n';
      std::exit(1);
    }
    server_ = std::move(*started);
  }

  /// Sets what its calls have to pass: a token of ten, or twenty rules, the last of which lets
  /// them.
  void Guard(config::Listener& listener) const {
    if (access_ == Access::kToken) {
      auto& tokens = listener.authentication.emplace().bearer_tokens.emplace().tokens;
      for (int i = 0; i < 9; ++i) tokens.push_back({"other", tls::Sha256(std::to_string(i))});
      tokens.push_back({"team-a", tls::Sha256(kToken)});
    }
    if (access_ != Access::kRules) return;
    config::Authorization& rules = listener.authorization.emplace();
    const auto add = [](std::vector<config::AccessRule>& to, const std::string& method) {
      config::AccessRule& rule = to.emplace_back();
      rule.name = "rule-" + std::to_string(to.size());
      rule.methods = {method};
    };
    for (int i = 0; i < 10; ++i) {
      add(rules.deny, "user.v1.UserService/Delete" + std::to_string(i));
      add(rules.allow, i < 9 ? "order.v" + std::to_string(i) + ".*" : "user.v1.UserService/*");
    }
  }

  net::EventLoop loop_;
  telemetry::Metrics metrics_;
  telemetry::Log log_{telemetry::LogLevel::kError, telemetry::LogFormat::kText, std::cerr};
  const std::string message_;
  std::vector<std::unique_ptr<EndpointPlayer>> endpoints_;
  std::optional<net::Listener> listener_;
  ClientPlayer client_;
  const Access access_;
  net::ListeningSockets sockets_;
  std::unique_ptr<proxy::Server> server_;
};

double PerCall(uint64_t before, uint64_t after, size_t calls) {
  return static_cast<double>(after - before) / static_cast<double>(calls);
}

int Run(size_t batches, size_t streams, size_t message_size, size_t endpoints, Access access) {
  Replay replay(streams, message_size, endpoints, access);
  const size_t warm = kWarmBatches + kWarmCallsOfAnEndpoint * endpoints / streams;
  replay.Play(warm);
  const WorkerCounts before = WorkerCounts::Now();
  replay.Play(batches);
  const WorkerCounts after = WorkerCounts::Now();
  const size_t calls = batches * streams;
  std::cout << "{\"calls\": " << calls << ", \"allocations_per_call\": "
            << PerCall(before.allocations, after.allocations, calls)
            << ", \"system_calls_per_call\": "
            << PerCall(before.system_calls, after.system_calls, calls) << "}\n";
  return replay.succeeded() == calls + warm * streams ? 0 : 1;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  const std::string_view access = argc == 6 ? argv[5] : "open";
  const auto known = std::ranges::find(evenkeel::bench::kAccessNames, access);
  if (argc < 5 || argc > 6 || known == std::end(evenkeel::bench::kAccessNames)) {
    std::cerr << "usage: evenkeel-replay BATCHES CALLS_IN_A_BATCH MESSAGE_BYTES ENDPOINTS "
                 "[open | token | rules]\n";
    return 2;
  }
  const auto number = [argv](int at) { return std::strtoul(argv[at], nullptr, 10); };
  return evenkeel::bench::Run(
      number(1), number(2), number(3), number(4),
      static_cast<evenkeel::bench::Access>(known - std::begin(evenkeel::bench::kAccessNames)));
}
