// RawSocket: a non-blocking socket to write bytes to by hand and to read all that comes back.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "lib/base/file_descriptor.h"
#include "lib/net/socket_address.h"

namespace evenkeel::rpc {

class RawSocket {
 public:
  explicit RawSocket(base::FileDescriptor fd) : fd_(std::move(fd)) {}
  static RawSocket ConnectTo(const net::SocketAddress& address) {
    base::FileDescriptor fd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int small = 4096;  // so that a test can fill it
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    EXPECT_EQ(connect(fd.get(), address.get(), address.size()), 0);
    return RawSocket(std::move(fd));
  }

  void Write(std::string_view bytes) {
    EXPECT_EQ(send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// Writes what the kernel takes without waiting; says how much that was.
  size_t TryWrite(std::string_view bytes) {
    const ssize_t sent = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<size_t>(sent);
  }
  /// Takes what has come; true once the other side has closed.
  bool Read() {
    char buffer[64 * 1024];
    while (true) {
      const ssize_t size = recv(fd_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (size <= 0) return size == 0 || errno != EAGAIN;
      received_.append(buffer, static_cast<size_t>(size));
    }
  }
  const std::string& received() const { return received_; }
  void ShutdownWrite() { shutdown(fd_.get(), SHUT_WR); }
  void Close() { fd_ = base::FileDescriptor(); }
  /// Closes with RST instead of FIN.
  void Reset() {
    const linger abort = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    Close();
  }

 private:
  base::FileDescriptor fd_;
  std::string received_;
};

}  // namespace evenkeel::rpc
