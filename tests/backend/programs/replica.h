// Replica: a user-service process on a free port, for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/backend/programs/process.h"

namespace evenkeel::backend {

class Replica {
 public:
  /// Starts it as "r1" and waits until it listens.
  explicit Replica(std::vector<std::string> flags = {}) : process_(USER_SERVICE, With(flags)) {
    const std::string line = process_.ReadLine();
    const std::string expected = "user-service r1 listening on ";
    if (line.starts_with(expected)) {
      address_ = line.substr(expected.size());
    } else {
      ADD_FAILURE() << "user-service did not start: " << line;
    }
  }

  /// "127.0.0.1:" and the actual port.
  const std::string& address() const { return address_; }
  Process& process() { return process_; }

 private:
  static std::vector<std::string> With(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"--id", "r1", "--listen", "127.0.0.1:0"});
    if (!std::ranges::count(flags, "--drain-delay")) {
      flags.insert(flags.end(), {"--drain-delay", "0"});
    }
    return flags;
  }

  Process process_;
  std::string address_;
};

}  // namespace evenkeel::backend
