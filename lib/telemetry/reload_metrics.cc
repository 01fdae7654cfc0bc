#include "lib/telemetry/reload_metrics.h"

#include "lib/telemetry/samples.h"

namespace evenkeel::telemetry {
namespace {

// As many bits as a double holds exactly.
constexpr uint64_t kHashMask = (uint64_t{1} << 48) - 1;

}  // namespace

void ReloadMetrics::Applied(uint64_t generation, uint64_t hash,
                            std::chrono::system_clock::time_point now) {
  // The first is the start, not a reload.
  if (generation > 1) ++applied_;
  generation_ = generation;
  Succeeded(hash, now);
}

void ReloadMetrics::Unchanged(uint64_t hash, std::chrono::system_clock::time_point now) {
  ++unchanged_;
  Succeeded(hash, now);
}

void ReloadMetrics::Rejected() {
  ++rejected_;
  last_good_ = false;
}

void ReloadMetrics::Succeeded(uint64_t hash, std::chrono::system_clock::time_point now) {
  last_good_ = true;
  hash_ = hash & kHashMask;
  last_success_ = now;
}

void ReloadMetrics::Collect(std::vector<MetricFamily>& families) const {
  using Seconds = std::chrono::duration<double>;
  MetricFamily reloads = CounterFamily("evenkeel_config_reloads_total",
                                       "Attempts to reload the configuration, by result.");
  AddCounter(reloads, {{"result", "applied"}}, applied_);
  AddCounter(reloads, {{"result", "unchanged"}}, unchanged_);
  AddCounter(reloads, {{"result", "rejected"}}, rejected_);
  families.push_back(std::move(reloads));
  families.push_back(LoneGauge("evenkeel_config_last_reload_successful",
                               "0 while the files cannot be applied, else 1.", last_good_ ? 1 : 0));
  families.push_back(LoneGauge("evenkeel_config_last_reload_success_timestamp_seconds",
                               "When the files were last read and found good, as Unix time.",
                               Seconds(last_success_.time_since_epoch()).count()));
  families.push_back(LoneGauge("evenkeel_config_generation",
                               "The number of the configuration that runs; 1 is that of the start.",
                               static_cast<double>(generation_)));
  families.push_back(LoneGauge("evenkeel_config_hash",
                               "The same number for the same texts of the configuration's files.",
                               static_cast<double>(hash_)));
}

}  // namespace evenkeel::telemetry
