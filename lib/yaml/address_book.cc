#include "lib/yaml/address_book.h"

namespace evenkeel::config {
namespace {

bool IsAnyPort(const base::Address& address) {
  return address.kind() != base::Address::Kind::kUnix && address.port() == 0;
}

}  // namespace

void AddressBook::Claim(const base::Address& address, const Place& place) {
  if (IsAnyPort(address)) return;
  const auto [first, is_new] =
      holders_.emplace(address.ToString(), Holder{place.path(), place.mark()});
  if (is_new) return;
  std::string holder = first->second.name;
  if (const auto& mark = first->second.mark) {
    holder += " in " + place.errors().LineOf(*mark, place.mark());
  }
  place.Fail({"the address " + Quoted(address.ToString()) + " is that of " + holder + " too",
              "give each its own, or remove one"});
}

void AddressBook::Reserve(const base::Address& address, std::string holder) {
  if (!IsAnyPort(address)) holders_.emplace(address.ToString(), Holder{std::move(holder)});
}

}  // namespace evenkeel::config
