// Reloader: reads the configuration again when its files change or somebody asks, and has the
// Server apply it: all of it or nothing.
//
// Owned by main, used on the main thread. It knows what runs; what is wrong with the files it tells
// the log, the metrics and whoever asks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/net/event_loop.h"
#include "lib/net/file_watcher.h"
#include "lib/telemetry/log.h"
#include "lib/telemetry/metrics.h"
#include "lib/yaml/loader.h"
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
      kUnchanged,  ///< the files say what runs already
      kRejected,   ///< nothing has changed
    };
    Result result;
    uint64_t generation;             ///< of what runs now
    std::vector<std::string> lines;  ///< what changed, or what is wrong
  };

  /// `first`, with a good configuration, is what `server` runs. All but that must outlive this.
  Reloader(net::EventLoop& loop, std::string path, const config::Loading& first, Server& server,
           telemetry::Metrics& metrics, telemetry::Log& log, Describe describe);

  /// Reads the files and applies them. `trigger`, "SIGHUP", is for the log.
  Report Reload(std::string_view trigger);
  /// What Reload would do; does nothing.
  Report Preview() const;

  /// What runs. What only a restart changes stays what it was at the start.
  const config::Config& config() const { return running_; }
  /// The first thing that is wrong with the files, in words; empty: nothing is.
  const std::string& trouble() const { return trouble_; }

 private:
  config::Loading LoadAndWatch();
  Report Reject(std::string_view trigger, std::vector<std::string> lines);
  Report Accept(std::string_view trigger, const config::Config& config, uint64_t fingerprint);

  const std::string path_;
  Server& server_;
  telemetry::Metrics& metrics_;
  telemetry::Log& log_;
  const Describe describe_;
  config::Config running_;
  config::Config wanted_;  // what was applied, with what waits for a restart
  uint64_t generation_ = 1;
  std::string trouble_;
  std::vector<std::string> watched_;
  net::FileWatcher watcher_;
};

}  // namespace evenkeel::proxy
