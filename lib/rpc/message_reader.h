// MessageReader: takes gRPC messages out of a stream's DATA (grpc/grpc doc/PROTOCOL-HTTP2.md,
// "Length-Prefixed-Message"), and FrameMessage puts one in.
//
// For our own small calls (health checks); calls that are forwarded are not looked into.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/rpc/status.h"

namespace evenkeel::rpc {

/// `message` with its prefix, uncompressed.
std::vector<uint8_t> FrameMessage(std::string_view message);

class MessageReader {
 public:
  /// A message of more than `max_message` bytes is an error.
  explicit MessageReader(size_t max_message) : max_message_(max_message) {}

  /// Takes what has arrived and hands on each whole message; a message lives until the handler
  /// returns. The error says what is wrong, with the status of a server that cannot read a request
  /// for it; nothing can be read after it.
  base::Result<void, Status> Receive(std::span<const uint8_t> bytes,
                                     const std::function<void(std::string_view)>& on_message);
  /// Whether part of a message has arrived and the rest has not.
  bool in_message() const { return !buffer_.empty(); }

 private:
  const size_t max_message_;
  std::string buffer_;
};

}  // namespace evenkeel::rpc
