#include "backend/client/load_generator.h"

#include <sys/prctl.h>

#include <algorithm>
#include <thread>

#include "backend/client/channel.h"

namespace evenkeel::backend {
namespace {

// How long calls may take after the last one has started.
constexpr std::chrono::seconds kLimitWithoutDeadline{10};
constexpr std::chrono::seconds kLimitBeyondDeadline{1};
constexpr std::chrono::seconds kLimitOnceInterrupted{1};

base::Time Now() { return std::chrono::steady_clock::now(); }

}  // namespace

LoadGenerator::LoadGenerator(const ClientOptions& options, LoadStats& stats)
    : options_(options), load_(*options.load), stats_(stats), plan_(options) {
  for (size_t index = 0; index < load_.connections; ++index) {
    Connection connection;
    connection.channel = MakeChannel(options);
    connection.stub = std::make_unique<grpc::GenericStub>(connection.channel);
    connection.shared = std::make_unique<LoadCall::Connection>(
        LoadCall::Connection{*connection.stub, queue_, plan_, options_, *this, index});
    connections_.push_back(std::move(connection));
  }
}

LoadGenerator::~LoadGenerator() = default;

bool LoadGenerator::Connect() {
  for (const Connection& connection : connections_) connection.channel->GetState(true);
  return std::ranges::all_of(connections_, [this](const Connection& connection) {
    return backend::Connect(*connection.channel, options_);
  });
}

void LoadGenerator::Run() {
  // The kernel may otherwise delay each wake-up by 50 us, to save power.
  prctl(PR_SET_TIMERSLACK, 1);
  {
    const std::lock_guard lock(mutex_);
    start_ = last_start_ = last_finish_ = Now();
    end_ = start_ + load_.duration;
  }
  std::thread completions(&LoadGenerator::Complete, this);
  if (load_.rate) {
    RunOpenLoop();
  } else {
    RunClosedLoop();
  }
  AwaitEnd();
  queue_.Shutdown();
  completions.join();
}

void LoadGenerator::RunOpenLoop() {
  Schedule schedule(*load_.rate, start_, load_.duration, load_.calls);
  size_t connection = 0;
  while (const auto due = schedule.Next()) {
    uint64_t number = 0;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, *due, [this] { return interrupted_; });
      // Being late is no reason to skip a call: its lateness counts.
      changed_.wait_until(lock, end_,
                          [this] { return interrupted_ || calls_.size() < load_.max_in_flight; });
      if (interrupted_) return;
      if (calls_.size() >= load_.max_in_flight) {
        do ++unstarted_;
        while (schedule.Next());
        return;
      }
      number = started_++;
      last_start_ = Now();
    }
    Start(connection, number, *due);
    connection = (connection + 1) % connections_.size();
  }
}

void LoadGenerator::RunClosedLoop() {
  for (uint32_t caller = 0; caller < load_.concurrency; ++caller) {
    uint64_t number = 0;
    if (!Reserve(&number)) break;
    Start(caller % connections_.size(), number, Now());
  }
  std::unique_lock lock(mutex_);
  changed_.wait_until(
      lock, end_, [this] { return interrupted_ || (load_.calls > 0 && started_ >= load_.calls); });
}

void LoadGenerator::AwaitEnd() {
  base::Duration limit = kLimitWithoutDeadline;
  if (options_.deadline > base::Duration::zero()) limit = options_.deadline + kLimitBeyondDeadline;
  if (options_.method == Method::kWatch) limit = base::Duration::zero();
  std::unique_lock lock(mutex_);
  ended_ = true;
  const base::Time latest = Now() + limit;
  changed_.wait_until(lock, latest, [this] { return interrupted_ || calls_.empty(); });
  const base::Time latest_now = std::min(latest, Now() + kLimitOnceInterrupted);
  changed_.wait_until(lock, latest_now, [this] { return calls_.empty(); });
  cancelled_ = true;
  for (const auto& [key, call] : calls_) call->Cancel();
  changed_.wait(lock, [this] { return calls_.empty(); });
}

void LoadGenerator::Complete() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) static_cast<Completion*>(tag)->Complete(ok);
}

void LoadGenerator::OnFinished(LoadCall& call) {
  const base::Time now = Now();
  Record(call, now);
  const size_t connection = call.connection().index;
  uint64_t number = 0;
  if (!load_.rate && Reserve(&number)) Start(connection, number, Now());
  std::unique_ptr<LoadCall> finished;
  const std::lock_guard lock(mutex_);
  last_finish_ = now;
  const auto found = calls_.find(&call);
  finished = std::move(found->second);
  calls_.erase(found);
  changed_.notify_one();
}

void LoadGenerator::Record(const LoadCall& call, base::Time now) {
  FinishedCall finished{.latency = now - call.due(),
                        .status = {CodeOf(call.status()), call.status().error_message()},
                        .replica = ServedBy(call.context())};
  bool cancelled = false;
  {
    const std::lock_guard lock(mutex_);
    cancelled = cancelled_ && finished.status.code == rpc::StatusCode::kCancelled;
  }
  if (cancelled && options_.method != Method::kWatch) return stats_.Abandoned();
  // A watch has no end of its own: having lasted until we end it is its success.
  if (cancelled) finished.status = {};
  stats_.Finished(finished);
}

bool LoadGenerator::Reserve(uint64_t* number) {
  const std::lock_guard lock(mutex_);
  const base::Time now = Now();
  if (interrupted_ || ended_ || now >= end_) return false;
  if (load_.calls > 0 && started_ >= load_.calls) return false;
  *number = started_++;
  last_start_ = now;
  return true;
}

void LoadGenerator::Start(size_t connection, uint64_t number, base::Time due) {
  auto call = LoadCall::Make(*connections_[connection].shared, number, due);
  LoadCall& started = *call;
  stats_.Started();
  {
    const std::lock_guard lock(mutex_);
    calls_.emplace(&started, std::move(call));
    if (cancelled_) started.Cancel();
  }
  started.Start();
}

void LoadGenerator::Interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  changed_.notify_one();
}

LoadRun LoadGenerator::Progress() const {
  const std::lock_guard lock(mutex_);
  LoadRun run;
  run.target = options_.target->ToString();
  run.method = options_.method;
  run.options = load_;
  run.elapsed = (ended_ && calls_.empty() ? last_finish_ : Now()) - start_;
  run.starting_time = last_start_ - start_;
  run.started = started_;
  run.unstarted = unstarted_;
  run.end = interrupted_ ? LoadRun::End::kInterrupted : LoadRun::End::kComplete;
  return run;
}

}  // namespace evenkeel::backend
