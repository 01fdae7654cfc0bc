#include "tests/world/life/life.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

#include "lib/base/check.h"
#include "lib/net/listening_sockets.h"
#include "lib/telemetry/call_record.h"
#include "lib/yaml/loader.h"
#include "proxy/server/server.h"
#include "tests/world/life/scenario.h"
#include "tests/world/life/weather.h"
#include "tests/world/peers/client.h"
#include "tests/world/peers/replica.h"
#include "tests/world/system/world.h"

namespace evenkeel::world {
namespace {

using namespace std::chrono_literals;

constexpr auto kDrainTimeout = 2s;
// What deadlines may be late by: the longest stall, and turns.
constexpr auto kMostLateness = 600ms;
// Longer than back-off, ejection and health checks take.
constexpr auto kHealingTime = 6s;

struct Recorded {
  int ends = 0;
  rpc::StatusCode status{};
};
using Records = std::map<uint64_t, Recorded>;

// What one worker says of its calls.
class Recorder final : public telemetry::CallSink {
 public:
  Recorder(Records& records, Ledger& ledger) : records_(records), ledger_(ledger) {}
  void OnCallStarted(const telemetry::CallRecord&) override {}
  void OnCallEnded(const telemetry::CallRecord& record) override {
    uint64_t id = 0;
    const std::string_view text =
        record.request == nullptr ? "" : record.request->Find("x-call").value_or("");
    std::from_chars(text.data(), text.data() + text.size(), id);
    if (id == 0) return ledger_.Blame("a record is of no call");
    Recorded& recorded = records_[id];
    recorded.status = record.status;
    if (++recorded.ends > 1) ledger_.Blame("call " + std::to_string(id) + " has two records");
  }

 private:
  Records& records_;
  Ledger& ledger_;
};

class Life {
 public:
  Life(uint64_t seed, bool keep_log)
      : scenario_(seed), world_(seed), random_(seed ^ 0x11fe), settings_(scenario_.settings) {
    world_.KeepLog(keep_log);
    world_.sockets().network() = scenario_.network;
  }

  Verdict Run();

 private:
  config::Config Config() const;
  void Start();
  void Storm();
  void Reload();
  void NoteSettings();
  void Heal();
  void CheckHealed();
  void Drain();
  void CallNow();
  void CallUntil(base::Time end);
  size_t Eligible() const;
  int64_t InFlight() const;
  void Check();
  void CheckCall(const CallFacts& call);
  void CheckOurStatus(const CallFacts& call);
  void CheckFairness();

  const Scenario scenario_;
  World world_;
  base::Random random_;
  Ledger ledger_{world_};
  Records records_;
  Settings settings_;
  uint32_t most_executions_ = 1;
  bool ever_pending_few_ = false;
  std::ostringstream log_text_;
  telemetry::Log log_{telemetry::LogLevel::kError, telemetry::LogFormat::kText, log_text_};
  telemetry::Metrics metrics_;
  std::optional<net::EventLoop> peers_loop_;
  std::optional<net::EventLoop> main_loop_;
  net::ListeningSockets sockets_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::unique_ptr<proxy::Server> server_;
  bool calling_ = false;
};

config::Config Life::Config() const {
  auto config = config::LoadText(settings_.ToYaml(), "life.yaml");
  if (!config) {
    for (const auto& each : config.error()) std::fprintf(stderr, "%s\n", each.reason.c_str());
  }
  CHECK(config.has_value());
  return std::move(*config);
}

void Life::Start() {
  peers_loop_.emplace();
  main_loop_.emplace();
  world_.AddLoop(*peers_loop_, "peers");
  world_.AddLoop(*main_loop_, "main");
  for (size_t i = 0; i < scenario_.replicas; ++i) {
    replicas_.push_back(std::make_unique<Replica>(world_, *peers_loop_, ledger_, i));
    replicas_.back()->Rise();
  }
  NoteSettings();
  auto started = proxy::Server::Start(
      *main_loop_, Config(),
      {.workers = scenario_.workers,
       .drain_timeout = kDrainTimeout,
       .seed = scenario_.seed,
       .make_sink = [this](unsigned) { return std::make_unique<Recorder>(records_, ledger_); }},
      sockets_, metrics_, log_);
  CHECK(started.has_value());
  server_ = std::move(*started);
  const auto all = static_cast<size_t>(scenario_.workers) * scenario_.replicas;
  if (!world_.RunUntil([&] { return settings_.policy == "pick_first" || Eligible() == all; },
                       10s)) {
    ledger_.Blame("not connected to all replicas within 10 s");
  }
  world_.RunFor(500ms);
  for (size_t i = 0; i < scenario_.clients; ++i) {
    clients_.push_back(std::make_unique<Client>(world_, *peers_loop_, ledger_, kSidecar));
  }
  world_.RunFor(50ms);
}

size_t Life::Eligible() const {
  size_t count = 0;
  for (const auto& cluster : server_->Clusters()) {
    for (const auto& each : cluster.endpoints) count += static_cast<size_t>(each.ready_workers);
  }
  return count;
}

int64_t Life::InFlight() const {
  int64_t count = 0;
  for (const auto& cluster : server_->Clusters()) {
    for (const auto& each : cluster.endpoints) count += each.in_flight;
  }
  return count;
}

void Life::CallNow() {
  clients_[random_.Below(clients_.size())]->Call(scenario_.DrawCall(random_));
}

// The next call comes by and by, until then.
void Life::CallUntil(base::Time end) {
  if (world_.now() >= end) {
    calling_ = false;
    return;
  }
  calling_ = true;
  CallNow();
  const double mean = 1e9 / scenario_.calls_per_second;
  world_.After(base::Duration(static_cast<int64_t>(random_.Between(0, 2 * mean))),
               [this, end] { CallUntil(end); });
}

void Life::Storm() {
  Weather weather({world_, replicas_, clients_, *peers_loop_, [this] { Reload(); }},
                  scenario_.seed ^ 0x3ea7);
  const base::Time end = world_.now() + scenario_.storm;
  CallUntil(end);
  while (world_.now() < end) {
    world_.RunFor(base::Duration(random_.Below(300'000'000)));
    if (!scenario_.calm) weather.Strike();
  }
}

void Life::Reload() {
  settings_ = scenario_.DrawSettings(random_);
  while (settings_.replicas.size() > 1 && random_.Below(2) == 0) {
    settings_.replicas.erase(settings_.replicas.begin());
  }
  NoteSettings();
  main_loop_->Post([this] {
    if (auto applied = server_->Apply(Config()); !applied) {
      ledger_.Blame("a reload failed: " + applied.error());
    }
  });
}

// What any configuration of this life allows.
void Life::NoteSettings() {
  most_executions_ = std::max(most_executions_, settings_.most_executions());
  ever_pending_few_ = ever_pending_few_ || settings_.max_pending_calls < 1024;
  world_.Note("configured: " + settings_.policy);
}

void Life::Heal() {
  world_.Note("all heals");
  for (const auto& each : replicas_) {
    each->SetMood({});
    each->SetMaxStreams(100);
    if (scenario_.calm) continue;
    // Calls that it has hung on to would stay for ever.
    each->Die();
    each->Rise();
  }
  world_.RunFor(kHealingTime);
  if (!world_.RunUntil([this] { return !calling_ && ledger_.open() == 0; }, 40s)) {
    for (const auto& [id, call] : ledger_.calls()) {
      if (call.ends == 0 && !call.lost) ledger_.Blame(call, "never ended");
    }
  }
}

// Nothing is wrong any more: every call is answered.
void Life::CheckHealed() {
  uint64_t before = ledger_.calls().empty() ? 0 : ledger_.calls().rbegin()->first;
  for (int i = 0; i < 20; ++i) {
    CallPlan plan;
    plan.timeout = 5s;
    clients_[random_.Below(clients_.size())]->Call(plan);
    world_.RunFor(5ms);
  }
  world_.RunUntil([this] { return ledger_.open() == 0; }, 10s);
  size_t made = 0;
  for (const auto& [id, call] : ledger_.calls()) {
    if (id <= before) continue;
    ++made;
    if (call.status != "0") {
      ledger_.Blame(call,
                    "is not OK long after the last fault: " + call.status + " " + call.message);
    }
  }
  if (made == 0) ledger_.Blame("no client could call long after the last fault");
}

void Life::Drain() {
  bool drained = false;
  main_loop_->Post([&] { server_->Drain([&drained] { drained = true; }); });
  for (const auto& each : clients_) each->Retire();
  if (!world_.RunUntil([&drained] { return drained; }, kDrainTimeout + 2s)) {
    ledger_.Blame("a drain did not end");
  }
  world_.RunFor(100ms);
}

void Life::Check() {
  if (InFlight() != 0) ledger_.Blame(std::to_string(InFlight()) + " calls are left in flight");
  for (const auto& each : replicas_) {
    if (each->open_calls() != 0) ledger_.Blame(each->address() + " has calls left");
  }
  for (const auto& [id, call] : ledger_.calls()) CheckCall(call);
  if (scenario_.calm && settings_.policy == "round_robin" && most_executions_ == 1) CheckFairness();
}

void Life::CheckCall(const CallFacts& call) {
  const auto acted = static_cast<uint32_t>(
      std::ranges::count_if(call.executions, [](const Execution& each) { return !each.refused; }));
  if (acted > most_executions_) {
    ledger_.Blame(call, "was executed " + std::to_string(acted) + " times");
  }
  if (call.lost || call.cancelled || call.ends == 0) return;
  if (call.status.empty()) return ledger_.Blame(call, "ended without a status");
  const base::Duration took = call.ended - call.started;
  if (call.plan.timeout > 0s && took > call.plan.timeout + kMostLateness) {
    ledger_.Blame(call, "ended " + std::to_string((took - call.plan.timeout) / 1ms) +
                            " ms after its deadline");
  }
  const auto recorded = records_.find(call.id);
  if (recorded == records_.end()) return ledger_.Blame(call, "has no record");
  if (std::to_string(static_cast<int>(recorded->second.status)) != call.status) {
    ledger_.Blame(call, "is recorded with another status than " + call.status);
  }
  const bool theirs = std::ranges::any_of(
      call.executions, [&call](const Execution& each) { return each.status == call.status; });
  if (!theirs) CheckOurStatus(call);
}

// What we may say by ourselves, by what has happened.
void Life::CheckOurStatus(const CallFacts& call) {
  const auto wrong = [&] {
    ledger_.Blame(call, "has status " + call.status + " for no reason: " + call.message);
  };
  if (call.status == "4") {
    if (call.plan.timeout == 0s || call.ended - call.started < call.plan.timeout) wrong();
  } else if (call.status == "8") {
    if (!ever_pending_few_) wrong();
  } else if (call.status == "14" || call.status == "13") {
    if (scenario_.calm) wrong();
  } else {
    wrong();
  }
}

void Life::CheckFairness() {
  uint64_t least = UINT64_MAX;
  uint64_t most = 0;
  for (const auto& each : replicas_) {
    least = std::min(least, each->executed());
    most = std::max(most, each->executed());
  }
  if (most - least > 1) {
    ledger_.Blame("round_robin gave " + std::to_string(least) + " to " + std::to_string(most) +
                  " calls to its endpoints");
  }
}

Verdict Life::Run() {
  Start();
  Storm();
  Heal();
  CheckHealed();
  Check();
  Drain();
  server_.reset();
  clients_.clear();
  replicas_.clear();
  world_.RunFor(1s);
  Verdict verdict;
  verdict.turns = world_.turns();
  verdict.calls = ledger_.calls().size();
  verdict.seconds =
      std::chrono::duration<double>(world_.now() - base::Time(std::chrono::hours(1))).count();
  sockets_.CloseAll();
  world_.RemoveLoop(*main_loop_);
  world_.RemoveLoop(*peers_loop_);
  main_loop_.reset();
  peers_loop_.reset();
  if (world_.sockets().open_descriptors() != 0) {
    ledger_.Blame(std::to_string(world_.sockets().open_descriptors()) + " descriptors are left");
  }
  verdict.violations = ledger_.violations();
  verdict.log = world_.log();
  verdict.fingerprint = world_.random()();
  return verdict;
}

}  // namespace

Verdict Live(uint64_t seed, bool keep_log) { return Life(seed, keep_log).Run(); }

}  // namespace evenkeel::world
