// TicketKeys: what the tickets are encrypted with by which a server's sessions are resumed (RFC
// 5077; RFC 8446, section 4.6.1).
//
// Shared by the contexts whose tickets are to be good for one another, so by all workers and by
// what follows on a reload. A key makes tickets for an hour and reads them for another; whoever
// gets hold of it later reads nothing older. Never written anywhere. Any thread; handshakes only.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <span>

namespace evenkeel::tls {

class TicketKeys {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr auto kPeriod = std::chrono::hours(1);

  struct Key {
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> cipher;  ///< AES-256-CBC
    std::array<unsigned char, 32> mac;     ///< HMAC-SHA-256
  };
  struct Found {
    Key key;
    bool is_current;  ///< else the client should get another ticket
  };

  /// `now` is for tests.
  explicit TicketKeys(std::function<Time()> now = &std::chrono::steady_clock::now);
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  /// To make a ticket with.
  Key Current();
  /// To read a ticket that says so; nothing: it is too old, or not ours.
  std::optional<Found> Find(std::span<const unsigned char, 16> name);

 private:
  void Rotate();

  const std::function<Time()> now_;
  std::mutex mutex_;
  Key current_;
  std::optional<Key> previous_;
  Time made_;  // current_
};

}  // namespace evenkeel::tls
