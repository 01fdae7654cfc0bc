// Reloader: takes the configuration from its source again when that changes or somebody asks, and
// has the Server apply it: all of it or nothing.
//
// Owned by the Sidecar, used on the main thread. It knows what runs; what is wrong with what the
// source offers it tells the log, the metrics and whoever asks. What takes long, to read and check
// and to compare with what runs, happens on a background thread; one request after the other.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/net/background_thread.h"
#include "lib/telemetry/log.h"
#include "lib/telemetry/metrics.h"
#include "proxy/program/config_source.h"
#include "proxy/server/server.h"

namespace evenkeel::proxy {

class Reloader {
 public:
  /// "clusters.users.policy: round_robin → maglev (at once)", one line for each change. Called on
  /// the background thread.
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

  /// In a later turn.
  using Done = std::function<void(Report)>;

  /// `first` is what `server` runs. All but that must outlive this, which follows the source, but
  /// `background`, which is destroyed before this, or before the loop turns again.
  Reloader(ConfigSource& source, net::BackgroundThread& background, const config::Config& first,
           uint64_t fingerprint, Server& server, telemetry::Metrics& metrics, telemetry::Log& log,
           Describe describe);

  /// Takes what the source offers and applies it. `trigger`, "SIGHUP", is for the log; `done` may
  /// be empty. Those that wait for their turn one behind the other are done as one.
  void Reload(std::string_view trigger, Done done = {});
  /// What Reload would do; does nothing.
  void Preview(Done done);

  /// What runs. What only a restart changes stays what it was at the start.
  const config::Config& config() const { return running_; }
  /// The first thing that is wrong with what is offered, in words; empty: nothing is.
  const std::string& trouble() const { return trouble_; }

 private:
  struct Request {
    enum class Kind : uint8_t { kReload, kPreview };
    Kind kind;
    std::string trigger;
    std::vector<Done> done;
  };
  /// An offer beside what it would replace.
  struct Comparison {
    ConfigSource::Offer offer;
    bool is_new = false;
    std::vector<std::string> changes{};  ///< of a new one
  };

  void Ask(Request request);
  void BeginNext();
  void Compare(ConfigSource::Offer offer);
  void Finish(Comparison compared);
  Report Apply(std::string_view trigger, Comparison& compared);
  Report Foresee(Comparison& compared) const;
  void Warn(const std::vector<std::string>& warnings);
  Report Reject(std::string_view trigger, std::vector<std::string> lines);
  Report Accept(std::string_view trigger, Comparison& compared);

  ConfigSource& source_;
  net::BackgroundThread& background_;
  Server& server_;
  telemetry::Metrics& metrics_;
  telemetry::Log& log_;
  const Describe describe_;
  config::Config running_;
  config::Config wanted_;  // what was applied, with what waits for a restart
  uint64_t generation_ = 1;
  std::string trouble_;
  std::deque<Request> requests_;  // the first is in work
};

}  // namespace evenkeel::proxy
