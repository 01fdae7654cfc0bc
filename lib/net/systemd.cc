#include "lib/net/systemd.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "lib/base/file_descriptor.h"
#include "lib/net/socket_address.h"

namespace evenkeel::net {
namespace {

constexpr int kFirstSocket = 3;  // SD_LISTEN_FDS_START
constexpr int kMostSockets = 1024;

// No threads run yet: this is called before any is started.
std::string TakeVariable(const char* name) {
  const char* value = std::getenv(name);
  std::string result = value == nullptr ? "" : value;
  ::unsetenv(name);
  return result;
}

long long ToNumber(const std::string& text) {
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

bool IsListening(int fd) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value != 0;
}

// systemd leaves both flags as the unit's author has them.
void Prepare(int fd) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace

Systemd::Systemd() : notify_socket_(TakeVariable("NOTIFY_SOCKET")) {
  const std::string own_pid = std::to_string(::getpid());
  const std::string watchdog_pid = TakeVariable("WATCHDOG_PID");
  const long long watchdog = ToNumber(TakeVariable("WATCHDOG_USEC"));
  if (watchdog > 0 && (watchdog_pid.empty() || watchdog_pid == own_pid)) {
    watchdog_period_ = std::chrono::microseconds(watchdog / 2);
  }
  const bool sockets_are_ours = TakeVariable("LISTEN_PID") == own_pid;
  const long long count = ToNumber(TakeVariable("LISTEN_FDS"));
  ::unsetenv("LISTEN_FDNAMES");
  if (sockets_are_ours) FindSockets(static_cast<int>(std::clamp(count, 0LL, 1LL * kMostSockets)));
}

void Systemd::FindSockets(int count) {
  std::vector<std::string> addresses;
  for (int fd = kFirstSocket; fd < kFirstSocket + count; ++fd) {
    if (!IsListening(fd)) continue;  // nor is one that is closed
    base::FileDescriptor socket(fd);
    Prepare(fd);
    const std::string address = SocketAddress::OfSocket(fd).ToString();
    const auto known = std::ranges::find(addresses, address);
    if (known == addresses.end()) {
      addresses.push_back(address);
      groups_.emplace_back().sockets.push_back(std::move(socket));
    } else {
      groups_[static_cast<size_t>(known - addresses.begin())].sockets.push_back(std::move(socket));
    }
  }
}

void Systemd::Ready(std::string_view status) { Notify("READY=1\nSTATUS=" + std::string(status)); }

void Systemd::Reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  Notify("RELOADING=1\nMONOTONIC_USEC=" +
         std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
}

void Systemd::Stopping() { Notify("STOPPING=1\nSTATUS=draining"); }

void Systemd::Alive() { Notify("WATCHDOG=1"); }

void Systemd::Notify(const std::string& state) {
  sockaddr_un address{};
  if (notify_socket_.empty() || notify_socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, notify_socket_.data(), notify_socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract one
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_socket_.size());
  const base::FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace evenkeel::net
