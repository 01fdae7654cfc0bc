#include "lib/net/dns_message.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <cstring>

namespace evenkeel::net {
namespace {

uint16_t Read16(const uint8_t* bytes) { return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]); }

bool AddIpv4(const ns_rr& record, DnsRecords& records) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (ns_rr_rdlen(record) != sizeof address.sin_addr) return false;
  std::memcpy(&address.sin_addr, ns_rr_rdata(record), sizeof address.sin_addr);
  records.addresses.emplace_back(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return true;
}

bool AddIpv6(const ns_rr& record, DnsRecords& records) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  if (ns_rr_rdlen(record) != sizeof address.sin6_addr) return false;
  std::memcpy(&address.sin6_addr, ns_rr_rdata(record), sizeof address.sin6_addr);
  records.addresses.emplace_back(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return true;
}

bool AddService(const ns_msg& message, const ns_rr& record, DnsRecords& records) {
  char target[NS_MAXDNAME];
  const uint8_t* data = ns_rr_rdata(record);
  if (ns_rr_rdlen(record) < 7 || ns_name_uncompress(ns_msg_base(message), ns_msg_end(message),
                                                    data + 6, target, sizeof target) < 0) {
    return false;
  }
  std::string name(target);
  if (name.ends_with('.')) name.pop_back();
  records.services.push_back({std::move(name), Read16(data + 4), Read16(data), Read16(data + 2)});
  return true;
}

bool Add(const ns_msg& message, const ns_rr& record, DnsRecords& records) {
  records.ttl = std::min<uint32_t>(records.ttl, ns_rr_ttl(record));
  switch (ns_rr_type(record)) {
    case ns_t_a:
      return AddIpv4(record, records);
    case ns_t_aaaa:
      return AddIpv6(record, records);
    case ns_t_srv:
      return AddService(message, record, records);
    default:
      return true;
  }
}

bool IsUsable4(const in_addr& address) {
  const uint32_t bits = ntohl(address.s_addr);
  return bits != INADDR_ANY && bits != INADDR_BROADCAST && !IN_MULTICAST(bits);
}

}  // namespace

std::optional<DnsRecords> ParseDns(std::span<const uint8_t> message) {
  ns_msg parsed;
  if (ns_initparse(message.data(), static_cast<int>(message.size()), &parsed) != 0) {
    return std::nullopt;
  }
  DnsRecords records;
  records.truncated = ns_msg_getflag(parsed, ns_f_tc) != 0;
  for (int i = 0; i < ns_msg_count(parsed, ns_s_an); ++i) {
    ns_rr record;
    if (ns_parserr(&parsed, ns_s_an, i, &record) != 0 || !Add(parsed, record, records)) {
      return std::nullopt;
    }
  }
  return records;
}

bool IsUsable(const SocketAddress& address) {
  if (address.family() == AF_INET) {
    return IsUsable4(reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr);
  }
  const in6_addr& bytes = reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr;
  if (!IN6_IS_ADDR_V4MAPPED(&bytes)) {
    return !IN6_IS_ADDR_UNSPECIFIED(&bytes) && !IN6_IS_ADDR_MULTICAST(&bytes);
  }
  in_addr mapped;
  std::memcpy(&mapped, bytes.s6_addr + 12, sizeof mapped);
  return IsUsable4(mapped);
}

}  // namespace evenkeel::net
