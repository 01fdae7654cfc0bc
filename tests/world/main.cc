// evenkeel-world: lives through seeds, or shows one.
//
//   evenkeel-world --seed 7           one, with its log
//   evenkeel-world --from 1 --seconds 60   as many as so much CPU time allows
//   … --until-failure 1               no more after one that has failed
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "tests/world/life/life.h"

namespace {

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

int Show(uint64_t seed) {
  const auto verdict = evenkeel::world::Live(seed, true);
  for (const std::string& each : verdict.log) std::puts(each.c_str());
  for (const std::string& each : verdict.violations) std::printf("violation: %s\n", each.c_str());
  std::printf("seed %lu: %lu calls, %lu turns, %.1f s, fingerprint %016lx\n", seed, verdict.calls,
              verdict.turns, verdict.seconds, verdict.fingerprint);
  return verdict.violations.empty() ? 0 : 1;
}

int LiveThrough(uint64_t from, double seconds, bool until_failure) {
  const double start = CpuSeconds();
  double simulated = 0;
  uint64_t calls = 0;
  uint64_t failed = 0;
  uint64_t seed = from;
  for (; CpuSeconds() - start < seconds && !(until_failure && failed > 0); ++seed) {
    const auto verdict = evenkeel::world::Live(seed);
    simulated += verdict.seconds;
    calls += verdict.calls;
    if (verdict.violations.empty()) continue;
    ++failed;
    std::printf("seed %lu: %s\n", seed, verdict.violations.front().c_str());
    std::fflush(stdout);
  }
  const double took = CpuSeconds() - start;
  std::printf(
      "%lu lives, %lu failed, %lu calls, %.0f simulated seconds in %.1f s of CPU: %.0f a "
      "second\n",
      seed - from, failed, calls, simulated, took, simulated / took);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t seed = 0;
  uint64_t from = 1;
  double seconds = 10;
  bool until_failure = false;
  for (int i = 1; i + 1 < argc; i += 2) {
    const auto value = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--seed") == 0) seed = value;
    if (std::strcmp(argv[i], "--from") == 0) from = value;
    if (std::strcmp(argv[i], "--seconds") == 0) seconds = static_cast<double>(value);
    if (std::strcmp(argv[i], "--until-failure") == 0) until_failure = value != 0;
  }
  return seed != 0 ? Show(seed) : LiveThrough(from, seconds, until_failure);
}
