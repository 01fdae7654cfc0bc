// LineTarget: where bytes of lines end up: a file that it opens, and opens anew when asked to; or a
// descriptor that others have opened, such as standard output.
//
// It never waits for a reader: a pipe, a socket or a terminal gets as much as it has room for. A
// write to a file waits for the disk, which no other system call avoids; so it belongs on a thread
// that nobody waits for. Used on one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

#include "lib/base/file_descriptor.h"
#include "lib/base/result.h"

namespace evenkeel::telemetry {

class LineTarget {
 public:
  /// `descriptor` stays its owner's, open and blocking as it is, for other processes may share it.
  explicit LineTarget(int descriptor);
  /// A file to append to; one that does not exist is made, with permissions 0640. A named pipe
  /// needs a reader. The error is a sentence for the operator.
  static base::Result<LineTarget, std::string> Open(std::string path);

  struct Written {
    size_t bytes = 0;         ///< from the front
    std::error_code error{};  ///< why not all; none: there is no room now
  };
  Written Write(std::string_view text);

  /// Opens the file anew. On an error, a sentence, it goes on with the one it has. No effect on a
  /// descriptor of others.
  base::Result<void, std::string> Reopen();
  /// Whether its path leads to another file than the open one, or nowhere: it was renamed, removed
  /// or replaced.
  bool HasLeft() const;

  bool is_file() const { return !path_.empty(); }
  int descriptor() const { return descriptor_; }

 private:
  LineTarget(std::string path, base::FileDescriptor file);
  /// How many of its first bytes can be written now.
  size_t Room(std::string_view text) const;

  std::string path_;           // empty: it is somebody else's
  base::FileDescriptor file_;  // of path_
  int descriptor_;
  bool has_reader_ = false;  // a pipe, a socket, a terminal
};

}  // namespace evenkeel::telemetry
