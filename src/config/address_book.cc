#include "config/address_book.h"

namespace evenkeel::config {
namespace {

bool IsAnyPort(const base::Address& address) {
  return address.kind() != base::Address::Kind::kUnix && address.port() == 0;
}

}  // namespace

void AddressBook::Claim(const base::Address& address, const Place& place) {
  if (IsAnyPort(address)) return;
  const std::string holder = place.path() + " in line " + std::to_string(place.mark().line);
  const auto [first, is_new] = holders_.emplace(address.ToString(), holder);
  if (is_new) return;
  place.Fail({"the address " + Quoted(address.ToString()) + " is that of " + first->second + " too",
              "give each its own, or remove one"});
}

void AddressBook::Reserve(const base::Address& address, std::string holder) {
  if (!IsAnyPort(address)) holders_.emplace(address.ToString(), std::move(holder));
}

}  // namespace evenkeel::config
