// LiveTable: shows a load's progress once a second, on a thread of its own so that drawing never
// delays a call: a table redrawn in place on a terminal, one line after the other elsewhere.
#pragma once

#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <thread>

#include "backend/client/load_stats.h"
#include "backend/client/report.h"

namespace evenkeel::backend {

class LiveTable {
 public:
  /// Begins to show. `stats` and `progress` must stay valid until Finish; `progress` is called on
  /// another thread.
  LiveTable(const LoadStats& stats, std::function<LoadRun()> progress, std::FILE* out);
  ~LiveTable();

  /// Shows the final table and ends. Once; the destructor does it otherwise.
  void Finish();

 private:
  void Run();
  void Show();
  void Draw(const std::string& table);

  const LoadStats& stats_;
  const std::function<LoadRun()> progress_;
  std::FILE* const out_;
  const bool terminal_;
  LoadSnapshot last_;
  base::Time last_time_;
  size_t drawn_lines_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = false;
  std::thread thread_;
};

}  // namespace evenkeel::backend
