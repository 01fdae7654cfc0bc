// NetworkKey: a key type, as key_types.h explains; a range of IP addresses, as in "10.0.0.0/8".
#pragma once

#include "lib/base/network.h"
#include "lib/yaml/key_types.h"

namespace evenkeel::config {

struct NetworkKey : Leaf {
  void Read(const Place& place, base::Network& out) const {
    const std::string* text = place.Text("a network", "write 10.0.0.0/8, or an address");
    if (!text) return;
    const auto network = base::Network::Parse(*text);
    if (!network) return place.Fail({network.error(), ""});
    out = *network;
  }
  KeyFacts Facts(const base::Network&) const { return {.type = "network"}; }
  Written Write(const base::Network& network) const { return WrittenText(network.ToString()); }
};

}  // namespace evenkeel::config
