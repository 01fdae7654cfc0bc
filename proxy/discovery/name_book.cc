#include "proxy/discovery/name_book.h"

#include <algorithm>
#include <utility>

namespace evenkeel::discovery {
namespace {

// Each has sockets of its own.
constexpr size_t kAtATime = 32;

}  // namespace

NameBook::NameBook(net::EventLoop& loop, net::DnsSettings settings, Handler on_done)
    : loop_(loop), settings_(std::move(settings)), on_done_(std::move(on_done)) {}

bool NameBook::LookUp(const std::vector<config::Endpoint>& listed) {
  auto before = std::exchange(known_, {});
  lookups_.clear();
  waiting_.clear();
  failure_.reset();
  for (const config::Endpoint& each : listed) {
    if (each.address.kind() != base::Address::Kind::kName) continue;
    const std::string& name = each.address.host();
    if (auto found = before.extract(name)) {
      known_.insert(std::move(found));
    } else if (!known_.contains(name)) {
      waiting_.insert(name);
    }
  }
  AskForSome();
  return !lookups_.empty();
}

void NameBook::AskForSome() {
  while (!waiting_.empty() && lookups_.size() < kAtATime) {
    const std::string name = waiting_.extract(waiting_.begin()).value();
    lookups_[name] = std::make_unique<net::DnsLookup>(
        loop_, settings_, net::DnsQuestion{net::DnsQuestion::Records::kAddresses, name},
        [this, name](const auto& answer) { OnAnswer(std::string(name), answer); });
  }
}

void NameBook::OnAnswer(const std::string& name,
                        const base::Result<net::DnsAnswer, net::DnsFailure>& answer) {
  loop_.DeleteLater(std::move(lookups_.extract(name).mapped()));
  if (answer) {
    std::vector<net::SocketAddress>& addresses = known_[name];
    for (const auto& each : answer->endpoints) addresses.push_back(each.address);
    std::ranges::stable_sort(addresses, {}, &net::SocketAddress::family);
  } else {
    if (!failure_) failure_ = answer.error();
    waiting_.clear();  // the list is of no use without this one
  }
  AskForSome();
  if (lookups_.empty()) on_done_(std::exchange(failure_, std::nullopt));
}

std::vector<net::SocketAddress> NameBook::Of(const base::Address& address) const {
  if (address.kind() != base::Address::Kind::kName) return {net::SocketAddress::From(address)};
  std::vector<net::SocketAddress> addresses = known_.at(address.host());
  for (net::SocketAddress& each : addresses) each.set_port(address.port());
  return addresses;
}

}  // namespace evenkeel::discovery
