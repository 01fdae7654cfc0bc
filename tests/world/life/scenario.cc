#include "tests/world/life/scenario.h"

#include <algorithm>
#include <initializer_list>

namespace evenkeel::world {
namespace {

using namespace std::chrono_literals;

template <typename T>
T OneOf(base::Random& random, std::initializer_list<T> choices) {
  return *(choices.begin() + random.Below(choices.size()));
}

}  // namespace

std::string Settings::ToYaml() const {
  std::string yaml = "listeners:\n  - address: \"" + std::string(kSidecar) + "\"\n" +
                     "    cluster: all\n    http2: {max_concurrent_streams: " +
                     std::to_string(max_concurrent_streams) +
                     ", max_resets: 100000}\n"
                     "    routes:\n      - cluster: all\n";
  if (retry_attempts > 0) {
    yaml += "        retry: {attempts: " + std::to_string(retry_attempts) +
            ", initial_backoff: 5ms, max_backoff: 20ms}\n";
  }
  if (hedging_attempts > 0) {
    yaml += "        hedging: {attempts: " + std::to_string(hedging_attempts) + ", delay: 2ms}\n";
  }
  yaml += "clusters:\n  all:\n    endpoints: [";
  for (const size_t each : replicas) {
    yaml += (each == replicas.front() ? "\"127.0.1." : ", \"127.0.1.") + std::to_string(each + 1) +
            ":50051\"";
  }
  yaml += "]\n    policy: " + policy + "\n    health_check: " + health_check +
          "\n    outlier_detection: " + outlier_detection +
          "\n    max_pending_calls: " + std::to_string(max_pending_calls) +
          "\n    connection: {initial_backoff: 20ms, max_backoff: 500ms, connect_timeout: 300ms,"
          " tcp_user_timeout: 3s, tcp_keepalive: 1s}\n";
  if (!keepalive.empty()) yaml += "    keepalive: " + keepalive + "\n";
  return yaml;
}

Settings Scenario::DrawSettings(base::Random& random) const {
  Settings drawn;
  drawn.policy = OneOf<const char*>(
      random, {"round_robin", "round_robin", "least_request", "peak_ewma", "random", "prequal",
               "ring_hash", "maglev", "weighted_round_robin", "pick_first"});
  drawn.health_check = OneOf<const char*>(
      random, {"off", "{type: tcp, interval: 300ms, timeout: 200ms, startup_grace: 2s}",
               "{mode: check, interval: 300ms, timeout: 200ms, startup_grace: 2s}",
               "{interval: 300ms, timeout: 200ms, startup_grace: 2s}"});
  drawn.outlier_detection = OneOf<const char*>(
      random, {"off", "off",
               "{interval: 500ms, base_ejection_time: 500ms, max_ejection_time: 2s, "
               "max_ejection_percent: 50}"});
  drawn.keepalive = OneOf<const char*>(random, {"", "{time: 10s, timeout: 1s}"});
  switch (random.Below(4)) {
    case 0:
      drawn.retry_attempts = 2 + static_cast<uint32_t>(random.Below(3));
      break;
    case 1:
      drawn.hedging_attempts = 2 + static_cast<uint32_t>(random.Below(2));
      break;
    default:
      break;
  }
  drawn.max_pending_calls = OneOf<uint32_t>(random, {1024, 1024, 4});
  drawn.max_concurrent_streams = OneOf<uint32_t>(random, {100, 100, 8});
  for (size_t i = 0; i < replicas; ++i) drawn.replicas.push_back(i);
  return drawn;
}

CallPlan Scenario::DrawCall(base::Random& random) const {
  CallPlan plan;
  plan.messages = OneOf<uint32_t>(random, {1, 1, 1, 1, 0, 3, 20});
  plan.answers = OneOf<uint32_t>(random, {1, 1, 1, 1, 0, 3, 20});
  plan.size = OneOf<uint32_t>(random, {10, 10, 100, 1000, 0, 20'000});
  plan.answer_size = OneOf<uint32_t>(random, {10, 10, 100, 1000, 0, 20'000});
  plan.between = OneOf<base::Duration>(random, {0us, 0us, 50us, 2ms});
  plan.half_closes_late = plan.messages > 0 && random.Below(8) == 0;
  plan.timeout = OneOf<base::Duration>(random, {2s, 2s, 500ms, 50ms, 3ms});
  if (calm) plan.timeout = random.Below(2) == 0 ? 0s : 30s;
  if (!calm && random.Below(10) == 0) {
    plan.patience = base::Duration(random.Below(20'000'000) + 1);
  }
  if (random.Below(10) == 0) plan.reads_after = base::Duration(random.Below(30'000'000) + 1);
  return plan;
}

Scenario::Scenario(uint64_t seed_of_it) : seed(seed_of_it) {
  base::Random random(seed ^ 0x5ce7a210);
  calm = random.Below(4) == 0;
  workers = 1 + static_cast<unsigned>(random.Below(3));
  replicas = 1 + random.Below(6);
  clients = 1 + random.Below(4);
  calls_per_second = OneOf<double>(random, {20, 100, 300});
  storm = calm ? 2s : 5s;
  if (random.Below(4) == 0) {
    network.buffer = OneOf<size_t>(random, {4096, 20'000, 64 * 1024});
    network.bytes_per_second = OneOf<double>(random, {2e6, 2e7, 1e9});
    network.most_latency = OneOf<base::Duration>(random, {1ms, 5ms, 200us});
    network.cut_short = 3;
  }
  settings = DrawSettings(random);
}

}  // namespace evenkeel::world
