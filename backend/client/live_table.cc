#include "backend/client/live_table.h"

#include <unistd.h>

#include <algorithm>

namespace evenkeel::backend {
namespace {

constexpr std::chrono::seconds kInterval{1};

}  // namespace

LiveTable::LiveTable(const LoadStats& stats, std::function<LoadRun()> progress, std::FILE* out)
    : stats_(stats),
      progress_(std::move(progress)),
      out_(out),
      terminal_(isatty(fileno(out)) == 1),
      last_time_(std::chrono::steady_clock::now()),
      thread_(&LiveTable::Run, this) {}

LiveTable::~LiveTable() { Finish(); }

void LiveTable::Finish() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_one();
  }
  thread_.join();
  Draw(FormatFinalTable(progress_(), stats_.Snapshot()));
}

void LiveTable::Run() {
  std::unique_lock lock(mutex_);
  base::Time next = last_time_ + kInterval;
  while (!changed_.wait_until(lock, next, [this] { return finished_; })) {
    Show();
    next += kInterval;
  }
}

void LiveTable::Show() {
  LoadSnapshot total = stats_.Snapshot();
  const base::Time now = std::chrono::steady_clock::now();
  const Recent recent{total.Since(last_), now - last_time_};
  if (terminal_) {
    Draw(FormatTable(progress_(), total, recent));
  } else {
    std::fprintf(out_, "%s\n", FormatLine(progress_(), total, recent).c_str());
    std::fflush(out_);
  }
  last_ = std::move(total);
  last_time_ = now;
}

void LiveTable::Draw(const std::string& table) {
  // Up over the last table and clear to the end of the screen (ECMA-48: CUU, ED).
  if (terminal_ && drawn_lines_ > 0) std::fprintf(out_, "\x1b[%zuA\x1b[J", drawn_lines_);
  std::fputs(table.c_str(), out_);
  std::fflush(out_);
  drawn_lines_ = static_cast<size_t>(std::ranges::count(table, '\n'));
}

}  // namespace evenkeel::backend
