#include "proxy/program/admin_sources.h"

#include <chrono>
#include <utility>

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

std::vector<admin::ClusterView> ClusterViews(const Server& server) {
  std::vector<admin::ClusterView> views;
  for (const ClusterStatus& cluster : server.Clusters()) {
    admin::ClusterView view{cluster.name, cluster.policy,  {},
                            {},           cluster.trouble, TlsWord(cluster.tls)};
    for (const EndpointStatus& each : cluster.endpoints) {
      view.endpoints.push_back({each.address, std::string(each.health.state), each.in_flight,
                                each.picked, each.ready_workers,
                                std::chrono::duration<double>(each.health.age).count(),
                                each.health.why, each.health.last_probe, each.health.successes,
                                each.health.failures, each.health.failures_in_a_row});
    }
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

}  // namespace

admin::Sources AdminSources(Server& server, const base::Clock& clock, telemetry::Metrics& metrics,
                            Reloader& reloader) {
  return {.metrics =
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
              }};
}

}  // namespace evenkeel::proxy
