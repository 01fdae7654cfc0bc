#include "proxy/discovery/name_book.h"

#include <algorithm>
#include <utility>

namespace evenkeel::discovery {
namespace {

// Each has sockets of its own.
constexpr size_t kAtATime = 32;

bool IsName(const base::Address& address) { return address.kind() == base::Address::Kind::kName; }

}  // namespace

NameBook::NameBook(net::EventLoop& loop, net::DnsSettings settings, OnFailure on_failure,
                   std::function<void()> on_news)
    : loop_(loop),
      settings_(std::move(settings)),
      on_failure_(on_failure),
      on_news_(std::move(on_news)) {}

void NameBook::Learn(const std::string& name, std::vector<net::SocketAddress> addresses) {
  known_[name] = std::move(addresses);
}

bool NameBook::LookUp(const std::vector<config::Endpoint>& listed) {
  auto before = std::exchange(known_, {});
  lookups_.clear();
  waiting_.clear();
  failure_.reset();
  for (const config::Endpoint& each : listed) {
    if (!IsName(each.address)) continue;
    const std::string& name = each.address.host();
    if (auto found = before.extract(name)) {
      known_.insert(std::move(found));
    } else if (!known_.contains(name)) {
      waiting_.insert(name);
    }
  }
  AskForSome();
  return is_busy();
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
    if (on_failure_ == OnFailure::kGiveUp) waiting_.clear();
  }
  AskForSome();
  if (on_failure_ == OnFailure::kGoOn || !is_busy()) on_news_();
}

bool NameBook::Knows(const base::Address& address) const {
  return !IsName(address) || known_.contains(address.host());
}

ResolvedEndpoint NameBook::Resolve(const config::Endpoint& endpoint) const {
  return {endpoint.address.ToString(),
          {endpoint.weight, endpoint.priority, endpoint.zone, endpoint.hash_key},
          Of(endpoint.address)};
}

std::vector<net::SocketAddress> NameBook::Of(const base::Address& address) const {
  if (!IsName(address)) return {net::SocketAddress::From(address)};
  std::vector<net::SocketAddress> addresses = known_.at(address.host());
  for (net::SocketAddress& each : addresses) each.set_port(address.port());
  return addresses;
}

}  // namespace evenkeel::discovery
