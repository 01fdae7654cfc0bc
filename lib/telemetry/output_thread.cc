#include "lib/telemetry/output_thread.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace evenkeel::telemetry {
namespace {

using std::chrono_literals::operator""ms;
using SteadyClock = std::chrono::steady_clock;

// A thread inherits the mask of who starts it. Signals are for the threads that expect them.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

// Outlives the OutputThread where its thread does.
struct OutputThread::Shared {
  struct Place {
    std::string name;  // its path, or the number of its descriptor
    std::shared_ptr<LineOutput> output;
  };

  explicit Shared(Settings chosen) : settings(chosen) {}

  void Run();
  bool Collect();
  void Flush();
  bool TellDropped();
  void LookAtFiles();
  bool IsAtEnd();
  void Sleep(bool found);
  std::vector<std::shared_ptr<LineOutput>> Outputs();
  void DropUnused();
  // With the lock held.
  std::shared_ptr<LineOutput> Find(const std::string& name) const;
  std::shared_ptr<LineStream> Add(std::shared_ptr<LineOutput> output,
                                  LineStream::Settings stream_settings);

  const Settings settings;
  const std::shared_ptr<Waker> waker = std::make_shared<Waker>();
  SteadyClock::time_point next_look = SteadyClock::now();  // the thread's

  std::mutex mutex;
  std::condition_variable ended;
  std::vector<Place> places;
  std::vector<std::weak_ptr<LineStream>> streams;
  std::vector<std::shared_ptr<LineSource>> sources;
  bool reopen = false;
  bool closing = false;
  SteadyClock::time_point last_moment{};  // of one that is closing
  bool done = false;
};

OutputThread::OutputThread(Settings settings) : shared_(std::make_shared<Shared>(settings)) {
  const NoSignals blocked;
  std::thread([shared = shared_] { shared->Run(); }).detach();
}

OutputThread::~OutputThread() {
  std::unique_lock lock(shared_->mutex);
  shared_->closing = true;
  shared_->last_moment = SteadyClock::now() + shared_->settings.last_wait;
  shared_->waker->Wake();
  shared_->ended.wait_for(lock, shared_->settings.last_wait, [this] { return shared_->done; });
}

std::shared_ptr<LineStream> OutputThread::To(int descriptor, LineStream::Settings settings) {
  const std::lock_guard lock(shared_->mutex);
  const std::string name = std::to_string(descriptor);
  std::shared_ptr<LineOutput> output = shared_->Find(name);
  if (!output) {
    output = std::make_shared<LineOutput>(LineTarget(descriptor));
    shared_->places.push_back({name, output});
  }
  return shared_->Add(std::move(output), std::move(settings));
}

base::Result<std::shared_ptr<LineStream>, std::string> OutputThread::To(
    const std::string& path, LineStream::Settings settings) {
  const std::lock_guard lock(shared_->mutex);
  const std::string name = "file " + path;
  std::shared_ptr<LineOutput> output = shared_->Find(name);
  if (!output) {
    auto target = LineTarget::Open(path);
    if (!target) return base::Error(target.error());
    output = std::make_shared<LineOutput>(std::move(*target));
    shared_->places.push_back({name, output});
  }
  return shared_->Add(std::move(output), std::move(settings));
}

void OutputThread::CollectFrom(std::shared_ptr<LineSource> source) {
  const std::lock_guard lock(shared_->mutex);
  shared_->sources.push_back(std::move(source));
  shared_->waker->Wake();
}

void OutputThread::Reopen() {
  const std::lock_guard lock(shared_->mutex);
  shared_->reopen = true;
  shared_->waker->Wake();
}

std::shared_ptr<Waker> OutputThread::waker() const { return shared_->waker; }

std::shared_ptr<LineOutput> OutputThread::Shared::Find(const std::string& name) const {
  const auto found = std::ranges::find(places, name, &Place::name);
  return found == places.end() ? nullptr : found->output;
}

std::shared_ptr<LineStream> OutputThread::Shared::Add(std::shared_ptr<LineOutput> output,
                                                      LineStream::Settings stream_settings) {
  auto stream = std::make_shared<LineStream>(std::move(output), waker, std::move(stream_settings));
  std::erase_if(streams, [](const auto& each) { return each.expired(); });
  streams.push_back(stream);
  waker->Wake();
  return stream;
}

void OutputThread::Shared::Run() {
  pthread_setname_np(pthread_self(), "line-output");
  while (true) {
    bool found = Collect();
    LookAtFiles();
    Flush();
    if (TellDropped()) found = true;
    if (!found && IsAtEnd()) break;
    DropUnused();
    Sleep(found);
  }
  const std::lock_guard lock(mutex);
  done = true;
  ended.notify_all();
}

bool OutputThread::Shared::Collect() {
  std::unique_lock lock(mutex);
  const auto all = sources;
  lock.unlock();
  bool found = false;
  for (const auto& each : all) found = each->Collect() || found;
  return found;
}

void OutputThread::Shared::Flush() {
  for (const auto& each : Outputs()) each->Flush();
}

bool OutputThread::Shared::TellDropped() {
  std::unique_lock lock(mutex);
  const auto all = streams;
  lock.unlock();
  bool told = false;
  for (const auto& each : all) {
    if (const auto stream = each.lock()) told = stream->TellDropped() || told;
  }
  return told;
}

void OutputThread::Shared::LookAtFiles() {
  std::unique_lock lock(mutex);
  const bool anew = std::exchange(reopen, false);
  lock.unlock();
  if (!anew && SteadyClock::now() < next_look) return;
  next_look = SteadyClock::now() + kLookPeriod;
  for (const auto& each : Outputs()) {
    if (anew) {
      each->Flush();  // what was there before belongs into the old file
      each->Reopen();
    } else {
      each->ReopenIfLeft();
    }
  }
}

bool OutputThread::Shared::IsAtEnd() {
  const auto outputs = Outputs();
  const bool all_written =
      std::ranges::all_of(outputs, [](const auto& each) { return each->empty(); });
  const std::lock_guard lock(mutex);
  return closing && (all_written || SteadyClock::now() >= last_moment);
}

void OutputThread::Shared::Sleep(bool found) {
  const auto outputs = Outputs();
  waker->WillSleep(found ? Waker::Sleep::kShort : Waker::Sleep::kLong);
  std::vector<int> full;
  bool looks_again = false;
  for (const auto& each : outputs) {
    if (each->waits()) {
      full.push_back(each->descriptor());
    } else if (!each->failing() && !each->empty()) {
      return waker->StayAwake();
    }
    looks_again = looks_again || each->is_file();
  }
  std::optional<std::chrono::milliseconds> most;
  {
    const std::lock_guard lock(mutex);
    if (looks_again || !sources.empty()) most = kLookPeriod;
    if (found) most = kCollectPeriod;
    if (closing) most = 10ms;
    if (reopen) return waker->StayAwake();
  }
  waker->SleepOn(full, most);
}

std::vector<std::shared_ptr<LineOutput>> OutputThread::Shared::Outputs() {
  const std::lock_guard lock(mutex);
  std::vector<std::shared_ptr<LineOutput>> outputs;
  for (const Place& each : places) outputs.push_back(each.output);
  return outputs;
}

// Those that no stream leads to any more, once all is written.
void OutputThread::Shared::DropUnused() {
  const std::lock_guard lock(mutex);
  std::erase_if(places, [](const Place& each) {
    return each.output.use_count() == 1 && each.output->empty();
  });
}

}  // namespace evenkeel::telemetry
