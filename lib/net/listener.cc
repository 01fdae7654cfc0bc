#include "lib/net/listener.h"

#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <climits>
#include <cstring>

#include "lib/base/check.h"
#include "lib/net/byte_stream.h"
#include "lib/net/resolver.h"

namespace evenkeel::net {
namespace {

using base::Error;
using base::Result;

constexpr int kBacklog = 4096;
// Bounded, so that a flood of connections cannot keep a worker from its calls.
constexpr int kAcceptsPerTurn = 16;
constexpr auto kTellAgain = std::chrono::seconds(10);
constexpr auto kPause = std::chrono::milliseconds(100);

std::string Sentence(const SocketAddress& address, const char* verb) {
  return std::string("cannot ") + verb + " " + address.ToString() + ": " + std::strerror(errno);
}

Result<base::FileDescriptor, std::string> NewSocket(const SocketAddress& address) {
  base::FileDescriptor fd(
      ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return Error(Sentence(address, "open a socket for"));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.family() == AF_INET6) {
    // [::] means IPv6 only; 0.0.0.0 can be listed beside it without a clash.
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  return fd;
}

Result<base::FileDescriptor, std::string> Bind(const SocketAddress& address, int reuse_port) {
  auto fd = NewSocket(address);
  if (!fd) return fd;
  setsockopt(fd->get(), SOL_SOCKET, SO_REUSEPORT, &reuse_port, sizeof reuse_port);
  if (::bind(fd->get(), address.get(), address.size()) != 0) {
    return Error(Sentence(address, "listen on"));
  }
  return fd;
}

Result<base::FileDescriptor, std::string> Listen(Result<base::FileDescriptor, std::string> fd,
                                                 const SocketAddress& address) {
  if (fd && ::listen(fd->get(), kBacklog) != 0) return Error(Sentence(address, "listen on"));
  return fd;
}

Result<std::vector<base::FileDescriptor>, std::string> OpenTcp(SocketAddress address, size_t count,
                                                               bool beside_ours) {
  if (!beside_ours) {
    // SO_REUSEPORT would let two sidecars share a port unnoticed; a bind without it does not.
    const auto probe = Bind(address, 0);
    if (!probe) return Error(probe.error());
    address.set_port(SocketAddress::OfSocket(probe->get()).port());
  }
  std::vector<base::FileDescriptor> result;
  for (size_t i = 0; i < count; ++i) {
    auto fd = Listen(Bind(address, 1), address);
    if (!fd) return Error(fd.error());
    result.push_back(std::move(*fd));
  }
  return result;
}

// Whether a process accepts on this Unix path.
bool IsServed(const SocketAddress& address) {
  const base::FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return ::connect(fd.get(), address.get(), address.size()) == 0 || errno == EAGAIN;
}

// With `mode` nobody else can connect to the file before it has that.
bool BindFile(const base::FileDescriptor& fd, const SocketAddress& address, const std::string& path,
              std::optional<mode_t> mode) {
  if (!mode) return ::bind(fd.get(), address.get(), address.size()) == 0;
  const mode_t before = ::umask(0177);
  const bool bound = ::bind(fd.get(), address.get(), address.size()) == 0;
  const int error = errno;
  ::umask(before);
  errno = error;
  return bound && ::chmod(path.c_str(), *mode) == 0;
}

Result<std::vector<base::FileDescriptor>, std::string> OpenUnix(const SocketAddress& address,
                                                                const std::string& path,
                                                                size_t count,
                                                                std::optional<mode_t> mode) {
  struct stat info;
  if (::lstat(path.c_str(), &info) == 0) {
    if (!S_ISSOCK(info.st_mode)) {
      return Error("cannot listen on unix:" + path + ": the file exists and is no socket");
    }
    if (IsServed(address)) {
      return Error("cannot listen on unix:" + path + ": another process listens there");
    }
    ::unlink(path.c_str());
  }
  auto fd = NewSocket(address);
  if (fd && !BindFile(*fd, address, path, mode)) return Error(Sentence(address, "listen on"));
  fd = Listen(std::move(fd), address);
  if (!fd) return Error(fd.error());
  std::vector<base::FileDescriptor> result;
  for (size_t i = 1; i < count; ++i) {
    result.emplace_back(::fcntl(fd->get(), F_DUPFD_CLOEXEC, 0));
    if (!result.back()) return Error(Sentence(address, "duplicate the socket of"));
  }
  result.push_back(std::move(*fd));
  return result;
}

}  // namespace

Result<std::vector<base::FileDescriptor>, std::string> OpenListeners(const base::Address& address,
                                                                     size_t count,
                                                                     const ListenOptions& options) {
  const auto resolved = Resolve(address);
  if (!resolved) return Error(resolved.error());
  if (address.kind() == base::Address::Kind::kUnix) {
    return OpenUnix(resolved->front(), address.host(), count, options.mode);
  }
  return OpenTcp(resolved->front(), count, options.beside_ours);
}

base::FileDescriptor OpenOneMore(const base::FileDescriptor& socket) {
  const SocketAddress address = SocketAddress::OfSocket(socket.get());
  auto fd = Listen(Bind(address, 1), address);
  return fd ? std::move(*fd) : base::FileDescriptor();
}

Listener::Listener(EventLoop& loop, base::FileDescriptor socket, AcceptHandler on_accept,
                   const Brakes& brakes, PauseHandler on_pause)
    : socket_(std::move(socket)),
      on_accept_(std::move(on_accept)),
      brakes_(brakes),
      on_pause_(std::move(on_pause)),
      resume_(loop, [this] { CHECK(event_add(&event_, nullptr) == 0); }),
      loop_(loop) {
  BoundUnsent(socket_.get());
  CHECK(event_assign(
            &event_, loop.native(), socket_.get(), EV_READ | EV_PERSIST,
            [](int, short, void* self) noexcept {
              static_cast<Listener*>(self)->AcceptQueued(kAcceptsPerTurn);
            },
            this) == 0);
  CHECK(event_add(&event_, nullptr) == 0);
}

Listener::~Listener() {
  if (takes_queue_) AcceptQueued(INT_MAX);
  event_del(&event_);
}

void Listener::AcceptQueued(int limit) {
  for (int i = 0; i < limit; ++i) {
    if (const char* reason = WhyNot()) return Pause(reason);
    base::FileDescriptor fd(
        ::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      reserve_reached_ = brakes_.descriptors != nullptr && brakes_.descriptors->IsReached(fd.get());
      on_accept_(std::move(fd));
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    // EMFILE, ENFILE, ENOBUFS, ENOMEM: others must give way first.
    if (errno != EAGAIN) Pause("the system has no descriptor or memory for another");
    return;
  }
}

const char* Listener::WhyNot() {
  if (brakes_.closed != nullptr && brakes_.closed->load(std::memory_order_relaxed)) {
    return "memory is near memory_limit";
  }
  if (brakes_.connections != nullptr && brakes_.connections->full()) {
    return "there are max_connections of them";
  }
  if (brakes_.most_deferred != nullptr && loop_.deferred() >= *brakes_.most_deferred) {
    return "max_handshakes of them wait for their turn";
  }
  if (!reserve_reached_) return nullptr;
  const base::FileDescriptor next(::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0));
  reserve_reached_ = !next || brakes_.descriptors->IsReached(next.get());
  return reserve_reached_ ? "the descriptors that are left are kept for endpoints" : nullptr;
}

void Listener::Pause(std::string_view reason) {
  event_del(&event_);
  resume_.StartAfter(kPause);
  if (!on_pause_ || (told_ && loop_.Now() - *told_ < kTellAgain)) return;
  told_ = loop_.Now();
  on_pause_(reason);
}

}  // namespace evenkeel::net
