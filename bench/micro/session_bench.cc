// What the pieces of a call's path cost on their own: a session's frames, header lists, metrics.
//
//   session_bench --benchmark_filter='Session.*'
//
// One item is one call. What a whole call costs counts bench/check.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "bench/usual_fields.h"
#include "lib/http2/session.h"
#include "lib/telemetry/metrics.h"

namespace evenkeel {
namespace {

// One end of a pair; a server answers each call when its body has ended.
class End final : public http2::SessionHandler, public http2::StreamHandler {
 public:
  End(http2::Role role, size_t message)
      : session(role, {.max_concurrent_streams = 1000}, *this, clock_), message_(message) {}

  void Call(const http2::HeaderList& request) {
    streams_.push_back(session.OpenStream(request, http2::EndStream::kNo, *this));
    streams_.back()->SubmitData(message_, http2::EndStream::kYes);
  }
  /// Hands all it has to say to the other end; whether that was anything.
  bool Tell(End& other) {
    http2::ByteQueue bytes;
    session.Produce(bytes, 1024 * 1024);
    if (bytes.empty()) return false;
    if (!other.session.Receive(bytes.bytes())) std::abort();
    return true;
  }

  void OnRequest(http2::StreamHandle stream, http2::HeaderList, http2::EndStream) override {
    stream->SetHandler(*this);
    streams_.push_back(std::move(stream));
  }
  void OnSettings() override {}
  void OnGoAway(const http2::GoAway&) override {}
  void OnStreamClosed() override {}
  void OnPingAck(uint64_t) override {}
  void OnOutput() override {}
  void OnHeaders(http2::HeaderList, http2::EndStream) override {}
  void OnData(std::span<const uint8_t> bytes, http2::EndStream end) override {
    received += bytes.size();
    // Bodies end in the order of their requests; answers end in trailers.
    if (end == http2::EndStream::kYes) Answer(*streams_[answered_++]);
  }
  void OnTrailers(http2::HeaderList) override {}
  void OnSent(size_t) override {}
  void OnClosed(const http2::StreamEnd&) override {}

  /// Lets go of a batch that is over.
  void Restart() {
    streams_.clear();
    answered_ = 0;
  }

  base::ManualClock clock_;
  http2::Session session;
  size_t received = 0;

 private:
  void Answer(http2::Stream& stream) {
    stream.SubmitHeaders(bench::UsualResponse(), http2::EndStream::kNo);
    stream.SubmitData(message_, http2::EndStream::kNo);
    stream.SubmitTrailers(bench::UsualTrailers());
  }

  const std::vector<uint8_t> message_;
  std::vector<http2::StreamHandle> streams_;
  size_t answered_ = 0;
};

// Both ends of so many calls at once: open, answer, close.
void SessionCalls(benchmark::State& state) {
  const auto batch = static_cast<int>(state.range(0));
  End client(http2::Role::kClient, static_cast<size_t>(state.range(1)));
  End server(http2::Role::kServer, static_cast<size_t>(state.range(1)));
  const http2::HeaderList request = bench::UsualRequest("10S");
  const auto settle = [&] {
    bool talking = true;
    while (talking) {
      talking = client.Tell(server);
      talking = server.Tell(client) || talking;
    }
  };
  settle();
  for (auto _ : state) {
    for (int i = 0; i < batch; ++i) client.Call(request);
    settle();
    client.Restart();
    server.Restart();
  }
  if (client.received != static_cast<size_t>(state.iterations() * batch * state.range(1))) {
    state.SkipWithError("not every call was answered");
  }
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(SessionCalls)->ArgsProduct({{1, 32}, {16, 1024}})->ArgNames({"calls", "bytes"});

// What forwarding does to a request's fields: one copy, the look-ups of a call, a new deadline.
void HeaderPath(benchmark::State& state) {
  const http2::HeaderList request = bench::UsualRequest("10S");
  for (auto _ : state) {
    http2::HeaderList copy = request;
    for (const char* name : {":method", "content-type", ":authority", ":path", "grpc-timeout"}) {
      benchmark::DoNotOptimize(copy.Find(name));
    }
    copy.Set("grpc-timeout", "9S");
    benchmark::DoNotOptimize(copy.list_size());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(HeaderPath);

// What a call that succeeds has counted of it.
void MetricsRecord(benchmark::State& state) {
  telemetry::Metrics metrics;
  telemetry::WorkerMetrics& worker = metrics.AddWorker();
  const auto endpoint = metrics.RegisterEndpoint("users", "10.0.0.1:50051");
  metrics.KnowMethod("user.v1.UserService", "GetUser");
  const rpc::AttemptOutcome outcome{rpc::StatusCode::kOk, rpc::Origin::kEndpoint,
                                    std::chrono::microseconds(700), rpc::Cause::kAnswered};
  for (auto _ : state) {
    const auto method = worker.FindMethod("/user.v1.UserService/GetUser");
    worker.CallStarted(method);
    worker.AttemptStarted(endpoint);
    worker.AttemptFinished(endpoint, outcome);
    worker.CallFinished(method, outcome.status, outcome.origin, outcome.duration);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(MetricsRecord);

}  // namespace
}  // namespace evenkeel
