#include "lib/net/byte_stream.h"

#include <event2/event.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "lib/base/check.h"

namespace evenkeel::net {
namespace {

// Of TCP keepalive, once nothing has come for the idle time: seconds, and how many.
constexpr int kProbeInterval = 2;
constexpr int kProbes = 4;

// What has been written and cannot be sent yet: as much as one write, so that a peer that reads
// never waits for us.
constexpr int kMostUnsent = 128 * 1024;

std::error_code LastError() { return {errno, std::system_category()}; }

}  // namespace

void DisableNagle(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void BoundUnsent(int fd) {
  setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostUnsent, sizeof kMostUnsent);
}

ByteStream::ByteStream(EventLoop& loop, base::FileDescriptor socket, Handler& handler)
    : ByteStream(loop, std::move(socket), handler, State::kOpen,
                 {PeerHost(socket.get()), nullptr}) {
  CHECK(event_add(&read_event_, nullptr) == 0);
}

ByteStream::ByteStream(EventLoop& loop, base::FileDescriptor socket, Handler& handler, State state,
                       Peer peer)
    : loop_(loop),
      socket_(std::move(socket)),
      handler_(handler),
      state_(state),
      peer_(std::move(peer)) {
  DisableNagle(socket_.get());  // whole frames leave in one write: there is nothing to wait for
  const int read_assigned = event_assign(
      &read_event_, loop_.native(), socket_.get(), EV_READ | EV_PERSIST,
      [](int, short, void* self) noexcept { static_cast<ByteStream*>(self)->OnReadable(); }, this);
  const int write_assigned = event_assign(
      &write_event_, loop_.native(), socket_.get(), EV_WRITE,
      [](int, short, void* self) noexcept { static_cast<ByteStream*>(self)->OnWriteEvent(); },
      this);
  CHECK(read_assigned == 0 && write_assigned == 0);
}

base::Result<std::unique_ptr<ByteStream>, std::error_code> ByteStream::Connect(
    EventLoop& loop, const SocketAddress& address, Handler& handler) {
  base::FileDescriptor socket(
      ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return base::Error(LastError());
  BoundUnsent(socket.get());
  // EAGAIN is a Unix listener whose queue is full: it refuses, it is not in progress.
  if (::connect(socket.get(), address.get(), address.size()) != 0 && errno != EINPROGRESS) {
    return base::Error(LastError());
  }
  std::unique_ptr<ByteStream> stream(new ByteStream(loop, std::move(socket), handler,
                                                    State::kConnecting, {address.Host(), nullptr}));
  CHECK(event_add(&stream->write_event_, nullptr) == 0);
  return stream;
}

ByteStream::~ByteStream() {
  event_del(&read_event_);
  event_del(&write_event_);
}

base::Result<size_t, std::error_code> ByteStream::Write(std::span<const uint8_t> bytes) {
  CHECK(state_ == State::kOpen);
  while (true) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) return base::Error(LastError());
    const size_t taken = sent < 0 ? 0 : static_cast<size_t>(sent);
    if (taken < bytes.size()) CHECK(event_add(&write_event_, nullptr) == 0);
    return taken;
  }
}

void ByteStream::AwaitWritable() {
  if (state_ == State::kOpen) CHECK(event_add(&write_event_, nullptr) == 0);
}

void ByteStream::PauseReading() { event_del(&read_event_); }

void ByteStream::ResumeReading() {
  if (state_ == State::kOpen) CHECK(event_add(&read_event_, nullptr) == 0);
}

void ByteStream::SetUserTimeout(base::Duration timeout) {
  const auto milliseconds =
      static_cast<unsigned>(std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count());
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

void ByteStream::SetTcpKeepalive(base::Duration idle) {
  using std::chrono::seconds;
  const int on = 1;
  int wait = static_cast<int>(std::max(std::chrono::ceil<seconds>(idle), seconds(1)).count());
  // With a user timeout the kernel counts no probes: the first that is unanswered when so long has
  // passed since the last byte ends the connection. So the first leaves in time for others.
  unsigned timeout = 0;
  socklen_t size = sizeof timeout;
  getsockopt(socket_.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, &size);
  if (timeout > 0) {
    const int room = static_cast<int>(timeout / 1000) - (kProbes - 1) * kProbeInterval;
    wait = std::min(wait, std::max(room, 1));
  }
  setsockopt(socket_.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_KEEPIDLE, &wait, sizeof wait);
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_KEEPINTVL, &kProbeInterval, sizeof kProbeInterval);
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_KEEPCNT, &kProbes, sizeof kProbes);
}

void ByteStream::ShutdownWrite() {
  if (state_ == State::kOpen) ::shutdown(socket_.get(), SHUT_WR);
}

void ByteStream::ResetAtEnd() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

size_t ByteStream::kernel_bytes() const {
  std::array<uint32_t, SK_MEMINFO_VARS> facts{};
  socklen_t size = sizeof facts;
  getsockopt(socket_.get(), SOL_SOCKET, SO_MEMINFO, facts.data(), &size);
  return facts[SK_MEMINFO_RMEM_ALLOC] + facts[SK_MEMINFO_WMEM_QUEUED];
}

void ByteStream::OnReadable() {
  const std::span<uint8_t> buffer = loop_.read_buffer();
  const ssize_t received = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (received > 0) return handler_.OnBytes(buffer.first(static_cast<size_t>(received)));
  if (received == 0) return Close({});
  if (errno != EAGAIN && errno != EINTR) Close(LastError());
}

void ByteStream::OnWriteEvent() {
  if (state_ == State::kConnecting) return FinishConnect();
  handler_.OnWritable();
}

void ByteStream::FinishConnect() {
  int error = 0;
  socklen_t size = sizeof error;
  CHECK(getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0);
  if (error != 0) return Close({error, std::system_category()});
  state_ = State::kOpen;
  CHECK(event_add(&read_event_, nullptr) == 0);
  handler_.OnConnected();
}

void ByteStream::Close(std::error_code reason) {
  state_ = State::kClosed;
  event_del(&read_event_);
  event_del(&write_event_);
  handler_.OnClosed(reason);
}

}  // namespace evenkeel::net
