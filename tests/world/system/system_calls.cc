// The system calls of net's sockets and clock, redirected to the world where they concern it.
//
// The linker has each call of NAME go to __wrap_NAME (CMakeLists.txt lists them); __real_NAME is
// the one of the C library.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdarg>

#include "tests/world/system/sockets.h"
#include "tests/world/system/world.h"

using evenkeel::world::Sockets;
using evenkeel::world::World;

namespace {

Sockets& Ours() { return World::Current()->sockets(); }

// Descriptors that outlive their world are closed after it, and are nobody's by then.
bool IsOurs(int fd) { return Sockets::IsOurs(fd); }

}  // namespace

extern "C" {

std::chrono::steady_clock::time_point __real__ZNSt6chrono3_V212steady_clock3nowEv();
std::chrono::steady_clock::time_point __wrap__ZNSt6chrono3_V212steady_clock3nowEv() {
  const World* const world = World::Current();
  return world == nullptr ? __real__ZNSt6chrono3_V212steady_clock3nowEv() : world->now();
}

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol) {
  if (World::Current() == nullptr) return __real_socket(domain, type, protocol);
  return Ours().Open(domain);
}

int __wrap_eventfd(unsigned, int) { return Ours().OpenEvent(); }

int __real_bind(int fd, const sockaddr* address, socklen_t size);
int __wrap_bind(int fd, const sockaddr* address, socklen_t size) {
  return IsOurs(fd) ? Ours().Bind(fd, address, size) : __real_bind(fd, address, size);
}

int __real_listen(int fd, int backlog);
int __wrap_listen(int fd, int backlog) {
  return IsOurs(fd) ? Ours().Listen(fd) : __real_listen(fd, backlog);
}

int __real_connect(int fd, const sockaddr* address, socklen_t size);
int __wrap_connect(int fd, const sockaddr* address, socklen_t size) {
  return IsOurs(fd) ? Ours().Connect(fd, address, size) : __real_connect(fd, address, size);
}

int __real_accept4(int fd, sockaddr* address, socklen_t* size, int flags);
int __wrap_accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  return IsOurs(fd) ? Ours().Accept(fd) : __real_accept4(fd, address, size, flags);
}

ssize_t __real_recv(int fd, void* bytes, size_t size, int flags);
ssize_t __wrap_recv(int fd, void* bytes, size_t size, int flags) {
  return IsOurs(fd) ? Ours().Receive(fd, bytes, size, flags) : __real_recv(fd, bytes, size, flags);
}

ssize_t __real_send(int fd, const void* bytes, size_t size, int flags);
ssize_t __wrap_send(int fd, const void* bytes, size_t size, int flags) {
  return IsOurs(fd) ? Ours().Send(fd, bytes, size) : __real_send(fd, bytes, size, flags);
}

ssize_t __real_read(int fd, void* bytes, size_t size);
ssize_t __wrap_read(int fd, void* bytes, size_t size) {
  return IsOurs(fd) ? Ours().ReadEvent(fd, bytes) : __real_read(fd, bytes, size);
}

ssize_t __real_write(int fd, const void* bytes, size_t size);
ssize_t __wrap_write(int fd, const void* bytes, size_t size) {
  return IsOurs(fd) ? Ours().WriteEvent(fd, bytes) : __real_write(fd, bytes, size);
}

int __real_shutdown(int fd, int how);
int __wrap_shutdown(int fd, int how) {
  return IsOurs(fd) ? Ours().Shutdown(fd, how) : __real_shutdown(fd, how);
}

int __real_getsockopt(int fd, int level, int name, void* value, socklen_t* size);
int __wrap_getsockopt(int fd, int level, int name, void* value, socklen_t* size) {
  return IsOurs(fd) ? Ours().GetOption(fd, level, name, value, size)
                    : __real_getsockopt(fd, level, name, value, size);
}

int __real_setsockopt(int fd, int level, int name, const void* value, socklen_t size);
int __wrap_setsockopt(int fd, int level, int name, const void* value, socklen_t size) {
  return IsOurs(fd) ? Ours().SetOption(fd, level, name, value, size)
                    : __real_setsockopt(fd, level, name, value, size);
}

int __real_getsockname(int fd, sockaddr* address, socklen_t* size);
int __wrap_getsockname(int fd, sockaddr* address, socklen_t* size) {
  return IsOurs(fd) ? Ours().LocalName(fd, address, size) : __real_getsockname(fd, address, size);
}

int __real_getpeername(int fd, sockaddr* address, socklen_t* size);
int __wrap_getpeername(int fd, sockaddr* address, socklen_t* size) {
  return IsOurs(fd) ? Ours().PeerName(fd, address, size) : __real_getpeername(fd, address, size);
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  // Nothing but to duplicate is done to a descriptor of the world.
  return IsOurs(fd) ? Ours().Duplicate(fd) : __real_fcntl(fd, command, argument);
}

int __real_close(int fd);
int __wrap_close(int fd) {
  if (!IsOurs(fd)) return __real_close(fd);
  return World::Current() == nullptr ? 0 : Ours().Close(fd);
}

int __real_getrlimit(__rlimit_resource_t resource, rlimit* limit);
int __wrap_getrlimit(__rlimit_resource_t resource, rlimit* limit) {
  if (World::Current() == nullptr || resource != RLIMIT_NOFILE) {
    return __real_getrlimit(resource, limit);
  }
  limit->rlim_cur = limit->rlim_max = Sockets::kFirst + 10'000;
  return 0;
}

}  // extern "C"
