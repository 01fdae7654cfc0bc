#include "proxy/program/admin_sources.h"

#include <chrono>
#include <string>
#include <utility>

#include "lib/telemetry/process_facts.h"
#include "proxy/admin/live_view.h"

namespace evenkeel::proxy {
namespace {

admin::ReadyView ReadyView(const Server& server, const Reloader& reloader) {
  auto reasons = server.NotReadyReasons();
  admin::ReadyView view{reasons.empty(), std::move(reasons), server.Notes()};
  if (!reloader.trouble().empty()) {
    view.notes.push_back("an older configuration runs, for the files are rejected: " +
                         reloader.trouble());
  }
  return view;
}

admin::ReloadView ToView(Reloader::Report report) {
  using Result = Reloader::Report::Result;
  const char* const result = report.result == Result::kApplied     ? "applied"
                             : report.result == Result::kUnchanged ? "unchanged"
                                                                   : "rejected";
  return {result, report.generation, std::move(report.lines)};
}

const char* TlsWord(ClusterStatus::Tls tls) {
  if (tls == ClusterStatus::Tls::kOff) return "off";
  return tls == ClusterStatus::Tls::kVerified ? "verified" : "not verified";
}

admin::EndpointView ToView(const EndpointStatus& status) {
  return {status.address,
          std::string(status.health.state),
          status.in_flight,
          status.picked,
          status.ready_workers,
          std::chrono::duration<double>(status.health.age).count(),
          status.health.why,
          status.health.last_probe,
          status.health.successes,
          status.health.failures,
          status.health.failures_in_a_row};
}

std::vector<admin::LimitView> ToViews(const std::vector<telemetry::LimitValue>& limits) {
  std::vector<admin::LimitView> views;
  for (const telemetry::LimitValue& each : limits) {
    views.push_back({std::string(each.name), each.used, each.max});
  }
  return views;
}

std::vector<admin::ClusterView> ClusterViews(const Server& server) {
  std::vector<admin::ClusterView> views;
  for (const ClusterStatus& cluster : server.Clusters()) {
    admin::ClusterView view{cluster.name, cluster.policy,  {},
                            {},           cluster.trouble, TlsWord(cluster.tls)};
    for (const EndpointStatus& each : cluster.endpoints) view.endpoints.push_back(ToView(each));
    view.limits = ToViews(cluster.limits);
    for (const telemetry::NamedCount& each : cluster.calls) {
      view.calls.push_back({each.group, each.name, each.value});
    }
    views.push_back(std::move(view));
  }
  return views;
}

admin::ExplainView ToView(const balancer::Explanation& why) {
  admin::ExplainView view{.policy = why.policy,
                          .picked = why.picked ? why.picked->address() : "",
                          .score_meaning = why.score_meaning,
                          .notes = why.notes};
  for (const auto& each : why.candidates) {
    view.candidates.push_back({each.endpoint->address(), each.score});
  }
  for (const auto& each : why.excluded)
    view.excluded.push_back({each.endpoint->address(), each.why});
  return view;
}

std::optional<admin::ExplainView> ExplainView(Server& server,
                                              const admin::ExplainQuestion& question,
                                              base::Time now) {
  const auto why = server.Explain(
      question.cluster, {.path = question.path, .now = now, .hash_key = question.hash_key});
  if (!why) return std::nullopt;
  return ToView(*why);
}

admin::LogLevelsView LevelsView(const telemetry::LogLevels& levels) {
  admin::LogLevelsView view;
  for (size_t i = 0; i < telemetry::kLogFolderCount; ++i) {
    const auto folder = static_cast<telemetry::LogFolder>(i);
    view.emplace_back(telemetry::LogFolderName(folder), telemetry::LogLevelName(levels.of(folder)));
  }
  return view;
}

base::Result<void, std::string> SetLogLevel(telemetry::Log& log, std::string_view level,
                                            std::string_view folder) {
  const auto wanted = telemetry::ParseLogLevel(level);
  if (!wanted) return base::Error(wanted.error());
  if (folder.empty()) {
    log.levels().Set(*wanted);
  } else if (const auto of = telemetry::ParseLogFolder(folder)) {
    log.levels().Set(*of, *wanted);
  } else {
    return base::Error(of.error());
  }
  log.Tell(telemetry::Event::kLogLevelSet,
           {{"to", telemetry::LogLevelName(*wanted)}, {"folder", folder.empty() ? "all" : folder}});
  return {};
}

admin::LiveCluster ToLive(const ClusterStatus& status, const telemetry::Metrics& metrics) {
  admin::LiveCluster live{status.name, status.policy, status.panic, status.trouble};
  for (const EndpointStatus& each : status.endpoints) {
    admin::LiveEndpoint& endpoint = live.endpoints.emplace_back();
    endpoint.view = ToView(each);
    if (!each.number) continue;
    const telemetry::AttemptCounts counts = metrics.Attempts(*each.number);
    endpoint.ended = counts.ended;
    endpoint.failed = counts.failed;
    endpoint.latencies = counts.latencies;
  }
  for (const telemetry::NamedCount& each : status.calls) {
    if (each.group == "shed") live.shed += each.value;
    if (each.group == "retries") live.retries += each.value;
  }
  live.limits = ToViews(status.limits);
  return live;
}

admin::LiveView Live(const Server& server, const Reloader& reloader, base::Time now,
                     const telemetry::Metrics& metrics) {
  admin::ReadyView ready = ReadyView(server, reloader);
  admin::LiveView live{now, ready.ready, std::move(ready.reasons), std::move(ready.notes)};
  const telemetry::ProcessFacts facts = telemetry::ReadProcessFacts();
  live.cpu = facts.cpu;
  live.resident = facts.resident_bytes.value_or(0);
  for (const ClusterStatus& each : server.Clusters()) {
    live.clusters.push_back(ToLive(each, metrics));
  }
  return live;
}

}  // namespace

admin::Sources AdminSources(Server& server, const base::Clock& clock, telemetry::Metrics& metrics,
                            Reloader& reloader, telemetry::Log& log) {
  return {
      .metrics =
          [&metrics, &clock] {
            metrics.Forget(clock.Now());
            return metrics.Text();
          },
      .ready = [&server, &reloader] { return ReadyView(server, reloader); },
      .clusters = [&server] { return ClusterViews(server); },
      .config = [&reloader] { return reloader.config(); },
      .reload =
          [&reloader](const admin::Sources::Tell& tell) {
            reloader.Reload("POST /reload", [tell](auto report) { tell(ToView(report)); });
          },
      .preview =
          [&reloader](const admin::Sources::Tell& tell) {
            reloader.Preview([tell](auto report) { tell(ToView(report)); });
          },
      .explain =
          [&server, &clock](const admin::ExplainQuestion& question) {
            return ExplainView(server, question, clock.Now());
          },
      .events = [&log](uint64_t after) { return log.events().Recent(after); },
      .log_levels = [&log] { return LevelsView(log.levels()); },
      .set_log_level = [&log](std::string_view level,
                              std::string_view folder) { return SetLogLevel(log, level, folder); }};
}

admin::Sources WithDashboard(admin::Sources sources, Server& server, const base::Clock& clock,
                             telemetry::Metrics& metrics, Reloader& reloader) {
  sources.live = [&server, &clock, &metrics, &reloader] {
    return Live(server, reloader, clock.Now(), metrics);
  };
  return sources;
}

}  // namespace evenkeel::proxy
