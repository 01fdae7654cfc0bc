// Reloader: takes the configuration from its source again when that changes or somebody asks, and
// has the Server apply it: all of it or nothing.
//
// Owned by main, used on the main thread. It knows what runs; what is wrong with what the source
// offers it tells the log, the metrics and whoever asks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/telemetry/log.h"
#include "lib/telemetry/metrics.h"
#include "proxy/program/config_source.h"
#include "proxy/server/server.h"

namespace evenkeel::proxy {

class Reloader {
 public:
  /// "clusters.users.policy: round_robin → maglev (at once)", one line for each change.
  using Describe =
      std::function<std::vector<std::string>(const config::Config&, const config::Config&)>;

  struct Report {
    enum class Result {
      kApplied,
      kUnchanged,  ///< what is offered runs already
      kRejected,   ///< nothing has changed
    };
    Result result;
    uint64_t generation;             ///< of what runs now
    std::vector<std::string> lines;  ///< what changed, or what is wrong
  };

  /// `first` is what `server` runs. All but that must outlive this, which follows the source.
  Reloader(ConfigSource& source, const config::Config& first, uint64_t fingerprint, Server& server,
           telemetry::Metrics& metrics, telemetry::Log& log, Describe describe);

  /// Takes what the source offers and applies it. `trigger`, "SIGHUP", is for the log.
  Report Reload(std::string_view trigger);
  /// What Reload would do; does nothing.
  Report Preview() const;

  /// What runs. What only a restart changes stays what it was at the start.
  const config::Config& config() const { return running_; }
  /// The first thing that is wrong with what is offered, in words; empty: nothing is.
  const std::string& trouble() const { return trouble_; }

 private:
  void Warn(const std::vector<std::string>& warnings);
  Report Reject(std::string_view trigger, std::vector<std::string> lines);
  Report Accept(std::string_view trigger, const config::Config& config, uint64_t fingerprint);

  ConfigSource& source_;
  Server& server_;
  telemetry::Metrics& metrics_;
  telemetry::Log& log_;
  const Describe describe_;
  config::Config running_;
  config::Config wanted_;  // what was applied, with what waits for a restart
  uint64_t generation_ = 1;
  std::string trouble_;
};

}  // namespace evenkeel::proxy
