// What ejection costs: a sweep, on the main thread, and the record of one attempt, on a call's
// path.
#include <benchmark/benchmark.h>

#include "health/ejection.h"

namespace evenkeel::health {
namespace {

using namespace std::chrono_literals;

class Fleet {
 public:
  explicit Fleet(int64_t size) : random_(1) {
    config::OutlierDetection settings;
    settings.latency.emplace();
    for (int64_t i = 0; i < size; ++i) {
      members_.push_back({std::make_shared<balancer::Endpoint>(std::to_string(i)),
                          std::make_shared<OutcomeCounters>(5)});
    }
    ejection_.emplace(
        settings, members_, random_, [](const balancer::Endpoint&) { return true; }, now_);
  }

  // 100 calls on each, one in fifty failed, of some milliseconds.
  void Load() {
    for (const Ejection::Member& each : members_) {
      for (int i = 0; i < 100; ++i) {
        const bool failed = random_.Below(50) == 0;
        each.outcomes->Record(failed ? rpc::Verdict::kFailure : rpc::Verdict::kSuccess,
                              rpc::StatusCode::kInternal, 1ms + random_.Below(10) * 1ms);
      }
    }
  }
  size_t Sweep() { return ejection_->Sweep(now_ += 10s).size(); }

 private:
  base::Random random_;
  base::Time now_{};
  std::vector<Ejection::Member> members_;
  std::optional<Ejection> ejection_;
};

void BM_Sweep(benchmark::State& state) {
  Fleet fleet(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    fleet.Load();
    state.ResumeTiming();
    benchmark::DoNotOptimize(fleet.Sweep());
  }
}
BENCHMARK(BM_Sweep)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

void BM_RecordSuccess(benchmark::State& state) {
  OutcomeCounters counters(5);
  for (auto _ : state) {
    benchmark::DoNotOptimize(counters.Record(rpc::Verdict::kSuccess, rpc::StatusCode::kOk, 3ms));
  }
}
BENCHMARK(BM_RecordSuccess);

}  // namespace
}  // namespace evenkeel::health
