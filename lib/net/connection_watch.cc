#include "lib/net/connection_watch.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>

#include <algorithm>
#include <mutex>

#include "lib/base/check.h"

namespace evenkeel::net {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);
constexpr auto kLookInterval = std::chrono::seconds(1);

bool IsInUse(bufferevent* connection) {
  bufferevent_event_cb on_event = nullptr;
  bufferevent_getcb(connection, nullptr, nullptr, &on_event, nullptr);
  return on_event != nullptr;
}

// The error callback of a listener is handed evhttp's argument and not ours, so each is found by
// its listener. One may be made on another thread than its loop's.
std::mutex watches_mutex;
std::vector<ConnectionWatch*>& Watches() {
  static std::vector<ConnectionWatch*> watches;
  return watches;
}

}  // namespace

timeval ToTimeval(std::chrono::milliseconds duration) {
  return {duration.count() / 1000, duration.count() % 1000 * 1000};
}

size_t UnsentBytes(bufferevent* connection) {
  return evbuffer_get_length(bufferevent_get_output(connection));
}

ConnectionWatch::ConnectionWatch(EventLoop& loop, const Limits& limits)
    : loop_(loop),
      limits_(limits),
      look_(loop, [this] { Look(); }),
      resume_(loop, [this] { Resume(); }) {
  const std::lock_guard lock(watches_mutex);
  Watches().push_back(this);
}

ConnectionWatch::~ConnectionWatch() {
  {
    const std::lock_guard lock(watches_mutex);
    std::erase(Watches(), this);
  }
  for (const Entry& each : entries_) bufferevent_decref(each.connection);
}

void ConnectionWatch::Watch(evconnlistener* listener) {
  listener_ = listener;
  // Without one, libevent accepts again at once, for ever, and says so each time.
  evconnlistener_set_error_cb(listener, [](evconnlistener* failed, void*) noexcept {
    const std::lock_guard lock(watches_mutex);
    for (ConnectionWatch* each : Watches()) {
      if (each->listener_ == failed) each->Pause();
    }
  });
}

bufferevent* ConnectionWatch::MakeConnection() {
  // The descriptor is closed with it and not by evhttp before: our reference would leave events of
  // a closed descriptor in the loop, and the next socket of that number would hear nothing.
  bufferevent* const connection = bufferevent_socket_new(loop_.native(), -1, BEV_OPT_CLOSE_ON_FREE);
  CHECK(connection != nullptr);
  bufferevent_incref(connection);
  entries_.push_back({connection, loop_.Now()});
  if (entries_.size() >= limits_.connections) Pause();
  if (!look_.running()) look_.StartAfter(kLookInterval);
  return connection;
}

void ConnectionWatch::OnRequest(bufferevent* connection) {
  SetSince(connection, std::nullopt);
  bufferevent_set_timeouts(connection, nullptr, nullptr);
}

void ConnectionWatch::OnAnswer(bufferevent* connection, std::chrono::milliseconds idle_timeout) {
  SetSince(connection, loop_.Now());
  const timeval timeout = ToTimeval(idle_timeout);
  bufferevent_set_timeouts(connection, &timeout, &timeout);
}

void ConnectionWatch::SetSince(const bufferevent* connection, std::optional<base::Time> since) {
  const auto entry = std::ranges::find(entries_, connection, &Entry::connection);
  if (entry != entries_.end()) entry->since = since;
}

void ConnectionWatch::Pause() {
  evconnlistener_disable(listener_);
  resume_.StartAfter(kPause);
}

void ConnectionWatch::Resume() {
  DropGone();
  if (entries_.size() >= limits_.connections) return resume_.StartAfter(kPause);
  evconnlistener_enable(listener_);
}

void ConnectionWatch::Look() {
  DropGone();
  for (const Entry& each : entries_) {
    if (!each.since || loop_.Now() - *each.since < limits_.request) continue;
    bufferevent_trigger_event(each.connection, BEV_EVENT_READING | BEV_EVENT_TIMEOUT, 0);
  }
  DropGone();
  if (!entries_.empty()) look_.StartAfter(kLookInterval);
}

void ConnectionWatch::DropGone() {
  std::erase_if(entries_, [](const Entry& each) {
    if (IsInUse(each.connection)) return false;
    bufferevent_decref(each.connection);
    return true;
  });
}

}  // namespace evenkeel::net
