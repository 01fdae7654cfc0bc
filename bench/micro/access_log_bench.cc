// What an access log costs: the worker's part of a call, and the writer's thread's part of a line.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <thread>

#include "lib/telemetry/access_line.h"
#include "lib/telemetry/access_log.h"
#include "lib/telemetry/record_ring.h"
#include "tests/lib/telemetry/example_call.h"

namespace evenkeel::telemetry {
namespace {

// A call as most are: one attempt, an answer.
struct GoodCall : ExampleCall {
  GoodCall() {
    tries.erase(tries.begin());
    tries[0].kind = AttemptKind::kFirst;
    record.attempts = 1;
    record.flags = 0;
    record.tries = tries;
  }
};

void BM_Push(benchmark::State& state) {
  RecordRing ring;
  const GoodCall call;
  for (auto _ : state) {
    benchmark::DoNotOptimize(ring.Push(call.record, 1, RecordRing::Urgent::kNo));
    if (!ring.is_filling()) continue;
    state.PauseTiming();
    ring.Drain([](const RingedCall&) {});
    state.ResumeTiming();
  }
}
BENCHMARK(BM_Push);

void BM_Line(benchmark::State& state, LogFormat format) {
  const GoodCall call;
  const RingedCall ringed{
      .record = call.record, .authority = "users.example", .user_agent = "grpc-c++/1.51.1"};
  AccessLineWriter writer(format);
  std::string out;
  for (auto _ : state) {
    out.clear();
    writer.Append(out, ringed, {});
    benchmark::DoNotOptimize(out);
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["bytes"] = static_cast<double>(out.size());
}
BENCHMARK_CAPTURE(BM_Line, json, LogFormat::kJson);
BENCHMARK_CAPTURE(BM_Line, text, LogFormat::kText);

// From the end of a call to the file, all that is pushed: how many lines a second one writer makes.
// /dev/null, so that no disk is measured.
void BM_Writer(benchmark::State& state) {
  OutputThread writer;
  AccessLogMetrics metrics;
  AccessLog access_log(writer, metrics);
  const auto plan = access_log.Open({{.to = "/dev/null"}});
  const auto sink = access_log.MakeSink(*plan, 0, 1);
  const auto counts = metrics.Of("/dev/null");
  const GoodCall call;
  uint64_t pushed = 0;
  for (auto _ : state) {
    sink->OnCallEnded(call.record);
    ++pushed;
    // No more than the ring holds: what is measured is what the writer takes.
    while (counts->written + counts->dropped + 1024 < pushed) std::this_thread::yield();
  }
  while (counts->written + counts->dropped < static_cast<uint64_t>(state.iterations())) {
    std::this_thread::yield();
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["dropped"] = static_cast<double>(counts->dropped);
}
BENCHMARK(BM_Writer)->UseRealTime();

}  // namespace
}  // namespace evenkeel::telemetry
