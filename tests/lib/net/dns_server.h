// DnsServer: a DNS server on loopback that says what a test tells it, in the test's loop: over UDP,
// and over TCP once it is told to.
#pragma once

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/base/file_descriptor.h"
#include "lib/net/event_loop.h"
#include "lib/net/socket_address.h"

namespace evenkeel::net {

class DnsServer {
 public:
  struct Service {
    std::string target;
    uint16_t port, priority, weight;
  };

  explicit DnsServer(EventLoop& loop) {
    while (!Bind()) {
    }
    event_assign(
        &event_, loop.native(), socket_.get(), EV_READ | EV_PERSIST,
        [](int, short, void* self) noexcept { static_cast<DnsServer*>(self)->OnReadable(); }, this);
    event_add(&event_, nullptr);
  }
  ~DnsServer() { event_del(&event_); }
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  SocketAddress address() const { return SocketAddress::OfSocket(socket_.get()); }
  int questions() const { return questions_; }

  /// From now on `name` has these IPv4 or IPv6 addresses, and no others.
  void SetAddresses(const std::string& name, const std::vector<std::string>& addresses,
                    uint32_t ttl) {
    Zone& zone = zones_[name] = {};
    for (const std::string& each : addresses) {
      char bytes[16];
      const bool v6 = each.find(':') != std::string::npos;
      EXPECT_EQ(inet_pton(v6 ? AF_INET6 : AF_INET, each.c_str(), bytes), 1);
      zone.records[v6 ? ns_t_aaaa : ns_t_a].push_back({ttl, std::string(bytes, v6 ? 16 : 4)});
    }
  }
  void SetServices(const std::string& name, const std::vector<Service>& services, uint32_t ttl) {
    Zone& zone = zones_[name] = {};
    for (const Service& each : services) {
      std::string data;
      for (const uint16_t number : {each.priority, each.weight, each.port}) Put16(data, number);
      zone.records[ns_t_srv].push_back({ttl, data + Encode(each.target)});
    }
  }
  /// Answers questions for `name` with this code (RFC 1035, section 4.1.1), for one type or all.
  void Fail(const std::string& name, int code, int type = 0) { zones_[name].failures[type] = code; }
  /// Says nothing to questions for `name`, of one type or all.
  void Ignore(const std::string& name, int type = 0) { Fail(name, kSilence, type); }
  /// Answers every question with EDNS with this code; kSilence: not at all.
  void FailEdns(int code) { edns_ = code; }
  /// Over UDP at most so many records are given, and the answer says that it is truncated.
  void Truncate(size_t records) { most_records_ = records; }
  /// Listens for TCP too, until which it refuses it.
  void ListenForTcp() {
    EXPECT_EQ(listen(tcp_.get(), 10), 0);
    listens_ = true;
  }
  /// Answers those who have asked over TCP meanwhile.
  void ServeTcp() {
    if (listens_ && IsReadable(tcp_))
      connections_.emplace_back(accept(tcp_.get(), nullptr, nullptr));
    for (const base::FileDescriptor& each : connections_) {
      if (!IsReadable(each)) continue;
      char buffer[1500];
      const ssize_t got = recv(each.get(), buffer, sizeof buffer, 0);
      if (got < 2) continue;
      // The question comes in one piece, its length before it.
      const std::string query(buffer + 2, static_cast<size_t>(got) - 2);
      const std::string answer = AnswerTo(query, SIZE_MAX);
      std::string framed;
      Put16(framed, static_cast<uint16_t>(answer.size()));
      framed += answer;
      EXPECT_EQ(send(each.get(), framed.data(), framed.size(), 0), std::ssize(framed));
    }
  }

  static constexpr int kSilence = -1;

 private:
  struct Record {
    uint32_t ttl;
    std::string data;
  };
  struct Zone {
    std::map<int, std::vector<Record>> records;
    std::map<int, int> failures;
  };

  // One port for both, which nobody else can take meanwhile. Bound alone, TCP refuses connections.
  bool Bind() {
    tcp_ = base::FileDescriptor(socket(AF_INET, SOCK_STREAM, 0));
    socket_ = base::FileDescriptor(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    const auto any = SocketAddress::From(*base::Address::Parse("127.0.0.1:0"));
    EXPECT_EQ(bind(tcp_.get(), any.get(), any.size()), 0);
    const auto same = SocketAddress::OfSocket(tcp_.get());
    return bind(socket_.get(), same.get(), same.size()) == 0;
  }
  static void Put16(std::string& out, uint16_t number) {
    out += static_cast<char>(number >> 8);
    out += static_cast<char>(number & 0xff);
  }
  static std::string Encode(const std::string& name) {
    std::string out, label;
    for (const char c : name + ".") {
      if (c != '.') {
        label += c;
      } else if (!label.empty()) {
        out += static_cast<char>(label.size());
        out += std::exchange(label, "");
      }
    }
    return out + '\0';
  }

  void OnReadable() {
    char buffer[1500];
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const ssize_t got = recvfrom(socket_.get(), buffer, sizeof buffer, 0,
                                 reinterpret_cast<sockaddr*>(&peer), &size);
    if (got < 17) return;
    ++questions_;
    const std::string answer =
        AnswerTo(std::string(buffer, static_cast<size_t>(got)), most_records_);
    if (answer.empty()) return;
    sendto(socket_.get(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&peer),
           size);
  }

  static bool IsReadable(const base::FileDescriptor& socket) {
    pollfd waiting{socket.get(), POLLIN, 0};
    return poll(&waiting, 1, 0) == 1;
  }

  std::string AnswerTo(const std::string& query, size_t most_records) {
    std::string name;
    size_t at = 12;
    while (query[at] != '\0') {
      const auto length = static_cast<size_t>(query[at]);
      name += (name.empty() ? "" : ".") + query.substr(at + 1, length);
      at += length + 1;
    }
    const int type = static_cast<uint8_t>(query[at + 1]) << 8 | static_cast<uint8_t>(query[at + 2]);
    const std::string question = query.substr(12, at + 5 - 12);
    const auto zone = zones_.find(name);
    int code = zone == zones_.end() ? ns_r_nxdomain : ns_r_noerror;
    std::vector<Record> records;
    if (zone != zones_.end()) {
      for (const int each : {0, type}) {
        if (zone->second.failures.contains(each)) code = zone->second.failures.at(each);
      }
      if (code == ns_r_noerror) records = zone->second.records[type];
    }
    const bool has_edns = query[11] != 0;  // the count of additional records
    if (has_edns && edns_ != ns_r_noerror) code = edns_;
    if (code != ns_r_noerror) records.clear();
    if (code == kSilence) return "";
    constexpr int kTruncated = 0x0200;
    const bool fits = records.size() <= most_records;
    if (!fits) records.resize(most_records);
    std::string out = query.substr(0, 2);
    Put16(out, static_cast<uint16_t>(0x8180 | code | (fits ? 0 : kTruncated)));
    for (const size_t count : {size_t{1}, records.size(), size_t{0}, size_t{0}}) {
      Put16(out, static_cast<uint16_t>(count));
    }
    out += question;
    for (const Record& each : records) {
      Put16(out, 0xc00c);  // the question's name
      Put16(out, static_cast<uint16_t>(type));
      Put16(out, ns_c_in);
      Put16(out, static_cast<uint16_t>(each.ttl >> 16));
      Put16(out, static_cast<uint16_t>(each.ttl & 0xffff));
      Put16(out, static_cast<uint16_t>(each.data.size()));
      out += each.data;
    }
    return out;
  }

  base::FileDescriptor socket_;
  event event_;
  std::map<std::string, Zone> zones_;
  int questions_ = 0;
  int edns_ = ns_r_noerror;
  size_t most_records_ = SIZE_MAX;
  base::FileDescriptor tcp_;
  bool listens_ = false;  // over TCP
  std::vector<base::FileDescriptor> connections_;
};

}  // namespace evenkeel::net
