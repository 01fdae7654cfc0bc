// Takeover: the successor's side: gets the listening sockets of the process that runs now.
//
// Blocking, for start-up on the main thread; no step takes longer than five seconds. Destroyed
// before Finish, it leaves the other process as it was. See takeover_message.h for what is said.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/net/listening_sockets.h"

namespace evenkeel::net {

class Takeover {
 public:
  /// Asks the process at `path`. Null: there is none. The error is a sentence that says what to do.
  static base::Result<std::unique_ptr<Takeover>, std::string> Ask(const std::string& path);

  /// What it listens on; once.
  std::vector<ListeningSockets::Group> TakeSockets() { return std::move(groups_); }

  /// Which clusters have an endpoint there.
  const std::vector<std::string>& serving() const { return serving_; }

  /// To be called when this process accepts: the other one stops to, and drains. An error means
  /// that it is gone or stuck, with which it is no hindrance.
  base::Result<void, std::string> Finish();

 private:
  explicit Takeover(base::FileDescriptor socket) : socket_(std::move(socket)) {}
  base::Result<void, std::string> ReceiveSockets();

  base::FileDescriptor socket_;
  std::vector<ListeningSockets::Group> groups_;
  std::vector<std::string> serving_;
};

}  // namespace evenkeel::net
