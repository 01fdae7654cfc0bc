// Complaint: what is wrong with something of the configuration and what to do, for people.
#pragma once

#include <string>
#include <string_view>

namespace evenkeel::config {

struct Complaint {
  std::string reason;  ///< "\"9ms\" is out of range"
  std::string hint;    ///< "allowed is 10ms to 5m"; may be empty
};

/// A piece of the configuration as messages show it: in quotes, cut after 60 bytes.
std::string Quoted(std::string_view text);

}  // namespace evenkeel::config
