// The program: flags, configuration, then the server and its admin port on the main thread's loop.

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <random>

#include "admin/server.h"
#include "base/version.h"
#include "config/loader.h"
#include "net/event_loop.h"
#include "net/signal_watcher.h"
#include "proxy/command_line.h"
#include "proxy/cpu_quota.h"
#include "proxy/ready_question.h"
#include "proxy/server.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace evenkeel::proxy {
namespace {

admin::ReadyView ReadyView(const Server& server) {
  auto reasons = server.NotReadyReasons();
  return {reasons.empty(), std::move(reasons)};
}

std::vector<admin::ClusterView> ClusterViews(const Server& server) {
  std::vector<admin::ClusterView> views;
  for (const ClusterStatus& cluster : server.Clusters()) {
    admin::ClusterView view{cluster.name, cluster.policy, {}};
    for (const EndpointStatus& each : cluster.endpoints) {
      view.endpoints.push_back({each.address, std::string(each.health.state), each.in_flight,
                                each.picked, each.ready_workers,
                                std::chrono::duration<double>(each.health.age).count(),
                                each.health.why, each.health.last_probe, each.health.successes,
                                each.health.failures, each.health.failures_in_a_row});
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

admin::Sources AdminSources(Server& server, const base::Clock& clock,
                            const telemetry::Metrics& metrics, const config::Config& config) {
  return {.metrics = [&metrics] { return metrics.Text(); },
          .ready = [&server] { return ReadyView(server); },
          .clusters = [&server] { return ClusterViews(server); },
          .config = [&config] { return config; },
          .explain =
              [&server, &clock](const admin::ExplainQuestion& question) {
                return ExplainView(server, question, clock.Now());
              }};
}

std::vector<std::string> Names(const std::vector<config::Cluster>& clusters) {
  std::vector<std::string> names;
  for (const config::Cluster& each : clusters) {
    names.push_back(each.name + " (" + std::to_string(each.endpoints.size()) + " endpoints)");
  }
  return names;
}

int Fail(telemetry::Log& log, const std::string& reason) {
  log.Error("cannot start", {{"reason", reason}});
  return EXIT_FAILURE;
}

// Each connection is a descriptor: take as many as the operator's hard limit allows.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Serve(const RunCommand& command, const config::Config& config) {
  std::signal(SIGPIPE, SIG_IGN);  // evhttp writes to admin clients that may have gone
  RaiseDescriptorLimit();
  telemetry::Log log(command.log_level, command.log_format);
  telemetry::Metrics metrics;
  net::EventLoop loop;
  std::unique_ptr<Server> server;
  int signals = 0;
  // Before the workers' threads, which inherit the blocked signals.
  const net::SignalWatcher watcher(loop, {SIGTERM, SIGINT}, [&](int signal) {
    if (++signals > 1) {
      log.Warning("second signal: ending at once");
      return loop.Stop();
    }
    log.Info("draining", {{"signal", signal}});
    server->Drain([&loop] { loop.Stop(); });
  });

  const unsigned workers =
      command.workers.value_or(config.workers ? *config.workers : AvailableCpus("/sys/fs/cgroup"));
  auto started = Server::Start(
      loop, config,
      {.workers = workers, .drain_timeout = command.drain_timeout, .seed = std::random_device()()},
      metrics, log);
  if (!started) return Fail(log, started.error());
  server = std::move(*started);

  std::unique_ptr<admin::Server> admin;
  if (config.admin.address) {
    auto opened = admin::Server::Open(loop, *config.admin.address,
                                      AdminSources(*server, loop, metrics, config));
    if (!opened) return Fail(log, opened.error());
    admin = std::move(*opened);
  }
  log.Info("ready", {{"version", base::kVersion},
                     {"listeners", server->listening_on()},
                     {"admin", admin ? admin->address() : "off"},
                     {"clusters", Names(config.clusters)},
                     {"workers", workers}});
  loop.Run();
  log.Info("stopped");
  return EXIT_SUCCESS;
}

int Check(const std::string& file, const config::Config& config) {
  std::cout << file << ": ok (" << config.listeners.size() << " listeners, "
            << config.clusters.size() << " clusters)\n";
  return EXIT_SUCCESS;
}

int SayWhetherReady(const ReadyCommand& command) {
  const auto ready = AskReady(command.admin, command.timeout);
  if (ready) return EXIT_SUCCESS;
  std::cerr << "not ready: " << ready.error() << '\n';
  return EXIT_FAILURE;
}

int Execute(const Command& command) {
  if (const auto* ready = std::get_if<ReadyCommand>(&command)) return SayWhetherReady(*ready);
  if (const auto* exit = std::get_if<ExitCommand>(&command)) return exit->code;
  const auto* run = std::get_if<RunCommand>(&command);
  const std::string& file = run ? run->config_file : std::get<CheckCommand>(command).config_file;
  const auto config = config::LoadFile(file);
  if (!config) {
    std::cerr << config::Format(config.error());
    return kUsageExitCode;
  }
  return run ? Serve(*run, *config) : Check(file, *config);
}

}  // namespace
}  // namespace evenkeel::proxy

int main(int argc, char** argv) {
  try {
    return evenkeel::proxy::Execute(evenkeel::proxy::ParseCommandLine(argc, argv));
  } catch (const std::exception& error) {  // out of memory, no thread to be had
    std::cerr << "evenkeel: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
