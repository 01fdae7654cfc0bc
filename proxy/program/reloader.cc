#include "proxy/program/reloader.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace evenkeel::proxy {
namespace {

using SystemClock = std::chrono::system_clock;
using Answer = net::BackgroundThread::Answer;
using telemetry::Event;

// So many fit into a line that people read; POST /reload and /config/diff say all.
constexpr size_t kLinesTold = 20;

std::vector<std::string> Shortened(std::vector<std::string> lines) {
  if (lines.size() <= kLinesTold) return lines;
  const size_t left_out = lines.size() - kLinesTold;
  lines.resize(kLinesTold);
  lines.push_back("and " + std::to_string(left_out) + " more");
  return lines;
}

}  // namespace

Reloader::Reloader(ConfigSource& source, net::BackgroundThread& background,
                   const config::Config& first, uint64_t fingerprint, Server& server,
                   telemetry::Metrics& metrics, telemetry::Log& log, Describe describe)
    : source_(source),
      background_(background),
      server_(server),
      metrics_(metrics),
      log_(log),
      describe_(std::move(describe)),
      running_(first),
      wanted_(first) {
  metrics_.reload().Applied(generation_, fingerprint, SystemClock::now());
  source_.Follow([this](std::string_view trigger) { Reload(trigger); });
}

void Reloader::Reload(std::string_view trigger, Done done) {
  // What waits reads what is there when its turn comes: one is enough for all.
  if (requests_.size() > 1 && requests_.back().kind == Request::Kind::kReload) {
    return requests_.back().done.push_back(std::move(done));
  }
  Ask({Request::Kind::kReload, std::string(trigger), {std::move(done)}});
}

void Reloader::Preview(Done done) { Ask({Request::Kind::kPreview, {}, {std::move(done)}}); }

void Reloader::Ask(Request request) {
  requests_.push_back(std::move(request));
  if (requests_.size() == 1) BeginNext();
}

void Reloader::BeginNext() {
  const auto receive = [this](ConfigSource::Offer offer) { Compare(std::move(offer)); };
  if (requests_.front().kind == Request::Kind::kReload) return source_.Take(receive);
  source_.Look(receive);
}

void Reloader::Compare(ConfigSource::Offer offer) {
  if (!offer.config) return Finish({std::move(offer)});
  const bool reloads = requests_.front().kind == Request::Kind::kReload;
  auto compared = std::make_shared<Comparison>(std::move(offer));
  background_.Run(
      [this, before = reloads ? wanted_ : running_, compared, describe = describe_]() -> Answer {
        config::Config& next = *compared->offer.config;
        config::ShareEqual(before, next);
        compared->is_new = next != before;
        if (compared->is_new) compared->changes = describe(before, next);
        return [this, compared] { Finish(std::move(*compared)); };
      });
}

void Reloader::Finish(Comparison compared) {
  const Request& request = requests_.front();
  const Report report =
      request.kind == Request::Kind::kReload ? Apply(request.trigger, compared) : Foresee(compared);
  for (const Done& each : request.done) {
    if (each) each(report);
  }
  requests_.pop_front();
  if (!requests_.empty()) BeginNext();
}

Reloader::Report Reloader::Apply(std::string_view trigger, Comparison& compared) {
  ConfigSource::Offer& offer = compared.offer;
  if (!offer.config) return Reject(trigger, std::move(offer.config.error()));
  if (!compared.is_new) {
    trouble_.clear();
    metrics_.reload().Unchanged(offer.fingerprint, SystemClock::now());
    log_.Tell(Event::kConfigUnchanged, {{"trigger", trigger}, {"generation", generation_}});
    return {Report::Result::kUnchanged, generation_, {}};
  }
  Warn(offer.warnings);
  return Accept(trigger, compared);
}

Reloader::Report Reloader::Foresee(Comparison& compared) const {
  if (!compared.offer.config) {
    return {Report::Result::kRejected, generation_, std::move(compared.offer.config.error())};
  }
  return {compared.is_new ? Report::Result::kApplied : Report::Result::kUnchanged, generation_,
          std::move(compared.changes)};
}

void Reloader::Warn(const std::vector<std::string>& warnings) {
  for (const std::string& each : warnings) {
    log_.Tell(Event::kConfigWarning, {{"warning", each}});
  }
}

Reloader::Report Reloader::Reject(std::string_view trigger, std::vector<std::string> lines) {
  trouble_ = lines.front();
  metrics_.reload().Rejected();
  std::vector<telemetry::Field> fields{{"trigger", trigger}, {"error", lines.front()}};
  const std::vector<std::string> more = Shortened({lines.begin() + 1, lines.end()});
  if (!more.empty()) fields.push_back({"more_errors", more});
  log_.Tell(Event::kConfigRejected, fields);
  return {Report::Result::kRejected, generation_, std::move(lines)};
}

Reloader::Report Reloader::Accept(std::string_view trigger, Comparison& compared) {
  config::Config next = *compared.offer.config;
  next.workers = running_.workers;
  next.admin = running_.admin;
  if (const auto applied = server_.Apply(next); !applied) {
    return Reject(trigger, {source_.name() + ": " + applied.error()});
  }
  running_ = std::move(next);
  wanted_ = std::move(*compared.offer.config);
  trouble_.clear();
  metrics_.reload().Applied(++generation_, compared.offer.fingerprint, SystemClock::now());
  log_.Tell(Event::kConfigApplied, {{"trigger", trigger},
                                    {"generation", generation_},
                                    {"changes", Shortened(compared.changes)}});
  return {Report::Result::kApplied, generation_, std::move(compared.changes)};
}

}  // namespace evenkeel::proxy
