#include "lib/net/takeover_message.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/base/check.h"

namespace evenkeel::net {
namespace {

constexpr size_t kControlSize = CMSG_SPACE(sizeof(int) * kTakeoverSocketsPerMessage);

std::error_code LastError() { return {errno, std::system_category()}; }

void AttachSockets(msghdr& message, char* control, const std::vector<int>& sockets) {
  CHECK(sockets.size() <= kTakeoverSocketsPerMessage);
  const size_t bytes = sizeof(int) * sockets.size();
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(bytes);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(bytes);
  std::memcpy(CMSG_DATA(header), sockets.data(), bytes);
}

std::vector<base::FileDescriptor> DetachSockets(msghdr& message) {
  std::vector<base::FileDescriptor> sockets;
  for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
       each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(each) + i * sizeof(int), sizeof fd);
      sockets.emplace_back(fd);
    }
  }
  return sockets;
}

}  // namespace

base::Result<void, std::error_code> SendTakeover(int socket, const std::string& text,
                                                 const std::vector<int>& sockets) {
  std::string copy = text.substr(0, kTakeoverMaxText);
  iovec part{copy.data(), copy.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[kControlSize] = {};
  if (!sockets.empty()) AttachSockets(message, control, sockets);
  while (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return base::Error(LastError());
  }
  return {};
}

base::Result<TakeoverMessage, std::error_code> ReceiveTakeover(int socket) {
  TakeoverMessage result;
  result.text.resize(kTakeoverMaxText);
  iovec part{result.text.data(), result.text.size()};
  alignas(cmsghdr) char control[kControlSize] = {};
  while (true) {
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::Error(LastError());
    result.sockets = DetachSockets(message);
    result.text.resize(static_cast<size_t>(got));
    return result;
  }
}

bool IsPeerTrusted(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == ::geteuid();
}

}  // namespace evenkeel::net
