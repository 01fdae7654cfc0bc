#include "lib/yaml/discovery_reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "lib/yaml/key_types.h"
#include "lib/yaml/name_rules.h"
#include "lib/yaml/word_key.h"

namespace evenkeel::config {
namespace {

constexpr std::string_view kDnsPrefix = "dns:///";
constexpr std::string_view kDnsSrvPrefix = "dns+srv:///";
constexpr char kDnsHint[] = "write dns:///name:port, or dns+srv:///_grpc._tcp.name";
constexpr size_t kMaxName = 253;  // RFC 1035, section 2.3.4, without the root

// `address` alone means `{address: address}`.
struct EndpointKey {
  static auto MakeGroup() {
    return Group{[](MapReader& map, Endpoint& endpoint) {
      map.Required("address", endpoint.address, MakeAddress());
      map.Optional("weight", endpoint.weight, Number(Endpoint::kWeight));
      map.Optional("priority", endpoint.priority, Number(Endpoint::kPriority));
      map.Optional("zone", endpoint.zone, Text("zone name", CheckZone));
      map.Optional("hash_key", endpoint.hash_key, Text("hash key", CheckHashKey));
    }};
  }
  static AddressKey MakeAddress() { return AddressKey(AddressKey::Port::kFixed); }

  void Read(const Place& place, Endpoint& endpoint) const {
    if (!place.node().IsScalar()) return MakeGroup().Read(place, endpoint);
    const std::string& text = place.node().text;
    if (text.starts_with(kDnsPrefix) || text.starts_with(kDnsSrvPrefix)) {
      return place.Fail({"a DNS name is no endpoint but a source of them",
                         "write it in place of the list: endpoints: " + text});
    }
    MakeAddress().Read(place, endpoint.address);
  }
  KeyFacts Facts(const Endpoint&) const { return {.type = "address or map"}; }
  Written Write(const Endpoint& endpoint) const { return MakeGroup().Write(endpoint); }
  void Nested(const std::string& path, const Endpoint& fallback, Catalog& catalog) const {
    MakeGroup().Nested(path, fallback, catalog);
  }
};

bool IsNameCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

bool IsDnsName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && name.front() != '.' &&
         name.find("..") == std::string_view::npos && std::ranges::all_of(name, IsNameCharacter);
}

void ReadServiceName(const Place& place, std::string_view name, EndpointOrigin& origin) {
  if (!IsDnsName(name)) {
    return place.Fail({Quoted(name) + " is no name that can have SRV records", kDnsHint});
  }
  origin = DnsName{DnsName::Records::kServices, std::string(name), 0};
}

void ReadHostName(const Place& place, std::string_view text, EndpointOrigin& origin) {
  // A trailing dot says that the name is complete; addresses do not know it.
  const size_t colon = text.rfind(':');
  const bool complete = colon != std::string_view::npos && colon > 0 && text[colon - 1] == '.';
  std::string without_dot(text);
  if (complete) without_dot.erase(colon - 1, 1);
  const auto address = base::Address::Parse(without_dot);
  if (!address) return place.Fail({address.error(), kDnsHint});
  if (address->kind() != base::Address::Kind::kName) {
    return place.Fail({Quoted(text) + " is an address, which needs no look-up",
                       "list it: endpoints: [\"" + address->ToString() + "\"]"});
  }
  if (address->port() == 0) {
    return place.Fail({"port 0 cannot be connected to", "write the endpoints' port, 1 to 65535"});
  }
  origin = DnsName{DnsName::Records::kAddresses, address->host() + (complete ? "." : ""),
                   address->port()};
}

struct EndpointsFileKey : Leaf {
  void Read(const Place& place, std::string& path) const {
    const std::string* text = place.Text("the path of a file", "");
    if (!text) return;
    if (text->empty()) return place.Fail({"an empty path", "name a file with endpoints"});
    path = *text;
  }
  KeyFacts Facts(const std::string&) const { return {.type = "path"}; }
  Written Write(const std::string& path) const { return WrittenText(path); }
};

// A list of endpoints, a DNS name, or a map that names a file.
struct EndpointsKey {
  static auto MakeList() { return List{EndpointKey()}; }
  static auto MakeFile() {
    return Group{[](MapReader& map, EndpointsFile& file) {
      map.Required("file", file.path, EndpointsFileKey());
    }};
  }

  void Read(const Place& place, Cluster& cluster) const {
    if (place.node().kind == YamlNode::Kind::kMap) {
      return MakeFile().Read(place, cluster.origin.emplace<EndpointsFile>());
    }
    if (!place.node().IsScalar()) return MakeList().Read(place, cluster.endpoints);
    const std::string_view text = place.node().text;
    if (text.starts_with(kDnsPrefix)) {
      ReadHostName(place, text.substr(kDnsPrefix.size()), cluster.origin);
    } else if (text.starts_with(kDnsSrvPrefix)) {
      ReadServiceName(place, text.substr(kDnsSrvPrefix.size()), cluster.origin);
    } else {
      place.FailType(
          "a list of endpoints, a DNS name or a map with file",
          "put each endpoint on a line of its own after \"- \", or " + std::string(kDnsHint));
    }
  }
  KeyFacts Facts(const Cluster&) const {
    return {.type = "list of: address or map; or DNS name; or map with file"};
  }
  void Nested(const std::string& path, const Cluster& fallback, Catalog& catalog) const {
    MakeList().Nested(path, fallback.endpoints, catalog);
    MakeFile().Nested(path, EndpointsFile{}, catalog);
  }
  Written Write(const Cluster& cluster) const {
    if (const auto* name = std::get_if<DnsName>(&cluster.origin)) {
      return WrittenText(name->ToString());
    }
    const auto* file = std::get_if<EndpointsFile>(&cluster.origin);
    return file != nullptr ? MakeFile().Write(*file) : MakeList().Write(cluster.endpoints);
  }
};

// An IP address to ask, and a port where it is not that of DNS.
struct ResolverKey : Leaf {
  void Read(const Place& place, base::Address& address) const {
    const std::string* const text = place.Text("an IP address", kHint);
    if (!text) return;
    if (const auto alone = WithPort(*text)) {
      address = *alone;
      return;
    }
    AddressKey(AddressKey::Port::kFixed).Read(place, address);
    if (address.kind() == base::Address::Kind::kName ||
        address.kind() == base::Address::Kind::kUnix) {
      place.Fail({Quoted(address.ToString()) + " is no IP address", kHint});
    }
  }
  KeyFacts Facts(const base::Address&) const { return {.type = "IP address"}; }
  Written Write(const base::Address& address) const { return WrittenText(address.ToString()); }

 private:
  static constexpr char kHint[] =
      "write the resolver's IP address, with a port where it is not 53: 10.0.0.53, 10.0.0.53:5353";

  // An IP address alone; nothing where there is more or something else.
  static std::optional<base::Address> WithPort(const std::string& text) {
    const bool is_ipv6 = text.find(':') != std::string::npos && !text.starts_with('[');
    const auto address = base::Address::Parse(is_ipv6 ? "[" + text + "]:53" : text + ":53");
    if (!address || address->kind() == base::Address::Kind::kName) return std::nullopt;
    return *address;
  }
};

void ReadDns(MapReader& map, Dns& dns) {
  map.Optional("resolvers", dns.resolvers, List{ResolverKey()});
  map.Optional("family", dns.family,
               WordKey(std::array<std::string_view, 3>{"all", "ipv4", "ipv6"}));
  map.Optional("min_ttl", dns.min_ttl, Number(Dns::kMinTtl));
  map.Optional("max_ttl", dns.max_ttl, Number(Dns::kMaxTtl));
  map.Optional("jitter", dns.jitter, Number(Dns::kJitter));
  map.Optional("timeout", dns.timeout, Number(Dns::kTimeout));
  map.Optional("max_retry", dns.max_retry, Number(Dns::kMaxRetry));
}

// Whether something is to be looked up, or may be.
bool HasNames(const Cluster& cluster) {
  if (!std::holds_alternative<std::monostate>(cluster.origin)) return true;
  return std::ranges::any_of(cluster.endpoints, [](const Endpoint& each) {
    return each.address.kind() == base::Address::Kind::kName;
  });
}

}  // namespace

std::string DnsName::ToString() const {
  if (records == Records::kServices) return std::string(kDnsSrvPrefix) + name;
  return std::string(kDnsPrefix) + name + ":" + std::to_string(port);
}

void ReadDiscovery(MapReader& map, Cluster& cluster) {
  map.Required("endpoints", cluster, EndpointsKey());
  map.OptionalIf(!map.IsGood() || HasNames(cluster),
                 {"no endpoint has a host name, and they come neither from DNS nor from a file",
                  "remove it, or write endpoints: dns:///name:port"},
                 "dns", cluster.dns, Group{ReadDns});
}

void ReadEndpointsFile(MapReader& map, std::vector<Endpoint>& endpoints) {
  map.Required("endpoints", endpoints, List{EndpointKey()});
}

}  // namespace evenkeel::config
