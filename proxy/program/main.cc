// The program: flags, configuration, then the server and its admin port on the main thread's loop.

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <random>

#include "lib/base/version.h"
#include "lib/config_json/config_diff.h"
#include "lib/config_json/schema.h"
#include "lib/net/event_loop.h"
#include "lib/net/listening_sockets.h"
#include "lib/net/signal_watcher.h"
#include "lib/net/systemd.h"
#include "lib/net/timer.h"
#include "lib/process/cpu_quota.h"
#include "lib/telemetry/log.h"
#include "lib/telemetry/metrics.h"
#include "lib/yaml/loader.h"
#include "lib/yaml/starting_file.h"
#include "proxy/admin/server.h"
#include "proxy/program/command_line.h"
#include "proxy/program/handover.h"
#include "proxy/program/ready_question.h"
#include "proxy/program/reloader.h"
#include "proxy/server/server.h"

namespace evenkeel::proxy {
namespace {

admin::ReadyView ReadyView(const Server& server, const Reloader& reloader) {
  auto reasons = server.NotReadyReasons();
  admin::ReadyView view{reasons.empty(), std::move(reasons)};
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

std::vector<std::string> DescribeChanges(const config::Config& before,
                                         const config::Config& after) {
  std::vector<std::string> lines;
  for (const admin::ConfigChange& each : admin::Diff(before, after)) {
    lines.push_back(admin::ToLine(each));
  }
  return lines;
}

std::vector<admin::ClusterView> ClusterViews(const Server& server) {
  std::vector<admin::ClusterView> views;
  for (const ClusterStatus& cluster : server.Clusters()) {
    admin::ClusterView view{cluster.name, cluster.policy, {}, {}};
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

admin::Sources AdminSources(Server& server, const base::Clock& clock,
                            const telemetry::Metrics& metrics, Reloader& reloader) {
  return {.metrics = [&metrics] { return metrics.Text(); },
          .ready = [&server, &reloader] { return ReadyView(server, reloader); },
          .clusters = [&server] { return ClusterViews(server); },
          .config = [&reloader] { return reloader.config(); },
          .reload = [&reloader] { return ToView(reloader.Reload("POST /reload")); },
          .preview = [&reloader] { return ToView(reloader.Preview()); },
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

// One heap for all threads. A heap of a thread's own grows by a page and a system call at a time,
// several for each new connection; and calls allocate nothing, so nobody waits for its lock.
void ShareOneHeap() { mallopt(M_ARENA_MAX, 1); }

// All that runs from the flags to the exit, on the main thread.
class Sidecar {
 public:
  Sidecar(const RunCommand& command, const config::Loading& loading)
      : command_(command),
        loading_(loading),
        config_(*loading.config),
        log_(command.log_level, command.log_format),
        // Before the workers' threads, which inherit the blocked signals.
        watcher_(loop_, {SIGTERM, SIGINT, SIGHUP}, [this](int signal) { OnSignal(signal); }),
        handover_(loop_, sockets_, log_),
        watchdog_(loop_, [this] { FeedWatchdog(); }) {}

  int Run();

 private:
  base::Result<void, std::string> Start();
  base::Result<void, std::string> Open();
  void OnServing();
  void Reload();
  void OnSignal(int signal);
  void OnTaken();
  void EndWith(const std::string& reason);
  void FeedWatchdog();

  const RunCommand& command_;
  const config::Loading& loading_;
  const config::Config& config_;  // at the start
  telemetry::Log log_;
  telemetry::Metrics metrics_;
  net::Systemd systemd_;
  net::ListeningSockets sockets_;
  net::EventLoop loop_;
  const net::SignalWatcher watcher_;
  Handover handover_;
  net::Timer watchdog_;
  std::unique_ptr<Server> server_;
  std::optional<Reloader> reloader_;
  std::unique_ptr<admin::Server> admin_;
  int signals_ = 0;
  unsigned workers_ = 0;
  int exit_code_ = EXIT_SUCCESS;
};

int Sidecar::Run() {
  if (auto started = Start(); !started) return Fail(log_, started.error());
  handover_.Complete({.why_not_ready = [this] { return server_->NotReadyReasons(); },
                      .on_serving = [this] { OnServing(); },
                      .on_failed =
                          [this] {
                            exit_code_ = EXIT_FAILURE;
                            server_->HandOver([this] { loop_.Stop(); });
                          }});
  loop_.Run();
  if (exit_code_ == EXIT_SUCCESS) log_.Info("stopped");
  return exit_code_;
}

base::Result<void, std::string> Sidecar::Start() {
  sockets_.Inherit(systemd_.TakeSockets());
  if (command_.takeover) {
    if (auto begun = handover_.Begin(command_.takeover_socket); !begun) return begun;
  }
  workers_ =
      command_.workers.value_or(config_.workers ? *config_.workers : AvailableCpus(Cgroup()));
  auto started = Server::Start(loop_, config_,
                               {.workers = workers_,
                                .drain_timeout = command_.drain_timeout,
                                .seed = std::random_device()()},
                               sockets_, metrics_, log_);
  if (!started) return base::Error(started.error());
  server_ = std::move(*started);
  reloader_.emplace(loop_, command_.config_file, loading_, *server_, metrics_, log_,
                    DescribeChanges);
  return {};
}

// What only one process can have: the admin port and the place where successors ask.
base::Result<void, std::string> Sidecar::Open() {
  if (config_.admin.address) {
    const auto socket = sockets_.Open(*config_.admin.address, 1);
    if (!socket) return base::Error("admin: " + socket.error());
    auto opened = admin::Server::Open(loop_, socket->front(),
                                      AdminSources(*server_, loop_, metrics_, *reloader_));
    if (!opened) return base::Error(opened.error());
    admin_ = std::move(*opened);
  }
  if (command_.takeover_socket.empty()) return {};
  return handover_.Offer(command_.takeover_socket, [this] { OnTaken(); });
}

void Sidecar::OnServing() {
  if (auto opened = Open(); !opened) return EndWith(opened.error());
  // Others listened there, and we shall not: clients had better be refused than wait.
  for (const std::string& each : sockets_.unclaimed()) {
    log_.Warning("inherited socket closed: no listener has its address", {{"address", each}});
  }
  sockets_.DropUnclaimed();
  log_.Info("ready", {{"version", base::kVersion},
                      {"listeners", server_->listening_on()},
                      {"admin", admin_ ? admin_->address() : "off"},
                      {"clusters", Names(config_.clusters)},
                      {"workers", workers_}});
  systemd_.Ready("serving");
  FeedWatchdog();
}

void Sidecar::EndWith(const std::string& reason) {
  exit_code_ = Fail(log_, reason);
  loop_.Post([this] { loop_.Stop(); });  // it may not run yet
}

void Sidecar::Reload() {
  systemd_.Reloading();
  reloader_->Reload("SIGHUP");
  systemd_.Ready("serving");
}

void Sidecar::OnSignal(int signal) {
  if (signal == SIGHUP) return Reload();
  if (++signals_ > 1) {
    log_.Warning("second signal: ending at once");
    return loop_.Stop();
  }
  log_.Info("draining", {{"signal", signal}});
  systemd_.Stopping();
  handover_.Withdraw();
  server_->Drain([this] { loop_.Stop(); });
}

void Sidecar::OnTaken() {
  systemd_.Stopping();
  loop_.DeleteLater(std::move(admin_));
  server_->HandOver([this] { loop_.Stop(); });
}

// A main thread or a worker that hangs for a whole watchdog period has the manager start anew.
void Sidecar::FeedWatchdog() {
  if (!systemd_.watchdog_period()) return;
  server_->CheckAlive([this] { systemd_.Alive(); });
  watchdog_.StartAfter(*systemd_.watchdog_period());
}

int Serve(const RunCommand& command, const config::Loading& loading) {
  std::signal(SIGPIPE, SIG_IGN);  // evhttp writes to admin clients that may have gone
  // It starts no process. As process 1 of a container it gets those whose parents have ended, and
  // nobody else would reap them.
  std::signal(SIGCHLD, SIG_IGN);
  RaiseDescriptorLimit();
  ShareOneHeap();
  return Sidecar(command, loading).Run();
}

int Print(std::string_view text) {
  std::cout << text << std::flush;
  return std::cout ? EXIT_SUCCESS : EXIT_FAILURE;
}

// Files of endpoints that are there; one that is not may come later.
bool CheckEndpointFiles(const config::Config& config) {
  bool good = true;
  for (const config::Cluster& each : config.clusters) {
    const auto* file = std::get_if<config::EndpointsFile>(&each.origin);
    if (file == nullptr || ::access(file->path.c_str(), F_OK) != 0) continue;
    const auto endpoints = config::LoadEndpoints(file->path);
    if (!endpoints) std::cerr << config::Format(endpoints.error());
    good = good && endpoints;
  }
  return good;
}

int Check(const std::string& file, const config::Config& config) {
  if (!CheckEndpointFiles(config)) return kUsageExitCode;
  std::cout << file << ": ok (" << config.listeners.size() << " listeners, "
            << config.clusters.size() << " clusters)\n";
  return EXIT_SUCCESS;
}

// As of diff(1): 0 without a difference, 1 with one.
int ShowDiff(const DiffCommand& command) {
  const auto before = config::LoadFile(command.before);
  if (!before) std::cerr << config::Format(before.error());
  const auto after = config::LoadFile(command.after);
  if (!after) std::cerr << config::Format(after.error());
  if (!before || !after) return kUsageExitCode;
  const auto lines = DescribeChanges(*before, *after);
  for (const std::string& each : lines) std::cout << each << '\n';
  return lines.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int SayWhetherReady(const ReadyCommand& command) {
  const auto ready = AskReady(command.admin, command.timeout);
  if (ready) return EXIT_SUCCESS;
  std::cerr << "not ready: " << ready.error() << '\n';
  return EXIT_FAILURE;
}

int Execute(const Command& command) {
  if (const auto* ready = std::get_if<ReadyCommand>(&command)) return SayWhetherReady(*ready);
  if (const auto* diff = std::get_if<DiffCommand>(&command)) return ShowDiff(*diff);
  if (std::holds_alternative<SchemaCommand>(command)) return Print(admin::SchemaJson());
  if (std::holds_alternative<InitCommand>(command)) return Print(config::kStartingFile);
  if (const auto* exit = std::get_if<ExitCommand>(&command)) return exit->code;
  const auto* run = std::get_if<RunCommand>(&command);
  const std::string& file = run ? run->config_file : std::get<CheckCommand>(command).config_file;
  const config::Loading loading = config::Load(file);
  if (!loading.config) {
    std::cerr << config::Format(loading.config.error());
    return kUsageExitCode;
  }
  return run ? Serve(*run, loading) : Check(file, *loading.config);
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
