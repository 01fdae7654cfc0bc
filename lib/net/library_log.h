// LibraryLog: what libevent has to say, for our log: it would write to standard error by itself,
// without bound and in a form of its own.
//
// One for the process, made before its loops' threads. The sink is called on any of them, and must
// not use libevent.
#pragma once

#include <functional>
#include <string_view>

namespace evenkeel::net {

class LibraryLog {
 public:
  /// Warnings and errors; what is only for libevent's authors is left out.
  using Sink = std::function<void(std::string_view message)>;

  explicit LibraryLog(Sink sink);
  ~LibraryLog();
  LibraryLog(const LibraryLog&) = delete;
  LibraryLog& operator=(const LibraryLog&) = delete;
};

}  // namespace evenkeel::net
