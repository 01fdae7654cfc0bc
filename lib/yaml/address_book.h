// AddressBook: the addresses that one part of the file has given out, to find repeated ones.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "lib/base/address.h"
#include "lib/yaml/place.h"

namespace evenkeel::config {

class AddressBook {
 public:
  /// Notes that `address` was given at `place`, or adds an error there when it was given before.
  /// Port 0 stands for any free port and never repeats.
  void Claim(const base::Address& address, const Place& place);
  /// Notes an address that stands nowhere in the file; `holder` is named in errors.
  void Reserve(const base::Address& address, std::string holder);

 private:
  struct Holder {
    std::string name;
    std::optional<Mark> mark{};  // nothing: it stands nowhere
  };

  std::map<std::string, Holder> holders_;
};

}  // namespace evenkeel::config
