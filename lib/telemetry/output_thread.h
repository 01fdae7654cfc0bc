// OutputThread: the one thread that writes the lines of access logs, so that nobody else waits for
// what is behind them: a full pipe, a stopped terminal, a slow disk. (The log still has a
// LogWriter, a thread of its own.)
//
// Who has single lines writes them to a LineStream. Who has many has a LineSource, from which the
// thread collects what there is; that is where access logs are formatted. Streams to one place
// share its LineOutput, so their lines are written whole and in turn. A reader that stops holds
// back its own output, no other. Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "lib/base/result.h"
#include "lib/telemetry/line_stream.h"
#include "lib/telemetry/waker.h"

namespace evenkeel::telemetry {

/// What the writer's thread collects lines from; it writes them to its streams.
class LineSource {
 public:
  virtual ~LineSource() = default;
  /// Writes what there is; says whether there was anything.
  virtual bool Collect() = 0;
};

class OutputThread {
 public:
  struct Settings {
    /// How long the destructor waits for all to be written.
    std::chrono::milliseconds last_wait{1000};
  };

  /// How often it looks whether files were renamed, and tries again where a disk was full.
  static constexpr std::chrono::seconds kLookPeriod{1};
  /// How long what a source has may wait.
  static constexpr std::chrono::milliseconds kCollectPeriod{50};

  OutputThread() : OutputThread(Settings()) {}
  /// The thread takes no signals.
  explicit OutputThread(Settings settings);
  /// Writes what is left, and leaves the thread behind where the last wait was not enough.
  ~OutputThread();
  OutputThread(const OutputThread&) = delete;
  OutputThread& operator=(const OutputThread&) = delete;

  /// A stream to a descriptor that stays its owner's, who keeps it open as long as this lives.
  std::shared_ptr<LineStream> To(int descriptor, LineStream::Settings settings = {});
  /// A stream to a file, which is opened at once, and anew when it is renamed or removed. The error
  /// is a sentence for the operator.
  base::Result<std::shared_ptr<LineStream>, std::string> To(const std::string& path,
                                                            LineStream::Settings settings = {});
  /// From now on; it is kept until the thread ends, and is not to refer to what may end before.
  void CollectFrom(std::shared_ptr<LineSource> source);
  /// Opens all files anew.
  void Reopen();
  /// Wakes the thread: for sources.
  std::shared_ptr<Waker> waker() const;

 private:
  struct Shared;

  const std::shared_ptr<Shared> shared_;
};

}  // namespace evenkeel::telemetry
