// Explanation: why a would-be call would go where it would go, in words and numbers for an
// operator.
#pragma once

#include <string>
#include <vector>

#include "balancer/endpoint.h"

namespace evenkeel::balancer {

struct Explanation {
  /// An endpoint the pick looked at.
  struct Candidate {
    EndpointPtr endpoint;
    double score = 0;  ///< what the policy compares; `score_meaning` says how
  };
  /// An endpoint the pick could not have chosen.
  struct Excluded {
    EndpointPtr endpoint;
    std::string why;  ///< "ejected", "not connected", …
  };

  std::string policy{};         ///< "least_request"
  std::string score_meaning{};  ///< "(in flight + 1) / weight; the lowest wins"
  std::vector<Candidate> candidates{};
  std::vector<Excluded> excluded{};
  std::vector<std::string> notes{};  ///< "panic: 2 of 5 healthy, all 5 may be picked", …
  EndpointPtr picked{};              ///< null: no endpoint to be had
};

}  // namespace evenkeel::balancer
