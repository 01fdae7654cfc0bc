// Process: one of the real programs, started by a test and ended with it.
#pragma once

#include <sys/types.h>
#include <string>
#include <vector>

namespace evenkeel::backend {

class Process {
 public:
  /// Starts `program`; its stdout and stderr can be read, its stdin is empty.
  Process(const std::string& program, const std::vector<std::string>& arguments);
  /// Kills it if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// The next line of stdout, without its end; waits for it. "" at the end.
  std::string ReadLine();
  /// The rest of stdout; waits until it is closed.
  std::string ReadAll();

  void Signal(int signal) const;
  /// Waits for the end. The exit code, or minus the signal that ended it.
  int Wait();
  /// All of stderr; once it has ended.
  std::string ReadErrors();

 private:
  pid_t pid_ = -1;
  bool running_ = true;
  int exit_code_ = 0;
  int out_ = -1;
  int err_ = -1;
};

}  // namespace evenkeel::backend
