#include "lib/telemetry/log_writer.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace evenkeel::telemetry {

// Outlives the LogWriter where its thread does.
struct LogWriter::Shared {
  Shared(int to, Settings chosen) : descriptor(to), settings(std::move(chosen)) {}

  void Run();
  bool WriteAll(const std::string& text);
  // With the lock held.
  void Queue(std::string line);
  void QueueDropped() { Queue(settings.tell(std::exchange(untold, 0))); }

  const int descriptor;
  const Settings settings;
  std::atomic<uint64_t> dropped = 0;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> lines;  ///< with their ends
  size_t bytes = 0;               ///< of `lines`
  uint64_t untold = 0;            ///< lines without room that no line has told of
  bool closing = false;
  bool done = false;
};

namespace {

// A thread inherits the mask of who starts it. Signals are for the threads that expect them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

LogWriter::LogWriter(int descriptor, Settings settings)
    : shared_(std::make_shared<Shared>(descriptor, std::move(settings))) {
  const SignalsBlocked blocked;
  std::thread([shared = shared_] { shared->Run(); }).detach();
}

LogWriter::~LogWriter() {
  std::unique_lock lock(shared_->mutex);
  shared_->closing = true;
  shared_->changed.notify_all();
  shared_->changed.wait_for(lock, shared_->settings.last_wait, [this] { return shared_->done; });
}

void LogWriter::Write(std::string line) {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->bytes + line.size() + 1 > shared_->settings.queue_bytes) {
    ++shared_->untold;
    ++shared_->dropped;
    return;
  }
  if (shared_->untold > 0) shared_->QueueDropped();
  shared_->Queue(std::move(line));
}

uint64_t LogWriter::dropped() const { return shared_->dropped; }

void LogWriter::Shared::Queue(std::string line) {
  line += '\n';
  bytes += line.size();
  lines.push_back(std::move(line));
  changed.notify_all();
}

void LogWriter::Shared::Run() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return !lines.empty() || untold > 0 || closing; });
    if (lines.empty() && untold == 0) break;
    if (lines.empty()) QueueDropped();
    const std::string line = std::move(lines.front());
    lines.pop_front();
    bytes -= line.size();
    lock.unlock();
    const bool written = WriteAll(line);
    lock.lock();
    if (!written) ++dropped;
  }
  done = true;
  changed.notify_all();
}

bool LogWriter::Shared::WriteAll(const std::string& text) {
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t count = write(descriptor, text.data() + sent, text.size() - sent);
    if (count >= 0) {
      sent += static_cast<size_t>(count);
    } else if (errno == EAGAIN) {  // another process made it non-blocking
      pollfd room{.fd = descriptor, .events = POLLOUT, .revents = 0};
      poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace evenkeel::telemetry
