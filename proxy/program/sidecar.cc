#include "proxy/program/sidecar.h"

#include <malloc.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/version.h"
#include "lib/net/background_thread.h"
#include "lib/net/event_loop.h"
#include "lib/net/library_log.h"
#include "lib/net/listening_sockets.h"
#include "lib/net/signal_watcher.h"
#include "lib/net/systemd.h"
#include "lib/net/timer.h"
#include "lib/process/cpu_quota.h"
#include "lib/telemetry/access_log.h"
#include "lib/telemetry/log.h"
#include "lib/telemetry/metrics.h"
#include "lib/telemetry/output_thread.h"
#include "lib/telemetry/process_facts.h"
#include "proxy/admin/server.h"
#include "proxy/program/admin_sources.h"
#include "proxy/program/diff_command.h"
#include "proxy/program/file_config_source.h"
#include "proxy/program/handover.h"
#include "proxy/program/reloader.h"
#include "proxy/server/server.h"

namespace evenkeel::proxy {
namespace {

using telemetry::Event;

// What it acts on: to drain all but the last two, which reload, and open the access log anew.
constexpr std::initializer_list<int> kSignals = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1};

int Fail(telemetry::Log& log, const std::string& reason) {
  log.Tell(Event::kCannotStart, {{"reason", reason}});
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

class Sidecar {
 public:
  Sidecar(const RunCommand& command, const config::Loading& loading)
      : command_(command),
        loading_(loading),
        config_(*loading.config),
        log_(command.log_level, command.log_format),
        library_log_([this](std::string_view message) {
          log_.Tell(Event::kLibraryWarning, {{"says", message}});
        }),
        watcher_(loop_, kSignals, [this](int signal) { OnSignal(signal); }),
        handover_(loop_, sockets_, log_),
        watchdog_(loop_, [this] { FeedWatchdog(); }) {
    metrics_.CountLogDropsBy([this] { return log_.dropped(); });
    metrics_.CountEventsBy([this](Event event) { return log_.events().count(event); });
  }

  int Run();

 private:
  using MakeSink = std::function<std::unique_ptr<telemetry::CallSink>(unsigned worker)>;

  base::Result<void, std::string> Start();
  base::Result<MakeSink, std::string> OpenAccessLog();
  base::Result<void, std::string> Open();
  base::Result<void, std::string> PrepareAdmin();
  base::Result<void, std::string> OfferTakeover();
  void OnTokensReread(const std::string& trouble);
  void OnServing();
  void OnReadiness(const std::vector<std::string>& reasons);
  void TellState(Event state);
  void Reload();
  void OnSignal(int signal);
  void OnTaken();
  void TellStopping();
  void EndWith(const std::string& reason);
  void FeedWatchdog();

  const RunCommand& command_;
  const config::Loading& loading_;
  const config::Config& config_;  // at the start
  telemetry::Log log_;
  const net::LibraryLog library_log_;
  telemetry::Metrics metrics_;
  telemetry::OutputThread output_thread_;
  telemetry::AccessLogMetrics access_log_metrics_;
  telemetry::AccessLog access_log_{output_thread_, access_log_metrics_};
  net::Systemd systemd_;
  net::ListeningSockets sockets_;
  net::EventLoop loop_;
  const net::SignalWatcher watcher_;
  Handover handover_;
  net::Timer watchdog_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<ConfigSource> source_;
  std::optional<Reloader> reloader_;
  base::FileDescriptor admin_socket_;  // these two until it serves
  admin::Access admin_access_;
  std::unique_ptr<admin::Server> admin_;
  int signals_ = 0;
  int reloads_ = 0;          // that SIGHUP has asked for and that go on
  bool is_serving_ = false;  // the service manager has been told,
  bool is_ending_ = false;   // and of this
  unsigned workers_ = 0;
  bool was_ready_ = false;
  int exit_code_ = EXIT_SUCCESS;
  net::BackgroundThread background_{loop_};  // last: its answers are for those above
};

int Sidecar::Run() {
  if (auto started = Start(); !started) return Fail(log_, started.error());
  handover_.Complete({.why_not_ready =
                          [this](const std::vector<std::string>& serving) {
                            return server_->NotReadyReasons(serving);
                          },
                      .on_serving = [this] { OnServing(); },
                      .on_failed =
                          [this] {
                            exit_code_ = EXIT_FAILURE;
                            server_->HandOver([this] { loop_.Stop(); });
                          }});
  loop_.WatchTurns([this, last = telemetry::ThreadCpuTime()]() mutable {
    const auto now = telemetry::ThreadCpuTime();
    metrics_.main_turns().Observe(now - std::exchange(last, now));
  });
  loop_.Run();
  if (exit_code_ == EXIT_SUCCESS) log_.Tell(Event::kStopped);
  return exit_code_;
}

base::Result<void, std::string> Sidecar::Start() {
  sockets_.Inherit(systemd_.TakeSockets());
  if (command_.takeover) {
    if (auto begun = handover_.Begin(command_.takeover_socket); !begun) return begun;
  }
  workers_ =
      command_.workers.value_or(config_.workers ? *config_.workers : AvailableCpus(Cgroup()));
  auto sinks = OpenAccessLog();
  if (!sinks) return base::Error(sinks.error());
  auto started = Server::Start(loop_, config_,
                               {.workers = workers_,
                                .drain_timeout = command_.drain_timeout,
                                .seed = std::random_device()(),
                                .make_sink = std::move(*sinks)},
                               sockets_, metrics_, log_);
  if (!started) return base::Error(started.error());
  server_ = std::move(*started);
  source_ =
      std::make_unique<FileConfigSource>(loop_, background_, command_.config_file, loading_.files);
  reloader_.emplace(*source_, background_, config_, loading_.fingerprint, *server_, metrics_, log_,
                    DescribeChanges);
  for (const config::ConfigError& each : loading_.warnings) {
    log_.Tell(Event::kConfigWarning, {{"warning", config::FormatWarning(each)}});
  }
  return PrepareAdmin();
}

// What can fail of it, so that it does before a predecessor is told to go.
base::Result<void, std::string> Sidecar::PrepareAdmin() {
  if (!config_.admin.address) return {};
  auto sockets = sockets_.Open(*config_.admin.address, 1, {.mode = config_.admin.mode});
  if (!sockets) return base::Error("admin: " + sockets.error());
  admin_socket_ = std::move(sockets->front());
  admin_access_.open = config_.admin.open;
  if (admin_access_.open.empty()) admin_access_.open = {"/live", "/ready"};
  if (!config_.admin.token_file.empty()) {
    auto tokens =
        admin::Tokens::Open(loop_, config_.admin.token_file,
                            [this](const std::string& trouble) { OnTokensReread(trouble); });
    if (!tokens) return base::Error("admin: " + tokens.error());
    admin_access_.tokens = std::move(*tokens);
  }
  return {};
}

void Sidecar::OnTokensReread(const std::string& trouble) {
  if (trouble.empty()) return log_.Tell(Event::kAdminTokensRead);
  log_.Tell(Event::kAdminTokensRejected, {{"reason", trouble}});
}

// Nothing: there is none.
base::Result<Sidecar::MakeSink, std::string> Sidecar::OpenAccessLog() {
  if (command_.access_log.to.empty()) return MakeSink();
  auto plan = access_log_.Open({command_.access_log});
  if (!plan) return base::Error(plan.error());
  return [this, plan = std::move(*plan)](unsigned worker) {
    return access_log_.MakeSink(plan, worker, std::random_device()());
  };
}

// What only one process can have: the admin port and the place where successors ask.
base::Result<void, std::string> Sidecar::Open() {
  if (admin_socket_) {
    admin::Sources sources =
        WithDashboard(AdminSources(*server_, loop_, metrics_, *reloader_, log_), *server_, loop_,
                      metrics_, *reloader_);
    sources.metrics = [this, others = std::move(sources.metrics)] {
      return others() + access_log_metrics_.Text();
    };
    auto opened = admin::Server::Open(loop_, admin_socket_, std::move(sources),
                                      std::chrono::seconds(10), {}, std::move(admin_access_));
    admin_socket_ = base::FileDescriptor();
    if (!opened) return base::Error(opened.error());
    admin_ = std::move(*opened);
  }
  return OfferTakeover();
}

base::Result<void, std::string> Sidecar::OfferTakeover() {
  if (command_.takeover_socket.empty()) return {};
  auto offered = handover_.Offer(
      command_.takeover_socket, [this] { return server_->Serving(); }, [this] { OnTaken(); });
  if (offered || !handover_.has_taken_over()) return offered;
  // The predecessor serves no more, so this one does, whatever is wrong.
  log_.Tell(Event::kNoTakeoverOffer, {{"reason", offered.error()}});
  return {};
}

void Sidecar::OnServing() {
  if (auto opened = Open(); !opened) return EndWith(opened.error());
  // Others listened there, and we shall not: clients had better be refused than wait.
  for (const std::string& each : sockets_.unclaimed()) {
    log_.Tell(Event::kInheritedSocketClosed, {{"address", each}});
  }
  sockets_.DropUnclaimed();
  sockets_.Own();
  TellState(Event::kListening);
  server_->WatchReadiness(
      [this](const std::vector<std::string>& reasons) { OnReadiness(reasons); });
  is_serving_ = true;
  systemd_.Ready("serving");
  FeedWatchdog();
}

void Sidecar::OnReadiness(const std::vector<std::string>& reasons) {
  if (reasons.empty()) {
    was_ready_ = true;
    return TellState(Event::kReady);
  }
  log_.Tell(was_ready_ ? Event::kNotReady : Event::kWaitingToBeReady, {{"reasons", reasons}});
}

void Sidecar::TellState(Event state) {
  log_.Tell(state, {{"version", base::kVersion},
                    {"listeners", server_->listening_on()},
                    {"admin", admin_ ? admin_->address() : "off"},
                    {"clusters", server_->balancing_over()},
                    {"workers", workers_}});
}

void Sidecar::EndWith(const std::string& reason) {
  exit_code_ = Fail(log_, reason);
  loop_.Post([this] { loop_.Stop(); });  // it may not run yet
}

void Sidecar::Reload() {
  // A service that waits to take over is still starting.
  if (is_serving_) systemd_.Reloading();
  ++reloads_;
  reloader_->Reload("SIGHUP", [this](const Reloader::Report&) {
    if (--reloads_ == 0 && is_serving_ && !is_ending_) systemd_.Ready("serving");
  });
}

void Sidecar::OnSignal(int signal) {
  if (signal == SIGHUP) return Reload();
  if (signal == SIGUSR1) return output_thread_.Reopen();
  if (++signals_ > 1) {
    log_.Tell(Event::kEndingAtOnce);
    return loop_.Stop();
  }
  log_.Tell(Event::kDraining, {{"signal", signal}});
  TellStopping();
  handover_.Withdraw();
  server_->Drain([this] { loop_.Stop(); });
}

void Sidecar::TellStopping() {
  is_ending_ = true;
  systemd_.Stopping();
}

void Sidecar::OnTaken() {
  TellStopping();
  loop_.DeleteLater(std::move(admin_));
  server_->HandOver([this] { loop_.Stop(); });
}

// A main thread or a worker that hangs for a whole watchdog period has the manager start anew.
void Sidecar::FeedWatchdog() {
  if (!systemd_.watchdog_period()) return;
  server_->CheckAlive([this] { systemd_.Alive(); });
  watchdog_.StartAfter(*systemd_.watchdog_period());
}

}  // namespace

void HoldSignals() {
  net::BlockSignals(kSignals);
  std::signal(SIGPIPE, SIG_IGN);  // evhttp writes to admin clients that may have gone
  // It starts no process. As process 1 of a container it gets those whose parents have ended, and
  // nobody else would reap them.
  std::signal(SIGCHLD, SIG_IGN);
  std::signal(SIGUSR2, SIG_IGN);  // others take over by it; it would end this process at once
}

int Serve(const RunCommand& command, const config::Loading& loading) {
  RaiseDescriptorLimit();
  ShareOneHeap();
  return Sidecar(command, loading).Run();
}

}  // namespace evenkeel::proxy
