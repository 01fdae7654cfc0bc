#include "lib/net/library_log.h"

#include <event2/event.h>

#include <utility>

namespace evenkeel::net {
namespace {

// libevent's callback has no argument of ours.
LibraryLog::Sink& TheSink() {
  static LibraryLog::Sink sink;
  return sink;
}

}  // namespace

LibraryLog::LibraryLog(Sink sink) {
  TheSink() = std::move(sink);
  event_set_log_callback([](int severity, const char* message) noexcept {
    if (severity >= EVENT_LOG_WARN) TheSink()(message);
  });
}

LibraryLog::~LibraryLog() {
  event_set_log_callback(nullptr);
  TheSink() = nullptr;
}

}  // namespace evenkeel::net
