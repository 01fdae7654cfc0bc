// Sockets: the world's descriptors: TCP between addresses, and eventfds.
//
// Behind the system calls, which system_calls.cc redirects. Bytes take the network's latency, and
// as long as its rate has them take; a buffer holds so much and no more; reads and writes are cut
// short now and then, as the kernel may. Nothing is ever lost or reordered but by a fault:
//
//   Cut       both ends hear of a reset
//   Swallow   nothing arrives any more, and nobody is told: a firewall that has forgotten it
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.h"

struct event;

namespace evenkeel::world {

class World;

/// How bytes travel from now on, on connections that are made later.
struct Network {
  base::Duration least_latency = std::chrono::microseconds(20);
  base::Duration most_latency = std::chrono::microseconds(200);
  size_t buffer = 256 * 1024;  ///< bytes under way and unread, each way
  double bytes_per_second = 1e9;
  uint64_t cut_short = 16;  ///< one read or write in so many takes less than it could
};

class Sockets {
 public:
  /// Descriptors of the world have numbers from here on; those below are the process's.
  static constexpr int kFirst = 10'000;

  explicit Sockets(World& world) : world_(world) {}
  ~Sockets();

  static bool IsOurs(int fd) { return fd >= kFirst; }

  // The system calls: as the kernel's, with errno.
  int Open(int domain);
  int OpenEvent();
  int Duplicate(int fd);
  int Bind(int fd, const sockaddr* address, socklen_t size);
  int Listen(int fd);
  int Connect(int fd, const sockaddr* address, socklen_t size);
  int Accept(int fd);
  ssize_t Receive(int fd, void* bytes, size_t size, int flags);
  ssize_t Send(int fd, const void* bytes, size_t size);
  ssize_t ReadEvent(int fd, void* bytes);
  ssize_t WriteEvent(int fd, const void* bytes);
  int Shutdown(int fd, int how);
  int GetOption(int fd, int level, int name, void* value, socklen_t* size);
  int SetOption(int fd, int level, int name, const void* value, socklen_t size);
  int LocalName(int fd, sockaddr* address, socklen_t* size);
  int PeerName(int fd, sockaddr* address, socklen_t* size);
  int Close(int fd);

  // For the loops.
  void Watch(int fd, event& event);
  void Unwatch(int fd, event& event);
  /// EV_READ and EV_WRITE, as far as they would not block.
  short Ready(int fd) const;

  // For faults. An address is that of the listening side, "127.0.1.1:50051".
  Network& network() { return network_; }
  /// Connections to it, connected or not: `count` at most, drawn by chance.
  void Cut(const std::string& address, size_t count);
  void Swallow(const std::string& address, size_t count);
  /// Until Answer, what connects to it hears nothing.
  void Mute(const std::string& address) { ++mute_[address]; }
  void Answer(const std::string& address) { mute_.erase(address); }
  /// Calls that would make another descriptor fail while there are as many as this.
  void LimitDescriptors(size_t limit) { limit_ = limit; }
  size_t open_descriptors() const { return count_; }

 private:
  struct Way;  // of bytes from one socket to another
  struct Socket;

  Socket* At(int fd) const;
  int Add(std::shared_ptr<Socket> socket);
  void Wake(Socket& socket);
  void Arrive(const std::shared_ptr<Way>& way);
  void SayEnd(Socket& socket);
  void ResetPeer(Socket& socket);
  void Break(Socket& socket, int error);
  void FinishConnect(const std::shared_ptr<Socket>& socket, const std::string& address);
  void GiveUpLater(const std::shared_ptr<Socket>& socket, base::Duration idle);
  std::vector<std::shared_ptr<Socket>> ConnectionsTo(const std::string& address, size_t count);
  base::Duration Latency();

  World& world_;
  Network network_;
  std::vector<std::shared_ptr<Socket>> table_;  // by descriptor; null: free
  size_t count_ = 0;
  size_t limit_ = SIZE_MAX;
  std::map<std::string, std::vector<std::weak_ptr<Socket>>> listening_;  // by address
  std::vector<std::weak_ptr<Socket>> connecting_side_;                   // of all connections
  std::map<std::string, int> mute_;
  uint16_t next_port_ = 20'000;
};

}  // namespace evenkeel::world
