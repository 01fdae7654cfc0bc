// What a pick costs, by policy, number of endpoints and threads, and what a new picker costs.
//
//   balancer_bench --benchmark_filter='Pick/.*'
//
// A pick here is what a call pays: the choice, the token that counts it, and its release. The
// counter `allocs` is heap allocations a pick.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "balancer/endpoint_set.h"
#include "balancer/policy_settings.h"

namespace {

std::atomic<uint64_t> allocations{0};

}  // namespace

void* operator new(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace evenkeel::balancer {
namespace {

constexpr const char* kPolicies[] = {"round_robin", "random",  "least_request",
                                     "peak_ewma",   "prequal", "weighted_round_robin",
                                     "ring_hash",   "maglev",  "pick_first"};
constexpr base::Time kNow{std::chrono::hours(1)};

enum class Weights { kEqual, kMixed };

std::vector<EndpointPtr> MakeEndpoints(size_t count, Weights weights) {
  std::vector<EndpointPtr> endpoints;
  for (size_t i = 0; i < count; ++i) {
    EndpointTraits traits;
    if (weights == Weights::kMixed) traits.weight = 1 + i % 5;
    endpoints.push_back(std::make_shared<Endpoint>("10.0.0.1:" + std::to_string(i), traits));
  }
  return endpoints;
}

// Enough different ones for a hash to point all over its table.
std::vector<std::string> MakePaths() {
  std::vector<std::string> paths;
  for (int i = 0; i < 1024; ++i) paths.push_back("/shop.v1.Orders/Method" + std::to_string(i));
  return paths;
}

void Report(const Picker& picker, const Endpoint& endpoint, double load) {
  const LoadReport::Metric metrics[] = {{"requests_in_flight", load}, {"latency_ms", 1 + load}};
  LoadReport report{.application_utilization = 0.1 + load / 20, .qps = 100};
  report.named_metrics = metrics;
  picker.Reported(endpoint, report, kNow);
}

// One picker for all threads of a benchmark, as all workers share one.
struct Bench {
  explicit Bench(const std::string& name, size_t count, Weights weights)
      : endpoints(MakeEndpoints(count, weights)) {
    base::Random random(1);
    policy = MakePolicy(*DefaultPolicySettings(name), random);
    picker = policy->MakePicker(endpoints, kNow);
    for (const EndpointPtr& each : endpoints) {
      Report(*picker, *each, static_cast<double>(random.Below(10)));
      InFlight(each).Finish(*picker, {AttemptResult::Kind::kSuccess,
                                      base::Duration(1'000'000 + random.Below(1'000'000)), kNow});
    }
    // The reports' weights are in use after the black-out.
    picker = policy->MakePicker(endpoints, kNow + std::chrono::seconds(11));
    for (size_t i = 0; i < 16 && i < count; ++i) Report(*picker, *endpoints[i], i % 10);
  }

  std::vector<EndpointPtr> endpoints;
  std::unique_ptr<Policy> policy;
  std::shared_ptr<const Picker> picker;
};

std::unique_ptr<Bench> shared;

void Pick(benchmark::State& state, const std::string& name, Weights weights) {
  if (state.thread_index() == 0) {
    shared = std::make_unique<Bench>(name, static_cast<size_t>(state.range(0)), weights);
  }
  base::Random random(static_cast<uint64_t>(state.thread_index()));
  CallFacts call{.path = {}, .now = kNow, .avoid = {}, .hash_key = {}};
  const std::vector<std::string> paths = MakePaths();
  size_t next = 0;
  uint64_t before = 0;
  bool first = true;
  for (auto _ : state) {
    if (first) {
      before = allocations.load(std::memory_order_relaxed);
      first = false;
    }
    call.path = paths[next++ % paths.size()];
    const InFlight token(shared->picker->Pick(call, random));
    benchmark::DoNotOptimize(token);
    // Reports come at the rate of calls in production; prequal's would run dry without.
    if (name == "prequal") {
      shared->picker->Finished(*token.endpoint(),
                               {AttemptResult::Kind::kSuccess, base::Duration(1'000'000), kNow});
    }
  }
  if (state.threads() == 1) {
    const auto made = allocations.load(std::memory_order_relaxed) - before;
    state.counters["allocs"] = static_cast<double>(made) / static_cast<double>(state.iterations());
  }
}

void Rebuild(benchmark::State& state, const std::string& name, Weights weights) {
  Bench bench(name, static_cast<size_t>(state.range(0)), weights);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        bench.policy->MakePicker(bench.endpoints, kNow + std::chrono::seconds(11)));
  }
}

void RegisterAll() {
  for (const std::string name : kPolicies) {
    for (const auto& [suffix, weights] :
         {std::pair{"", Weights::kEqual}, std::pair{"_weighted", Weights::kMixed}}) {
      auto* pick =
          benchmark::RegisterBenchmark(("Pick/" + name + suffix).c_str(), Pick, name, weights);
      pick->Arg(3)->Arg(32)->Arg(100)->Arg(10'000)->Threads(1)->Threads(2)->UseRealTime();
      auto* rebuild = benchmark::RegisterBenchmark(("Rebuild/" + name + suffix).c_str(), Rebuild,
                                                   name, weights);
      rebuild->Arg(10'000)->Unit(benchmark::kMillisecond);
    }
  }
}

const bool registered = (RegisterAll(), true);

}  // namespace
}  // namespace evenkeel::balancer
