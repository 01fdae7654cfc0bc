#include "lib/net/proxied_stream.h"

#include <event2/event.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lib/base/check.h"

namespace evenkeel::net {

ProxiedStream::ProxiedStream(EventLoop& loop, base::FileDescriptor socket, Handler& handler,
                             const std::vector<base::Network>& trusted, base::Duration patience)
    : socket_(socket.get()),
      handler_(handler),
      timer_(loop, [this] { Close(due_); }),
      stream_(loop, std::move(socket), handler) {
  stream_.PauseReading();
  const int assigned = event_assign(
      &event_, loop.native(), socket_, EV_READ | EV_PERSIST,
      [](int, short, void* self) noexcept { static_cast<ProxiedStream*>(self)->OnReadable(); },
      this);
  CHECK(assigned == 0);
  const auto has_it = [this](const base::Network& each) {
    return each.Contains(stream_.peer().address);
  };
  if (std::ranges::none_of(trusted, has_it)) {
    due_ = ProxyFault::kUntrusted;
    timer_.StartAfter({});
  } else {
    timer_.StartAfter(patience);
    CHECK(event_add(&event_, nullptr) == 0);
  }
}

ProxiedStream::~ProxiedStream() { event_del(&event_); }

void ProxiedStream::PauseReading() {
  paused_ = true;
  stream_.PauseReading();
}

void ProxiedStream::ResumeReading() {
  paused_ = false;
  if (state_ == State::kOpen) stream_.ResumeReading();
}

// Looks before it takes: what comes behind the header is not its own.
void ProxiedStream::OnReadable() {
  const size_t had = header_.size();
  header_.resize(kMaxProxyHeader);
  const ssize_t seen = ::recv(socket_, &header_[had], kMaxProxyHeader - had, MSG_PEEK);
  header_.resize(had + (seen > 0 ? static_cast<size_t>(seen) : 0));
  if (seen == 0) return Close(ProxyFault::kCut);
  if (seen < 0) {
    if (errno != EAGAIN && errno != EINTR) Close({errno, std::system_category()});
    return;
  }
  const auto header = ReadProxyHeader(header_);
  if (!header) return Close(header.error());
  const size_t own = *header ? (*header)->size - had : static_cast<size_t>(seen);
  if (!Take(own)) return Close(std::make_error_code(std::errc::connection_reset));
  if (*header) Open(**header);
}

// False: what was there has gone with its connection.
bool ProxiedStream::Take(size_t count) {
  uint8_t passed[kMaxProxyHeader];
  ssize_t taken = -1;
  do {
    taken = ::recv(socket_, passed, count, 0);
  } while (taken < 0 && errno == EINTR);
  return taken == static_cast<ssize_t>(count);
}

void ProxiedStream::Open(const ProxyHeader& header) {
  state_ = State::kOpen;
  timer_.Stop();
  event_del(&event_);
  header_ = {};
  if (!header.address.empty()) stream_.SetPeerAddress(header.address);
  if (!paused_) stream_.ResumeReading();
  handler_.OnConnected();
}

void ProxiedStream::Close(std::error_code reason) {
  state_ = State::kClosed;
  timer_.Stop();
  event_del(&event_);
  handler_.OnClosed(reason);
}

}  // namespace evenkeel::net
