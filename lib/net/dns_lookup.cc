#include "lib/net/dns_lookup.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>

#include "lib/base/check.h"

namespace evenkeel::net {
namespace {

constexpr int kTries = 2;
// What passes every path unfragmented (dnsflagday.net/2020); longer answers come over TCP.
constexpr int kMaxDatagram = 1232;
constexpr base::Duration kNoTtlYet = base::Duration::max();

DnsFailure::Kind KindOf(int status) {
  switch (status) {
    case ARES_ENOTFOUND:
      return DnsFailure::Kind::kNoSuchName;
    case ARES_ENODATA:
      return DnsFailure::Kind::kNoRecords;
    case ARES_ETIMEOUT:
      return DnsFailure::Kind::kTimeout;
    case ARES_ESERVFAIL:
    case ARES_EREFUSED:
    case ARES_ECONNREFUSED:
      return DnsFailure::Kind::kRefused;
    default:
      return DnsFailure::Kind::kOther;
  }
}

DnsFailure FailureOf(const std::string& name, int status) {
  return {KindOf(status), name + ": " + ares_strerror(status)};
}

// There are no such records, which for one address family or one target is no failure.
bool IsAbsence(int status) { return status == ARES_ENOTFOUND || status == ARES_ENODATA; }

}  // namespace

struct DnsLookup::Service {
  std::string target;
  uint16_t port;
  uint16_t priority;
  uint16_t weight;
};

struct DnsLookup::Channel {
  Channel(EventLoop& loop, const DnsSettings& settings)
      : loop(loop), timer(loop, [this] { Process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }) {
    static const int initialised = ares_library_init(ARES_LIB_INIT_ALL);
    CHECK(initialised == ARES_SUCCESS);
    ares_options options{};
    options.flags = ARES_FLAG_EDNS;
    options.ednspsz = kMaxDatagram;
    options.timeout = static_cast<int>(
        std::chrono::duration_cast<std::chrono::milliseconds>(settings.timeout).count());
    options.tries = kTries;
    options.sock_state_cb = [](void* self, ares_socket_t socket, int read, int write) noexcept {
      static_cast<Channel*>(self)->Watch(socket, read, write);
    };
    options.sock_state_cb_data = this;
    CHECK(ares_init_options(&ares, &options,
                            ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS |
                                ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB) == ARES_SUCCESS);
    if (!settings.resolvers.empty()) SetResolvers(settings.resolvers);
  }
  ~Channel() {
    ares_destroy(ares);  // calls every callback, with ARES_EDESTRUCTION
    for (const auto& [socket, watched] : sockets) event_del(watched.get());
  }

  void SetResolvers(const std::vector<SocketAddress>& resolvers) {
    std::vector<ares_addr_port_node> nodes(resolvers.size());
    for (size_t i = 0; i < resolvers.size(); ++i) {
      nodes[i] = {};
      nodes[i].next = i + 1 < nodes.size() ? &nodes[i + 1] : nullptr;
      nodes[i].family = resolvers[i].family();
      nodes[i].udp_port = nodes[i].tcp_port = resolvers[i].port();
      if (nodes[i].family == AF_INET) {
        nodes[i].addr.addr4 = reinterpret_cast<const sockaddr_in*>(resolvers[i].get())->sin_addr;
      } else {
        const auto* in6 = reinterpret_cast<const sockaddr_in6*>(resolvers[i].get());
        std::memcpy(&nodes[i].addr.addr6, &in6->sin6_addr, sizeof in6->sin6_addr);
      }
    }
    CHECK(ares_set_servers_ports(ares, nodes.data()) == ARES_SUCCESS);
  }

  void Watch(ares_socket_t socket, int read, int write) {
    const auto found = sockets.find(socket);
    if (found != sockets.end()) {
      event_del(found->second.get());
      sockets.erase(found);
    }
    if (!read && !write) return;
    const short what = static_cast<short>((read ? EV_READ : 0) | (write ? EV_WRITE : 0));
    auto watched = std::make_unique<event>();
    CHECK(event_assign(
              watched.get(), loop.native(), socket, static_cast<short>(what | EV_PERSIST),
              [](int fd, short ready, void* self) noexcept {
                static_cast<Channel*>(self)->Process(ready & EV_READ ? fd : ARES_SOCKET_BAD,
                                                     ready & EV_WRITE ? fd : ARES_SOCKET_BAD);
              },
              this) == 0);
    CHECK(event_add(watched.get(), nullptr) == 0);
    sockets.emplace(socket, std::move(watched));
  }

  void Process(ares_socket_t readable, ares_socket_t writable) {
    ares_process_fd(ares, readable, writable);
    StartTimer();
  }

  void StartTimer() {
    timeval wait{};
    if (ares_timeout(ares, nullptr, &wait) == nullptr) return timer.Stop();
    timer.StartAfter(std::chrono::seconds(wait.tv_sec) + std::chrono::microseconds(wait.tv_usec));
  }

  EventLoop& loop;
  Timer timer;
  std::unordered_map<ares_socket_t, std::unique_ptr<event>> sockets;
  ares_channel ares = nullptr;
};

namespace {

// What c-ares keeps for us until it answers.
template <typename Function>
struct Callback {
  Function function;

  static void* Keep(Function function) { return new Callback{std::move(function)}; }
  static std::unique_ptr<Callback> Take(void* kept) {
    return std::unique_ptr<Callback>(static_cast<Callback*>(kept));
  }
};

using ServicesCallback = Callback<std::function<void(int status, std::span<const uint8_t>)>>;
using AddressesCallback = Callback<std::function<void(int status, const ares_addrinfo*)>>;

uint16_t Read16(const uint8_t* bytes) { return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]); }

}  // namespace

DnsLookup::DnsLookup(EventLoop& loop, const DnsSettings& settings, DnsQuestion question,
                     Handler on_done)
    : question_(std::move(question)),
      on_done_(std::move(on_done)),
      finish_(loop, [this] { Finish(); }),
      absence_(ARES_ENODATA),
      channel_(std::make_unique<Channel>(loop, settings)) {
  answer_.ttl = kNoTtlYet;
  if (question_.records == DnsQuestion::Records::kServices) {
    AskForServices();
  } else {
    AskForAddresses(question_.name, {{question_.name, question_.port, 0, 0}});
  }
  channel_->StartTimer();
}

DnsLookup::~DnsLookup() = default;

void DnsLookup::AskForServices() {
  ++pending_;
  void* kept = ServicesCallback::Keep([this](int status, std::span<const uint8_t> message) {
    std::vector<Service> services;
    uint32_t ttl = 0;
    if (status != ARES_SUCCESS) {
      Fail(FailureOf(question_.name, status));
    } else if (!ParseServices(message, services, ttl)) {
      Fail({DnsFailure::Kind::kOther, question_.name + ": the answer is malformed"});
    } else {
      OnServices(std::move(services), ttl);
    }
    Answered();
  });
  ares_search(
      channel_->ares, question_.name.c_str(), ns_c_in, ns_t_srv,
      [](void* kept, int status, int, unsigned char* message, int size) noexcept {
        const auto callback = ServicesCallback::Take(kept);
        if (status == ARES_EDESTRUCTION) return;
        callback->function(status, {message, static_cast<size_t>(std::max(size, 0))});
      },
      kept);
}

bool DnsLookup::ParseServices(std::span<const uint8_t> message, std::vector<Service>& services,
                              uint32_t& ttl) {
  ns_msg parsed;
  if (ns_initparse(message.data(), static_cast<int>(message.size()), &parsed) != 0) return false;
  ttl = UINT32_MAX;
  for (int i = 0; i < ns_msg_count(parsed, ns_s_an); ++i) {
    ns_rr record;
    if (ns_parserr(&parsed, ns_s_an, i, &record) != 0) return false;
    ttl = std::min<uint32_t>(ttl, ns_rr_ttl(record));
    if (ns_rr_type(record) != ns_t_srv) continue;
    char target[NS_MAXDNAME];
    const uint8_t* data = ns_rr_rdata(record);
    if (ns_rr_rdlen(record) < 7 || ns_name_uncompress(ns_msg_base(parsed), ns_msg_end(parsed),
                                                      data + 6, target, sizeof target) < 0) {
      return false;
    }
    services.push_back({target, Read16(data + 4), Read16(data), Read16(data + 2)});
  }
  return true;
}

void DnsLookup::OnServices(std::vector<Service> services, uint32_t ttl) {
  answer_.ttl = std::min<base::Duration>(answer_.ttl, std::chrono::seconds(ttl));
  std::map<std::string, std::vector<Service>> by_target;
  for (Service& each : services) {
    // "." says that the service is decidedly not available here.
    if (each.target.empty() || each.target == "." || each.port == 0) continue;
    by_target[each.target].push_back(std::move(each));
  }
  for (auto& [target, of_target] : by_target) {
    // Targets are whole names: the final dot keeps search domains out.
    AskForAddresses(target.ends_with('.') ? target : target + ".", std::move(of_target));
  }
}

void DnsLookup::AskForAddresses(const std::string& name, std::vector<Service> services) {
  for (const int family : {AF_INET, AF_INET6}) {
    ++pending_;
    ares_addrinfo_hints hints{};
    hints.ai_family = family;
    hints.ai_flags = ARES_AI_NOSORT;
    hints.ai_socktype = SOCK_STREAM;
    void* kept =
        AddressesCallback::Keep([this, name, services](int status, const ares_addrinfo* found) {
          if (status == ARES_SUCCESS) {
            Add(*found, services);
          } else if (IsAbsence(status)) {
            absence_ = status;
          } else {
            Fail(FailureOf(name, status));
          }
          Answered();
        });
    ares_getaddrinfo(
        channel_->ares, name.c_str(), nullptr, &hints,
        [](void* kept, int status, int, ares_addrinfo* found) noexcept {
          const auto callback = AddressesCallback::Take(kept);
          const std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> owner(
              found, ares_freeaddrinfo);
          if (status != ARES_EDESTRUCTION) callback->function(status, found);
        },
        kept);
  }
}

void DnsLookup::Add(const ares_addrinfo& found, const std::vector<Service>& services) {
  for (const ares_addrinfo_cname* each = found.cnames; each != nullptr; each = each->next) {
    answer_.ttl = std::min<base::Duration>(answer_.ttl, std::chrono::seconds(each->ttl));
  }
  for (const ares_addrinfo_node* each = found.nodes; each != nullptr; each = each->ai_next) {
    answer_.ttl = std::min<base::Duration>(answer_.ttl, std::chrono::seconds(each->ai_ttl));
    for (const Service& service : services) {
      SocketAddress address(each->ai_addr, static_cast<socklen_t>(each->ai_addrlen));
      address.set_port(service.port);
      answer_.endpoints.push_back({address, service.priority, service.weight});
    }
  }
}

void DnsLookup::Fail(DnsFailure failure) {
  if (!failure_) failure_ = std::make_unique<DnsFailure>(std::move(failure));
}

void DnsLookup::Answered() {
  // c-ares can answer before the question's call returns, and must not be destroyed in a callback.
  if (--pending_ == 0) finish_.StartAfter({});
}

void DnsLookup::Finish() {
  if (pending_ > 0) return;  // an answer came before the next question was asked
  if (!failure_ && answer_.endpoints.empty()) Fail(FailureOf(question_.name, absence_));
  if (failure_) return on_done_(base::Error(*failure_));
  on_done_(std::move(answer_));
}

}  // namespace evenkeel::net
