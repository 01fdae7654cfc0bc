#include "bench/replay/worker_counts.h"

#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace {

std::atomic<uint64_t> memory_asked{0};
std::atomic<uint64_t> calls_made{0};

bool OnWorker() {
  static thread_local const bool kOnWorker = syscall(SYS_gettid) != getpid();
  return kOnWorker;
}

void Count(std::atomic<uint64_t>& counter) {
  if (OnWorker()) counter.fetch_add(1, std::memory_order_relaxed);
}

template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

namespace evenkeel::bench {

WorkerCounts WorkerCounts::Now() { return {memory_asked.load(), calls_made.load()}; }

}  // namespace evenkeel::bench

extern "C" {

// The C library's own, under the names it has them too.
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);

void* malloc(size_t size) noexcept {
  Count(memory_asked);
  return __libc_malloc(size);
}

void* calloc(size_t count, size_t size) noexcept {
  Count(memory_asked);
  return __libc_calloc(count, size);
}

void* realloc(void* memory, size_t size) noexcept {
  Count(memory_asked);
  return __libc_realloc(memory, size);
}

ssize_t recv(int socket, void* buffer, size_t size, int flags) {
  static const auto kNext = Next<ssize_t(int, void*, size_t, int)>("recv");
  Count(calls_made);
  return kNext(socket, buffer, size, flags);
}

ssize_t send(int socket, const void* buffer, size_t size, int flags) {
  static const auto kNext = Next<ssize_t(int, const void*, size_t, int)>("send");
  Count(calls_made);
  return kNext(socket, buffer, size, flags);
}

ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  static const auto kNext = Next<ssize_t(int, const msghdr*, int)>("sendmsg");
  Count(calls_made);
  return kNext(socket, message, flags);
}

int epoll_wait(int poll, epoll_event* events, int limit, int timeout) {
  static const auto kNext = Next<int(int, epoll_event*, int, int)>("epoll_wait");
  Count(calls_made);
  return kNext(poll, events, limit, timeout);
}

int epoll_ctl(int poll, int operation, int descriptor, epoll_event* event) noexcept {
  static const auto kNext = Next<int(int, int, int, epoll_event*)>("epoll_ctl");
  Count(calls_made);
  return kNext(poll, operation, descriptor, event);
}
}
