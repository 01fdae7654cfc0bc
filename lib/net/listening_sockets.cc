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

std::vector<base::FileDescriptor> ListeningSockets::TakeInherited(const base::Address& address) {
  const std::string name = address.ToString();
  auto found = std::ranges::find(inherited_, name, &Group::name);
  if (found == inherited_.end()) {
    const auto resolved = Resolve(address);
    const std::string bound = resolved ? resolved->front().ToString() : name;
    found = std::ranges::find_if(inherited_, [&](const Group& each) {
      return each.name.empty() && BoundAddress(each) == bound;
    });
  }
  if (found == inherited_.end()) return {};
  std::vector<base::FileDescriptor> sockets = std::move(found->sockets);
  inherited_.erase(found);
  return sockets;
}

Result<std::vector<base::FileDescriptor>, std::string> ListeningSockets::Open(
    const base::Address& address, size_t count) {
  const bool named = std::ranges::any_of(
      inherited_, [&address](const Group& each) { return each.name == address.ToString(); });
  std::vector<base::FileDescriptor> sockets = TakeInherited(address);
  // What came without a name came from a service manager, who goes on using its file.
  const bool managed = !sockets.empty() && !named;
  const bool inherited = !sockets.empty();
  if (sockets.empty()) {
    auto opened = OpenListeners(address, count);
    if (!opened) return opened;
    sockets = std::move(*opened);
  }
  while (sockets.size() < count) {
    // A queue of its own for each worker where that can be had, else one for several.
    auto more = SharesItsPort(sockets[0]) ? OpenOneMore(sockets[0]) : Duplicate(sockets[0]);
    if (!more) more = Duplicate(sockets[0]);
    if (!more) return Error("cannot duplicate a socket: " + std::string(std::strerror(errno)));
    sockets.push_back(std::move(more));
  }
  Group& kept = open_.emplace_back(Group{address.ToString(), {}, {}, managed});
  if (!inherited) kept.file = FileAt(kept.name);
  for (const base::FileDescriptor& each : sockets) {
    kept.sockets.push_back(Duplicate(each));
    if (!kept.sockets.back()) {
      open_.pop_back();
      return Error("cannot duplicate a socket: " + std::string(std::strerror(errno)));
    }
  }
  return sockets;
}

void ListeningSockets::Own() {
  for (Group& each : open_) {
    if (!each.managed) each.file = FileAt(each.name);
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
