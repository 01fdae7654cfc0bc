// A fixed number of calls through a whole sidecar in one process, for counts that repeat.
//
// One worker, one client, one endpoint; the last two are played on the main thread, batch by batch,
// so that every run has the same turns. Prints what the worker asked of the system for each call
// once all is warm. Under callgrind, bench/check counts the worker's instructions.
#include <cstdlib>
#include <iostream>
#include <optional>

#include "bench/replay/player.h"
#include "bench/replay/worker_counts.h"
#include "net/listener.h"
#include "net/listening_sockets.h"
#include "proxy/server.h"

namespace evenkeel::bench {
namespace {

constexpr size_t kWarmBatches = 20;

class Replay {
 public:
  Replay(size_t streams, size_t message_size)
      : message_(MessageOf(message_size)), client_(loop_, streams, message_) {
    auto sockets = net::OpenListeners(*base::Address::Parse("127.0.0.1:0"), 1);
    const auto address = net::SocketAddress::OfSocket(sockets->front().get());
    listener_.emplace(loop_, std::move(sockets->front()), [this](net::FileDescriptor socket) {
      endpoint_.emplace(loop_, message_);
      endpoint_->connection().Attach(std::move(socket));
    });
    StartServer(*base::Address::Parse(address.ToString()));
    client_.connection().Connect(
        net::SocketAddress::From(*base::Address::Parse(server_->listening_on()[0])));
    while (!client_.ready() || !server_->NotReadyReasons().empty()) loop_.RunOnce();
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

  void StartServer(const base::Address& endpoint) {
    config::Config config;
    config.listeners.emplace_back().address = *base::Address::Parse("127.0.0.1:0");
    config.listeners[0].cluster = "users";
    config.listeners[0].http2.max_concurrent_streams = 1000;
    config::Cluster& cluster = config.clusters.emplace_back();
    cluster.name = "users";
    cluster.endpoints.emplace_back().address = endpoint;
    cluster.health_check.reset();  // the endpoint plays calls only
    auto started = proxy::Server::Start(
        loop_, config, {.workers = 1, .drain_timeout = std::chrono::seconds(1), .seed = 1},
        sockets_, metrics_, log_);
    if (!started) {
      std::cerr << "replay: " << started.error() << '\n';
      std::exit(1);
    }
    server_ = std::move(*started);
  }

  net::EventLoop loop_;
  telemetry::Metrics metrics_;
  telemetry::Log log_{telemetry::LogLevel::kError, telemetry::LogFormat::kText, std::cerr};
  const std::string message_;
  std::optional<EndpointPlayer> endpoint_;
  std::optional<net::Listener> listener_;
  ClientPlayer client_;
  net::ListeningSockets sockets_;
  std::unique_ptr<proxy::Server> server_;
};

double PerCall(uint64_t before, uint64_t after, size_t calls) {
  return static_cast<double>(after - before) / static_cast<double>(calls);
}

int Run(size_t batches, size_t streams, size_t message_size) {
  Replay replay(streams, message_size);
  replay.Play(kWarmBatches);
  const WorkerCounts before = WorkerCounts::Now();
  replay.Play(batches);
  const WorkerCounts after = WorkerCounts::Now();
  const size_t calls = batches * streams;
  std::cout << "{\"calls\": " << calls << ", \"allocations_per_call\": "
            << PerCall(before.allocations, after.allocations, calls)
            << ", \"system_calls_per_call\": "
            << PerCall(before.system_calls, after.system_calls, calls) << "}\n";
  return replay.succeeded() == calls + kWarmBatches * streams ? 0 : 1;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: evenkeel-replay BATCHES CALLS_IN_A_BATCH MESSAGE_BYTES\n";
    return 2;
  }
  return evenkeel::bench::Run(std::strtoul(argv[1], nullptr, 10),
                              std::strtoul(argv[2], nullptr, 10),
                              std::strtoul(argv[3], nullptr, 10));
}
