#include "proxy/program/reloader.h"

#include <chrono>
#include <utility>

namespace evenkeel::proxy {
namespace {

using SystemClock = std::chrono::system_clock;

}  // namespace

Reloader::Reloader(ConfigSource& source, const config::Config& first, uint64_t fingerprint,
                   Server& server, telemetry::Metrics& metrics, telemetry::Log& log,
                   Describe describe)
    : source_(source),
      server_(server),
      metrics_(metrics),
      log_(log),
      describe_(std::move(describe)),
      running_(first),
      wanted_(first) {
  metrics_.reload().Applied(generation_, fingerprint, SystemClock::now());
  source_.Follow([this](std::string_view trigger) { Reload(trigger); });
}

Reloader::Report Reloader::Reload(std::string_view trigger) {
  ConfigSource::Offer offer = source_.Take();
  if (!offer.config) return Reject(trigger, std::move(offer.config.error()));
  config::ShareEqual(wanted_, *offer.config);
  if (*offer.config == wanted_) {
    trouble_.clear();
    metrics_.reload().Unchanged(offer.fingerprint, SystemClock::now());
    log_.Info("configuration unchanged", {{"trigger", trigger}, {"generation", generation_}});
    return {Report::Result::kUnchanged, generation_, {}};
  }
  Warn(offer.warnings);
  return Accept(trigger, *offer.config, offer.fingerprint);
}

void Reloader::Warn(const std::vector<std::string>& warnings) {
  for (const std::string& each : warnings) {
    log_.Warning("configuration has a setting without effect", {{"warning", each}});
  }
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
    return Reject(trigger, {source_.name() + ": " + applied.error()});
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
  const ConfigSource::Offer offer = source_.Look();
  if (!offer.config) return {Report::Result::kRejected, generation_, offer.config.error()};
  if (*offer.config == running_) return {Report::Result::kUnchanged, generation_, {}};
  return {Report::Result::kApplied, generation_, describe_(running_, *offer.config)};
}

}  // namespace evenkeel::proxy
