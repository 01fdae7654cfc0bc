#include "lib/net/dns_channel.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "lib/base/check.h"
#include "lib/net/timer.h"

namespace evenkeel::net {
namespace {

// What passes every path unfragmented (dnsflagday.net/2020); longer answers come over TCP.
constexpr int kMaxDatagram = 1232;

void InitialiseOnce() {
  static const int initialised = ares_library_init(ARES_LIB_INIT_ALL);
  CHECK(initialised == ARES_SUCCESS);
}

int FlagsOf(DnsChannel::Manner manner) {
  switch (manner) {
    case DnsChannel::Manner::kExtended:
      return ARES_FLAG_EDNS;
    case DnsChannel::Manner::kPlain:
      return 0;
    case DnsChannel::Manner::kTruncated:
      return ARES_FLAG_EDNS | ARES_FLAG_IGNTC;
  }
  CHECK(!"a value outside Manner");
}

DnsChannel::Status StatusOf(int status) {
  switch (status) {
    case ARES_SUCCESS:
      return DnsChannel::Status::kFound;
    case ARES_ENOTFOUND:
      return DnsChannel::Status::kNoSuchName;
    case ARES_ENODATA:
      return DnsChannel::Status::kNoRecords;
    case ARES_ETIMEOUT:
      return DnsChannel::Status::kTimeout;
    case ARES_ESERVFAIL:
    case ARES_EREFUSED:
    case ARES_ECONNREFUSED:  // also what is left of SERVFAIL when every server has said so
      return DnsChannel::Status::kRefused;
    default:
      return DnsChannel::Status::kOther;
  }
}

}  // namespace

struct DnsChannel::Ares {
  Ares(EventLoop& loop, const DnsSettings& settings, Manner manner)
      : loop(loop), timer(loop, [this] { Process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }) {
    InitialiseOnce();
    ares_options options{};
    options.flags = FlagsOf(manner);
    options.ednspsz = kMaxDatagram;
    options.timeout = static_cast<int>(
        std::chrono::duration_cast<std::chrono::milliseconds>(settings.timeout).count());
    options.tries = 1;
    options.sock_state_cb = [](void* self, ares_socket_t socket, int read, int write) noexcept {
      static_cast<Ares*>(self)->Watch(socket, read, write);
    };
    options.sock_state_cb_data = this;
    started = ares_init_options(&channel, &options,
                                ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS |
                                    ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
    if (started == ARES_SUCCESS && !settings.resolvers.empty()) SetResolvers(settings.resolvers);
  }
  ~Ares() {
    if (started == ARES_SUCCESS) ares_destroy(channel);  // callbacks get ARES_EDESTRUCTION
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
    CHECK(ares_set_servers_ports(channel, nodes.data()) == ARES_SUCCESS);
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
                static_cast<Ares*>(self)->Process(ready & EV_READ ? fd : ARES_SOCKET_BAD,
                                                  ready & EV_WRITE ? fd : ARES_SOCKET_BAD);
              },
              this) == 0);
    CHECK(event_add(watched.get(), nullptr) == 0);
    sockets.emplace(socket, std::move(watched));
  }

  void Process(ares_socket_t readable, ares_socket_t writable) {
    ares_process_fd(channel, readable, writable);
    StartTimer();
  }

  void StartTimer() {
    timeval wait{};
    if (ares_timeout(channel, nullptr, &wait) == nullptr) return timer.Stop();
    timer.StartAfter(std::chrono::seconds(wait.tv_sec) + std::chrono::microseconds(wait.tv_usec));
  }

  EventLoop& loop;
  Timer timer;
  std::unordered_map<ares_socket_t, std::unique_ptr<event>> sockets;
  ares_channel channel = nullptr;
  int started;  // not ARES_SUCCESS: resolv.conf cannot be read, as without descriptors
};

DnsChannel::DnsChannel(EventLoop& loop, const DnsSettings& settings, Manner manner)
    : ares_(std::make_unique<Ares>(loop, settings, manner)) {}

DnsChannel::~DnsChannel() = default;

void DnsChannel::Ask(const std::string& name, int type, Handler handler) {
  if (const int status = ares_->started; status != ARES_SUCCESS) {
    return handler({Status::kOther, ares_strerror(status), {}});
  }
  ares_query(
      ares_->channel, name.c_str(), ns_c_in, type,
      [](void* kept, int status, int, unsigned char* message, int size) noexcept {
        const std::unique_ptr<Handler> handler(static_cast<Handler*>(kept));
        if (status == ARES_EDESTRUCTION) return;
        (*handler)({StatusOf(status),
                    ares_strerror(status),
                    {message, static_cast<size_t>(std::max(size, 0))}});
      },
      new Handler(std::move(handler)));
  ares_->StartTimer();
}

DnsHabits ReadDnsHabits() {
  InitialiseOnce();
  DnsHabits habits;
  ares_channel channel = nullptr;
  if (ares_init(&channel) != ARES_SUCCESS) return habits;
  ares_options options{};
  int known = 0;
  CHECK(ares_save_options(channel, &options, &known) == ARES_SUCCESS);
  habits.search.ndots = options.ndots;
  habits.search.domains.assign(options.domains, options.domains + options.ndomains);
  if (options.lookups != nullptr) {
    habits.reads_hosts = std::string_view(options.lookups).find('f') != std::string_view::npos;
  }
  ares_destroy_options(&options);
  ares_destroy(channel);
  return habits;
}

std::vector<SocketAddress> FindInHosts(const std::string& name, int family) {
  InitialiseOnce();
  char files[] = "f";
  ares_options options{};
  options.lookups = files;
  ares_channel channel = nullptr;
  if (ares_init_options(&channel, &options, ARES_OPT_LOOKUPS) != ARES_SUCCESS) return {};
  ares_addrinfo_hints hints{};
  hints.ai_family = family;
  hints.ai_flags = ARES_AI_NOSORT;
  hints.ai_socktype = SOCK_STREAM;
  std::vector<SocketAddress> addresses;
  ares_getaddrinfo(
      channel, name.c_str(), nullptr, &hints,
      [](void* out, int, int, ares_addrinfo* found) noexcept {
        for (const auto* each = found ? found->nodes : nullptr; each; each = each->ai_next) {
          static_cast<std::vector<SocketAddress>*>(out)->emplace_back(
              each->ai_addr, static_cast<socklen_t>(each->ai_addrlen));
        }
        if (found != nullptr) ares_freeaddrinfo(found);
      },
      &addresses);
  ares_destroy(channel);
  return addresses;
}

}  // namespace evenkeel::net
