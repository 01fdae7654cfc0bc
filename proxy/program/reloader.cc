#include "proxy/program/reloader.h"

#include <chrono>
#include <utility>

namespace evenkeel::proxy {
namespace {

using SystemClock = std::chrono::system_clock;

std::vector<std::string> LinesOf(const config::ConfigErrors& errors) {
  std::vector<std::string> lines;
  for (const config::ConfigError& each : errors) lines.push_back(config::Format(each));
  return lines;
}

}  // namespace

Reloader::Reloader(net::EventLoop& loop, std::string path, const config::Loading& first,
                   Server& server, telemetry::Metrics& metrics, telemetry::Log& log,
                   Describe describe)
    : path_(std::move(path)),
      server_(server),
      metrics_(metrics),
      log_(log),
      describe_(std::move(describe)),
      running_(*first.config),
      wanted_(running_),
      watched_(first.files),
      watcher_(loop, [this] { Reload("file change"); }) {
  metrics_.reload().Applied(generation_, first.fingerprint, SystemClock::now());
  watcher_.Watch(watched_);
}

Reloader::Report Reloader::Reload(std::string_view trigger) {
  const config::Loading loading = LoadAndWatch();
  if (!loading.config) return Reject(trigger, LinesOf(loading.config.error()));
  if (*loading.config == wanted_) {
    trouble_.clear();
    metrics_.reload().Unchanged(loading.fingerprint, SystemClock::now());
    log_.Info("configuration unchanged", {{"trigger", trigger}, {"generation", generation_}});
    return {Report::Result::kUnchanged, generation_, {}};
  }
  return Accept(trigger, *loading.config, loading.fingerprint);
}

// Other files than before have to be watched first and read then, or a change in between is missed.
config::Loading Reloader::LoadAndWatch() {
  config::Loading loading = config::Load(path_);
  if (loading.files == watched_) return loading;
  watched_ = loading.files;
  watcher_.Watch(watched_);
  return config::Load(path_);
}

Reloader::Report Reloader::Reject(std::string_view trigger, std::vector<std::string> lines) {
  trouble_ = lines.front();
  metrics_.reload().Rejected();
  for (const std::string& each : lines) {
    log_.Error("configuration rejected", {{"trigger", trigger}, {"error", each}});
  }
  return {Report::Result::kRejected, generation_, std::move(lines)};
}

Reloader::Report Reloader::Accept(std::string_view trigger, const config::Config& config,
                                  uint64_t fingerprint) {
  config::Config next = config;
  next.workers = running_.workers;
  next.admin = running_.admin;
  if (const auto applied = server_.Apply(next); !applied) {
    return Reject(trigger, {path_ + ": " + applied.error()});
  }
  std::vector<std::string> changes = describe_(wanted_, config);
  running_ = std::move(next);
  wanted_ = config;
  trouble_.clear();
  metrics_.reload().Applied(++generation_, fingerprint, SystemClock::now());
  log_.Info("configuration applied",
            {{"trigger", trigger}, {"generation", generation_}, {"changes", changes}});
  return {Report::Result::kApplied, generation_, std::move(changes)};
}

Reloader::Report Reloader::Preview() const {
  const auto loaded = config::LoadFile(path_);
  if (!loaded) return {Report::Result::kRejected, generation_, LinesOf(loaded.error())};
  if (*loaded == running_) return {Report::Result::kUnchanged, generation_, {}};
  return {Report::Result::kApplied, generation_, describe_(running_, *loaded)};
}

}  // namespace evenkeel::proxy
