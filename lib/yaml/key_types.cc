#include "lib/yaml/key_types.h"

namespace evenkeel::config {

void Text::Read(const Place& place, std::string& out) const {
  const std::string* text = place.Text("a " + std::string(type), "");
  if (!text) return;
  if (const auto complaint = rule(*text)) return place.Fail(*complaint);
  out = *text;
}

void ClusterReference::Read(const Place& place, std::string& out) const {
  const std::string* name = place.Text("a cluster name", "");
  if (!name) return;
  if (name->empty()) return place.Fail({"is empty", "write the name of a cluster"});
  out = *name;
}

KeyFacts AddressKey::Facts(const std::optional<base::Address>& fallback) const {
  return {.type = "address",
          .range = port == Port::kAny ? "port 0 to 65535" : "port 1 to 65535",
          .fallback = fallback ? fallback->ToString() : ""};
}

std::optional<base::Address> AddressKey::Parse(const Place& place) const {
  const std::string* text = place.Text(
      "an address", "write host:port, or unix:path; brackets of IPv6 need quotes: \"[::1]:50051\"");
  if (!text) return std::nullopt;
  const auto address = base::Address::Parse(*text);
  if (!address) {
    place.Fail({address.error(), ""});
    return std::nullopt;
  }
  if (port == Port::kFixed && address->kind() != base::Address::Kind::kUnix &&
      address->port() == 0) {
    place.Fail({"port 0 cannot be connected to", "write the endpoint's port, 1 to 65535"});
    return std::nullopt;
  }
  return *address;
}

}  // namespace evenkeel::config
