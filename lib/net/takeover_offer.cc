#include "lib/net/takeover_offer.h"

#include <event2/event.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "lib/base/check.h"
#include "lib/net/socket_address.h"
#include "lib/net/takeover_message.h"

namespace evenkeel::net {
namespace {

using base::Error;
using base::Result;

constexpr int kBacklog = 4;

base::FileDescriptor OpenSocket() {
  return base::FileDescriptor(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// Binds with permissions 0600 from the first moment on.
bool BindPrivately(const base::FileDescriptor& socket, const SocketAddress& address) {
  const mode_t before = ::umask(0177);
  const bool bound = ::bind(socket.get(), address.get(), address.size()) == 0;
  const int error = errno;
  ::umask(before);
  errno = error;
  return bound;
}

Result<base::FileDescriptor, std::string> ListenAt(const std::string& path) {
  const std::string where = "cannot offer a take-over at " + path + ": ";
  const auto address = base::Address::Parse("unix:" + path);
  if (!address) return Error(where + address.error());
  const SocketAddress local = SocketAddress::From(*address);
  struct stat info;
  if (::lstat(path.c_str(), &info) == 0 && !S_ISSOCK(info.st_mode)) {
    return Error(where + "the file exists and is no socket; give another --takeover-socket");
  }
  base::FileDescriptor socket = OpenSocket();
  bool bound = BindPrivately(socket, local);
  if (!bound && errno == EADDRINUSE) {
    if (::connect(OpenSocket().get(), local.get(), local.size()) == 0 || errno == EAGAIN) {
      return Error(where +
                   "another process listens there; start with --takeover to take over from "
                   "it, or give another --takeover-socket");
    }
    ::unlink(path.c_str());
    bound = BindPrivately(socket, local);
  }
  if (!bound || ::listen(socket.get(), kBacklog) != 0) {
    return Error(where + std::strerror(errno) +
                 "; give a --takeover-socket in a folder that can be written");
  }
  return socket;
}

}  // namespace

Result<std::unique_ptr<TakeoverOffer>, std::string> TakeoverOffer::Open(
    EventLoop& loop, const std::string& path, const ListeningSockets& sockets, Events events,
    base::Duration patience) {
  auto socket = ListenAt(path);
  if (!socket) return Error(socket.error());
  return std::unique_ptr<TakeoverOffer>(
      new TakeoverOffer(loop, path, std::move(*socket), sockets, std::move(events), patience));
}

TakeoverOffer::TakeoverOffer(EventLoop& loop, std::string path, base::FileDescriptor socket,
                             const ListeningSockets& sockets, Events events,
                             base::Duration patience)
    : loop_(loop),
      path_(std::move(path)),
      sockets_(sockets),
      events_(std::move(events)),
      listener_(std::make_unique<Listener>(
          loop, std::move(socket),
          [this](base::FileDescriptor fd) { OnSuccessor(std::move(fd)); })),
      patience_(patience),
      silence_(loop, [this] { GiveUp("the successor hangs"); }) {
  listener_->LeaveQueue();
}

TakeoverOffer::~TakeoverOffer() {
  if (successor_) ForgetSuccessor();
  Withdraw();
}

void TakeoverOffer::Withdraw() {
  if (!listener_) return;
  ::unlink(path_.c_str());
  listener_.reset();
}

void TakeoverOffer::OnSuccessor(base::FileDescriptor socket) {
  if (successor_ || !IsPeerTrusted(socket.get())) {
    const char* reason = successor_ ? "another process is taking over already"
                                    : "only the user that runs it may take over";
    (void)SendTakeover(socket.get(), std::string(kTakeoverError) + reason);
    turned_away_ = std::move(socket);
    return;
  }
  successor_ = std::move(socket);
  CHECK(event_assign(
            &event_, loop_.native(), successor_.get(), EV_READ | EV_PERSIST,
            [](int, short, void* self) noexcept { static_cast<TakeoverOffer*>(self)->OnMessage(); },
            this) == 0);
  CHECK(event_add(&event_, nullptr) == 0);
  CHECK(
      event_assign(
          &writable_, loop_.native(), successor_.get(), EV_WRITE,
          [](int, short, void* self) noexcept { static_cast<TakeoverOffer*>(self)->SendQueued(); },
          this) == 0);
  silence_.StartAfter(patience_);
}

void TakeoverOffer::OnMessage() {
  const auto message = ReceiveTakeover(successor_.get());
  if (!message) return GiveUp(message.error().message());
  silence_.StartAfter(patience_);
  if (message->text == kTakeoverHello) {
    QueueSockets();
    QueueServing();
    queue_.push_back({kTakeoverEnd, {}});
    return SendQueued();
  }
  if (message->text == kTakeoverAccepting) {
    Withdraw();
    events_.on_taken();
    (void)SendTakeover(successor_.get(), kTakeoverDraining);
    return silence_.Stop();
  }
  if (message->text.empty()) {
    return GiveUp(listener_ ? "the successor went before it accepted" : "");
  }
  (void)SendTakeover(successor_.get(),
                     std::string(kTakeoverError) +
                         "it speaks another version of this protocol: " + kTakeoverHello);
  GiveUp("the successor speaks another version: " + message->text);
}

// Duplicates, because a reload may close one before it has left.
void TakeoverOffer::QueueSockets() {
  for (const ListeningSockets::Group& group : sockets_.open()) {
    for (size_t i = 0; i < group.sockets.size(); ++i) {
      const bool is_new = i % kTakeoverSocketsPerMessage == 0;
      if (is_new) queue_.push_back({(i == 0 ? kTakeoverSockets : kTakeoverMore) + group.name, {}});
      queue_.back().sockets.emplace_back(::fcntl(group.sockets[i].get(), F_DUPFD_CLOEXEC, 0));
    }
  }
}

// As many names in one packet as it holds.
void TakeoverOffer::QueueServing() {
  bool is_begun = false;
  for (const std::string& name : events_.serving ? events_.serving() : std::vector<std::string>()) {
    if (!is_begun || queue_.back().text.size() + name.size() >= kTakeoverMaxText) {
      queue_.push_back({kTakeoverServing, {}});
      is_begun = true;
    }
    queue_.back().text += name + "\n";
  }
}

// The kernel keeps some dozens of packets; the rest follows as the successor reads.
void TakeoverOffer::SendQueued() {
  for (; !queue_.empty(); queue_.pop_front()) {
    std::vector<int> sockets;
    for (const base::FileDescriptor& each : queue_.front().sockets) sockets.push_back(each.get());
    const auto sent = SendTakeover(successor_.get(), queue_.front().text, sockets);
    if (sent) continue;
    if (sent.error() != std::errc::resource_unavailable_try_again) {
      return GiveUp(sent.error().message());
    }
    CHECK(event_add(&writable_, nullptr) == 0);
    return;
  }
}

void TakeoverOffer::ForgetSuccessor() {
  event_del(&event_);
  event_del(&writable_);
  queue_.clear();
  successor_ = base::FileDescriptor();
}

void TakeoverOffer::GiveUp(std::string reason) {
  silence_.Stop();
  ForgetSuccessor();
  if (!reason.empty()) events_.on_failed(std::move(reason));
}

}  // namespace evenkeel::net
