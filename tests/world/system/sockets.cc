#include "tests/world/system/sockets.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "lib/base/check.h"
#include "lib/net/socket_address.h"
#include "tests/world/system/loops.h"
#include "tests/world/system/world.h"

namespace evenkeel::world {
namespace {

int Fail(int error) {
  errno = error;
  return -1;
}

std::string NameOf(const sockaddr_in& address) {
  return net::SocketAddress(reinterpret_cast<const sockaddr*>(&address), sizeof address).ToString();
}

void CopyName(const sockaddr_in& from, sockaddr* address, socklen_t* size) {
  std::memcpy(address, &from, std::min<size_t>(*size, sizeof from));
  *size = sizeof from;
}

}  // namespace

// What is under way, and what has come and is not read.
struct Sockets::Way {
  struct Chunk {
    base::Time due;
    std::string bytes;
    bool end;  // of all
  };

  size_t held() const { return under_way + arrived.size() - read; }

  std::deque<Chunk> chunks;
  size_t under_way = 0;
  std::string arrived;
  size_t read = 0;  // of `arrived`
  bool ended = false;
  base::Time last{};  // when the last chunk arrives
  base::Duration latency{};
  bool swallows = false;
  std::weak_ptr<Socket> from;
  std::weak_ptr<Socket> to;
};

struct Sockets::Socket {
  enum class State { kFresh, kListening, kConnecting, kOpen, kBroken, kEvent };

  size_t room(const Network& network) const {
    return out->held() >= network.buffer ? 0 : network.buffer - out->held();
  }

  State state = State::kFresh;
  int descriptors = 0;
  std::vector<event*> events;
  sockaddr_in local{};
  sockaddr_in peer{};
  std::string address;  // of the listening side
  // A connection's.
  std::shared_ptr<Way> in;
  std::shared_ptr<Way> out;
  int error = 0;  // to be told once
  bool said_all = false;
  bool resets_at_end = false;
  base::Duration user_timeout{};
  base::Duration keepalive_idle{};          // zero: no keepalive
  base::Time given_up = base::Time::max();  // as silent
  // A listening one's.
  std::deque<std::shared_ptr<Socket>> queue;
  bool shares_port = false;
  // An eventfd's.
  uint64_t count = 0;
};

Sockets::~Sockets() = default;

Sockets::Socket* Sockets::At(int fd) const {
  const auto index = static_cast<size_t>(fd - kFirst);
  return fd >= kFirst && index < table_.size() ? table_[index].get() : nullptr;
}

int Sockets::Add(std::shared_ptr<Socket> socket) {
  if (count_ >= limit_) return Fail(EMFILE);
  ++count_;
  ++socket->descriptors;
  auto free = std::ranges::find(table_, nullptr);
  if (free == table_.end()) free = table_.insert(table_.end(), nullptr);
  *free = std::move(socket);
  return kFirst + static_cast<int>(free - table_.begin());
}

int Sockets::Open(int domain) {
  CHECK(domain == AF_INET);  // the world has no others
  return Add(std::make_shared<Socket>());
}

int Sockets::OpenEvent() {
  auto socket = std::make_shared<Socket>();
  socket->state = Socket::State::kEvent;
  return Add(std::move(socket));
}

int Sockets::Duplicate(int fd) { return Add(table_[static_cast<size_t>(fd - kFirst)]); }

int Sockets::Bind(int fd, const sockaddr* address, socklen_t) {
  Socket& socket = *At(fd);
  std::memcpy(&socket.local, address, sizeof socket.local);
  if (socket.local.sin_port == 0) socket.local.sin_port = htons(next_port_++);
  std::erase_if(listening_[NameOf(socket.local)], [](const auto& each) { return each.expired(); });
  for (const auto& each : listening_[NameOf(socket.local)]) {
    if (!each.lock()->shares_port || !socket.shares_port) return Fail(EADDRINUSE);
  }
  return 0;
}

int Sockets::Listen(int fd) {
  Socket& socket = *At(fd);
  socket.state = Socket::State::kListening;
  socket.address = NameOf(socket.local);
  listening_[socket.address].push_back(table_[static_cast<size_t>(fd - kFirst)]);
  return 0;
}

base::Duration Sockets::Latency() {
  return world_.Between(network_.least_latency, network_.most_latency);
}

int Sockets::Connect(int fd, const sockaddr* address, socklen_t) {
  const std::shared_ptr<Socket> socket = table_[static_cast<size_t>(fd - kFirst)];
  std::memcpy(&socket->peer, address, sizeof socket->peer);
  socket->state = Socket::State::kConnecting;
  socket->address = NameOf(socket->peer);
  socket->local.sin_family = AF_INET;
  socket->local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socket->local.sin_port = htons(next_port_++);
  connecting_side_.push_back(socket);
  world_.After(2 * Latency(), [this, weak = std::weak_ptr(socket), to = socket->address] {
    if (const auto it = weak.lock()) FinishConnect(it, to);
  });
  return Fail(EINPROGRESS);
}

void Sockets::FinishConnect(const std::shared_ptr<Socket>& socket, const std::string& address) {
  if (socket->state != Socket::State::kConnecting || mute_.contains(address)) return;
  std::vector<std::shared_ptr<Socket>> listeners;
  for (const auto& each : listening_[address]) {
    if (auto it = each.lock(); it && it->descriptors > 0) listeners.push_back(std::move(it));
  }
  if (listeners.empty()) return Break(*socket, ECONNREFUSED);
  const auto& listener = listeners[world_.random().Below(listeners.size())];
  auto other = std::make_shared<Socket>();
  other->local = socket->peer;
  other->peer = socket->local;
  other->address = address;
  other->user_timeout = listener->user_timeout;
  socket->state = other->state = Socket::State::kOpen;
  for (const auto& [from, to] : {std::pair(socket, other), std::pair(other, socket)}) {
    auto way = std::make_shared<Way>();
    way->latency = Latency();
    way->from = from;
    way->to = to;
    from->out = to->in = std::move(way);
  }
  listener->queue.push_back(other);
  Wake(*socket);
  Wake(*listener);
}

int Sockets::Accept(int fd) {
  Socket& listener = *At(fd);
  if (listener.queue.empty()) return Fail(EAGAIN);
  const int accepted = Add(listener.queue.front());
  if (accepted >= 0) listener.queue.pop_front();
  return accepted;
}

ssize_t Sockets::Receive(int fd, void* bytes, size_t size, int flags) {
  Socket& socket = *At(fd);
  if (socket.error != 0) return Fail(std::exchange(socket.error, 0));
  if (socket.state == Socket::State::kBroken || !socket.in) return 0;
  Way& way = *socket.in;
  size_t count = std::min(size, way.arrived.size() - way.read);
  if (count == 0) return way.ended ? 0 : Fail(EAGAIN);
  if (world_.OnceIn(network_.cut_short)) count = 1 + world_.random().Below(count);
  std::memcpy(bytes, way.arrived.data() + way.read, count);
  if ((flags & MSG_PEEK) != 0) return static_cast<ssize_t>(count);
  way.read += count;
  if (way.read == way.arrived.size()) {
    way.arrived.clear();
    way.read = 0;
  }
  if (const auto from = way.from.lock()) Wake(*from);
  return static_cast<ssize_t>(count);
}

ssize_t Sockets::Send(int fd, const void* bytes, size_t size) {
  const std::shared_ptr<Socket> socket = table_[static_cast<size_t>(fd - kFirst)];
  if (socket->error != 0) return Fail(std::exchange(socket->error, 0));
  if (socket->state != Socket::State::kOpen || socket->said_all) return Fail(EPIPE);
  size_t count = std::min(size, socket->room(network_));
  if (count == 0) return Fail(EAGAIN);
  if (world_.OnceIn(network_.cut_short)) count = 1 + world_.random().Below(count);
  Way& way = *socket->out;
  const auto sending = std::chrono::duration_cast<base::Duration>(
      std::chrono::duration<double>(static_cast<double>(count) / network_.bytes_per_second));
  way.last = std::max(way.last, world_.now() + way.latency) + sending;
  way.chunks.push_back({way.last, std::string(static_cast<const char*>(bytes), count), false});
  way.under_way += count;
  world_.At(way.last, [this, it = socket->out] { Arrive(it); });
  if (way.swallows) GiveUpLater(socket, {});
  return static_cast<ssize_t>(count);
}

void Sockets::Arrive(const std::shared_ptr<Way>& way) {
  if (way->swallows) return;
  const auto to = way->to.lock();
  const auto from = way->from.lock();
  while (!way->chunks.empty() && way->chunks.front().due <= world_.now()) {
    Way::Chunk& chunk = way->chunks.front();
    way->under_way -= chunk.bytes.size();
    if (!to || to->descriptors == 0) {
      // Nobody is there to read it.
      const bool rejected = !chunk.bytes.empty();
      way->chunks.pop_front();
      if (rejected && from) Break(*from, ECONNRESET);
      continue;
    }
    way->arrived += chunk.bytes;
    way->ended = way->ended || chunk.end;
    way->chunks.pop_front();
  }
  if (to) Wake(*to);
}

ssize_t Sockets::ReadEvent(int fd, void* bytes) {
  Socket& socket = *At(fd);
  if (socket.count == 0) return Fail(EAGAIN);
  std::memcpy(bytes, &socket.count, sizeof socket.count);
  socket.count = 0;
  return sizeof socket.count;
}

ssize_t Sockets::WriteEvent(int fd, const void* bytes) {
  Socket& socket = *At(fd);
  uint64_t count;
  std::memcpy(&count, bytes, sizeof count);
  socket.count += count;
  Wake(socket);
  return sizeof count;
}

int Sockets::Shutdown(int fd, int how) {
  Socket& socket = *At(fd);
  if (socket.state != Socket::State::kOpen) return Fail(ENOTCONN);
  if (how != SHUT_RD) SayEnd(socket);
  return 0;
}

void Sockets::SayEnd(Socket& socket) {
  if (std::exchange(socket.said_all, true)) return;
  Way& way = *socket.out;
  way.last = std::max(way.last, world_.now() + way.latency);
  way.chunks.push_back({way.last, {}, true});
  world_.At(way.last, [this, it = socket.out] { Arrive(it); });
}

int Sockets::GetOption(int fd, int level, int name, void* value, socklen_t* size) {
  Socket& socket = *At(fd);
  std::memset(value, 0, *size);
  int result = 0;
  if (level == SOL_SOCKET && name == SO_ERROR) result = std::exchange(socket.error, 0);
  if (level == SOL_SOCKET && name == SO_REUSEPORT) result = socket.shares_port ? 1 : 0;
  if (level == IPPROTO_TCP && name == TCP_USER_TIMEOUT) {
    result = static_cast<int>(
        std::chrono::duration_cast<std::chrono::milliseconds>(socket.user_timeout).count());
  }
  std::memcpy(value, &result, std::min<size_t>(*size, sizeof result));
  return 0;
}

int Sockets::SetOption(int fd, int level, int name, const void* value, socklen_t size) {
  Socket& socket = *At(fd);
  int given = 0;
  std::memcpy(&given, value, std::min<size_t>(size, sizeof given));
  if (level == SOL_SOCKET && name == SO_REUSEPORT) socket.shares_port = given != 0;
  if (level == SOL_SOCKET && name == SO_LINGER) socket.resets_at_end = given != 0;
  if (level == IPPROTO_TCP && name == TCP_USER_TIMEOUT) {
    socket.user_timeout = std::chrono::milliseconds(given);
  }
  if (level == IPPROTO_TCP && name == TCP_KEEPIDLE) {
    socket.keepalive_idle = std::chrono::seconds(given);
  }
  return 0;
}

int Sockets::LocalName(int fd, sockaddr* address, socklen_t* size) {
  CopyName(At(fd)->local, address, size);
  return 0;
}

int Sockets::PeerName(int fd, sockaddr* address, socklen_t* size) {
  if (At(fd)->state != Socket::State::kOpen) return Fail(ENOTCONN);
  CopyName(At(fd)->peer, address, size);
  return 0;
}

int Sockets::Close(int fd) {
  const std::shared_ptr<Socket> socket = std::move(table_[static_cast<size_t>(fd - kFirst)]);
  CHECK(socket != nullptr);
  --count_;
  if (--socket->descriptors > 0) return 0;
  if (socket->state == Socket::State::kListening) {
    for (const auto& each : std::exchange(socket->queue, {})) ResetPeer(*each);
  }
  if (socket->state != Socket::State::kOpen) return 0;
  // The kernel drops what nobody will read, and says so.
  const bool unread = socket->in->read < socket->in->arrived.size();
  if (unread || socket->resets_at_end) {
    ResetPeer(*socket);
  } else {
    SayEnd(*socket);
  }
  return 0;
}

// The other side hears of a reset once what is under way has come.
void Sockets::ResetPeer(Socket& socket) {
  socket.state = Socket::State::kBroken;
  const auto way = std::exchange(socket.out, nullptr);
  if (!way || way->swallows) return;
  world_.At(std::max(way->last, world_.now() + way->latency), [this, way] {
    if (const auto to = way->to.lock(); to && !way->swallows) Break(*to, ECONNRESET);
  });
}

void Sockets::Break(Socket& socket, int error) {
  if (socket.state == Socket::State::kBroken) return;
  socket.state = Socket::State::kBroken;
  socket.error = error;
  Wake(socket);
}

// A peer that is silent while bytes wait for it is given up by TCP_USER_TIMEOUT; while nothing
// does, keepalive sends probes, which wait, too.
void Sockets::GiveUpLater(const std::shared_ptr<Socket>& socket, base::Duration idle) {
  if (socket->user_timeout == base::Duration::zero()) return;
  const base::Time due = world_.now() + idle + socket->user_timeout;
  if (due >= socket->given_up) return;
  socket->given_up = due;
  world_.At(due, [this, weak = std::weak_ptr(socket)] {
    if (const auto it = weak.lock()) Break(*it, ETIMEDOUT);
  });
}

std::vector<std::shared_ptr<Sockets::Socket>> Sockets::ConnectionsTo(const std::string& address,
                                                                     size_t count) {
  std::erase_if(connecting_side_, [](const auto& each) { return each.expired(); });
  std::vector<std::shared_ptr<Socket>> found;
  for (const auto& each : connecting_side_) {
    auto it = each.lock();
    if (it->address == address && it->state == Socket::State::kOpen) found.push_back(std::move(it));
  }
  while (found.size() > count) {
    found.erase(found.begin() + static_cast<ptrdiff_t>(world_.random().Below(found.size())));
  }
  return found;
}

void Sockets::Cut(const std::string& address, size_t count) {
  for (const auto& each : ConnectionsTo(address, count)) {
    if (const auto other = each->out->to.lock()) Break(*other, ECONNRESET);
    Break(*each, ECONNRESET);
  }
}

void Sockets::Swallow(const std::string& address, size_t count) {
  for (const auto& each : ConnectionsTo(address, count)) {
    const auto other = each->out->to.lock();
    each->in->swallows = each->out->swallows = true;
    for (const auto& end : {each, other}) {
      if (!end || end->state != Socket::State::kOpen) continue;
      if (end->out->under_way > 0) {
        GiveUpLater(end, {});
      } else if (end->keepalive_idle > base::Duration::zero()) {
        GiveUpLater(end, end->keepalive_idle);
      }
    }
  }
}

void Sockets::Watch(int fd, event& event) { At(fd)->events.push_back(&event); }

void Sockets::Unwatch(int fd, event& event) {
  // Some events outlive their descriptors.
  if (Socket* const socket = At(fd)) std::erase(socket->events, &event);
}

short Sockets::Ready(int fd) const {
  const Socket* const socket = At(fd);
  if (socket == nullptr) return 0;
  switch (socket->state) {
    case Socket::State::kFresh:
    case Socket::State::kConnecting:
      return 0;
    case Socket::State::kListening:
      return socket->queue.empty() ? 0 : EV_READ;
    case Socket::State::kEvent:
      return socket->count == 0 ? 0 : EV_READ;
    case Socket::State::kBroken:
      return EV_READ | EV_WRITE;
    case Socket::State::kOpen:
      break;
  }
  const bool readable = socket->in->read < socket->in->arrived.size() || socket->in->ended;
  // As the kernel has it: no one is woken for a few bytes.
  const bool writable = socket->room(network_) >= network_.buffer / 3;
  return static_cast<short>((readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
}

void Sockets::Wake(Socket& socket) {
  if (socket.events.empty()) return;
  const int fd = socket.events.front()->ev_fd;
  const short ready = Ready(fd);
  for (event* each : socket.events) Activate(*each, ready);
}

}  // namespace evenkeel::world
