#include "lib/net/listening_sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "lib/net/listener.h"
#include "lib/net/resolver.h"
#include "lib/net/socket_address.h"

namespace evenkeel::net {
namespace {

using base::Error;
using base::Result;

base::FileDescriptor Duplicate(const base::FileDescriptor& socket) {
  return base::FileDescriptor(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
}

std::string BoundAddress(const ListeningSockets::Group& group) {
  return group.sockets.empty() ? "" : SocketAddress::OfSocket(group.sockets[0].get()).ToString();
}

constexpr std::string_view kUnix = "unix:";

// Nothing: the address is no Unix socket's.
std::optional<std::pair<dev_t, ino_t>> FileAt(const std::string& address) {
  struct stat info;
  if (!address.starts_with(kUnix) || ::lstat(address.c_str() + kUnix.size(), &info) != 0) return {};
  return std::pair(info.st_dev, info.st_ino);
}

void RemoveFile(const ListeningSockets::Group& group) {
  if (group.file && FileAt(group.name) == group.file) ::unlink(group.name.c_str() + kUnix.size());
}

// Of a file that is ours.
void SetMode(const ListeningSockets::Group& group) {
  if (group.mode && group.file && FileAt(group.name) == group.file) {
    ::chmod(group.name.c_str() + kUnix.size(), *group.mode);
  }
}

// Whether a socket at `outer` gets what is sent to `inner` too, where that has no socket of its
// own.
bool Covers(const SocketAddress& outer, const SocketAddress& inner) {
  if (outer.family() == AF_UNIX || outer.family() != inner.family()) return false;
  const std::string host = outer.Host();
  return outer.port() == inner.port() &&
         (host == "0.0.0.0" || host == "[::]" || host == inner.Host());
}

bool SharesItsPort(const base::FileDescriptor& socket) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &value, &size) == 0 && value != 0;
}

}  // namespace

void ListeningSockets::Inherit(std::vector<Group> groups) {
  for (Group& each : groups) inherited_.push_back(std::move(each));
}

std::vector<std::string> ListeningSockets::unclaimed() const {
  std::vector<std::string> names;
  for (const Group& each : inherited_) {
    names.push_back(each.name.empty() ? BoundAddress(each) : each.name);
  }
  return names;
}

// By its name, or, however it is spelled, by where its sockets are bound.
std::optional<ListeningSockets::Group> ListeningSockets::TakeInherited(
    const base::Address& address) {
  auto found = std::ranges::find(inherited_, address.ToString(), &Group::name);
  if (found == inherited_.end()) {
    const auto resolved = Resolve(address);
    const std::string bound = resolved ? resolved->front().ToString() : address.ToString();
    found = std::ranges::find(inherited_, bound, BoundAddress);
  }
  if (found == inherited_.end()) return std::nullopt;
  Group group = std::move(*found);
  inherited_.erase(found);
  return group;
}

// A wider address takes over the sockets of those that it covers, with what is queued on them; a
// narrower one stands beside the wider until that is closed.
Result<std::vector<base::FileDescriptor>, std::string> ListeningSockets::OpenNew(
    const base::Address& address, size_t count, const Options& options) {
  const auto resolved = Resolve(address);
  if (!resolved) return Error(resolved.error());
  std::vector<base::FileDescriptor> covered;
  bool overlaps = false;
  const auto look_at = [&](const Group& group) {
    for (const base::FileDescriptor& each : group.sockets) {
      const SocketAddress bound = SocketAddress::OfSocket(each.get());
      const bool is_covered = Covers(resolved->front(), bound);
      overlaps |= is_covered || Covers(bound, resolved->front());
      if (is_covered) covered.push_back(Duplicate(each));
    }
  };
  for (const Group& each : inherited_) look_at(each);
  for (const Group& each : open_) {
    if (std::ranges::count(options.leaving, BoundAddress(each)) > 0) look_at(each);
  }
  auto opened = OpenListeners(address, count, {.beside_ours = overlaps, .mode = options.mode});
  if (!opened) return opened;
  for (base::FileDescriptor& each : covered) {
    if (each) opened->push_back(std::move(each));
  }
  std::erase_if(inherited_, [&resolved](const Group& group) {
    return std::ranges::all_of(group.sockets, [&resolved](const base::FileDescriptor& each) {
      return Covers(resolved->front(), SocketAddress::OfSocket(each.get()));
    });
  });
  return opened;
}

Result<std::vector<base::FileDescriptor>, std::string> ListeningSockets::Open(
    const base::Address& address, size_t count, const Options& options) {
  Group kept{.name = address.ToString(), .sockets = {}, .mode = options.mode};
  std::vector<base::FileDescriptor> sockets;
  if (auto inherited = TakeInherited(address)) {
    sockets = std::move(inherited->sockets);
    // What came without a name came from a service manager, who goes on using its file.
    kept.managed = inherited->name.empty();
  } else {
    auto opened = OpenNew(address, count, options);
    if (!opened) return opened;
    sockets = std::move(*opened);
    kept.file = FileAt(kept.name);
  }
  while (sockets.size() < count) {
    // A queue of its own for each worker where that can be had, else one for several.
    auto more = SharesItsPort(sockets[0]) ? OpenOneMore(sockets[0]) : Duplicate(sockets[0]);
    if (!more) more = Duplicate(sockets[0]);
    if (!more) return Error("cannot duplicate a socket: " + std::string(std::strerror(errno)));
    sockets.push_back(std::move(more));
  }
  for (const base::FileDescriptor& each : sockets) {
    kept.sockets.push_back(Duplicate(each));
    if (!kept.sockets.back()) {
      return Error("cannot duplicate a socket: " + std::string(std::strerror(errno)));
    }
  }
  open_.push_back(std::move(kept));
  return sockets;
}

void ListeningSockets::Configure(const std::string& bound_to, const base::Address& address,
                                 std::optional<mode_t> mode) {
  const auto found = std::ranges::find(open_, bound_to, BoundAddress);
  if (found == open_.end()) return;
  found->name = address.ToString();
  found->mode = mode;
  SetMode(*found);
}

void ListeningSockets::Own() {
  for (Group& each : open_) {
    if (each.managed) continue;
    each.file = FileAt(each.name);
    SetMode(each);
  }
}

void ListeningSockets::RemoveFiles() const {
  for (const Group& each : open_) RemoveFile(each);
}

void ListeningSockets::Close(const std::string& bound_to) {
  for (const Group& each : open_) {
    if (BoundAddress(each) == bound_to) RemoveFile(each);
  }
  std::erase_if(open_, [&](const Group& each) { return BoundAddress(each) == bound_to; });
}

}  // namespace evenkeel::net
