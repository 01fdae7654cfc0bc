#include "lib/rpc/message_reader.h"

#include <algorithm>

namespace evenkeel::rpc {
namespace {

constexpr size_t kPrefix = 5;  // compressed flag, length in 4 bytes

uint32_t LengthIn(std::string_view prefix) {
  uint32_t length = 0;
  for (size_t i = 1; i < kPrefix; ++i) length = length << 8 | static_cast<uint8_t>(prefix[i]);
  return length;
}

}  // namespace

std::vector<uint8_t> FrameMessage(std::string_view message) {
  std::vector<uint8_t> framed(kPrefix + message.size());
  const auto length = static_cast<uint32_t>(message.size());
  for (size_t i = 1; i < kPrefix; ++i) framed[i] = static_cast<uint8_t>(length >> (8 * (4 - i)));
  std::ranges::copy(message, framed.begin() + kPrefix);
  return framed;
}

base::Result<void, Status> MessageReader::Receive(
    std::span<const uint8_t> bytes, const std::function<void(std::string_view)>& on_message) {
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  size_t start = 0;
  while (buffer_.size() - start >= kPrefix) {
    const std::string_view rest = std::string_view(buffer_).substr(start);
    if (rest[0] != 0) {
      return base::Error(
          Status{StatusCode::kUnimplemented, "a compressed message, which we cannot read"});
    }
    const size_t length = LengthIn(rest);
    if (length > max_message_) {
      return base::Error(Status{StatusCode::kResourceExhausted,
                                "a message of " + std::to_string(length) + " bytes, allowed are " +
                                    std::to_string(max_message_)});
    }
    if (rest.size() < kPrefix + length) break;
    on_message(rest.substr(kPrefix, length));
    start += kPrefix + length;
  }
  buffer_.erase(0, start);
  return {};
}

}  // namespace evenkeel::rpc
