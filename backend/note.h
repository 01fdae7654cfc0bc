// Notes: the payload of a user, made up where a test asks for size, and checked where it arrives.
// proto/user/v1/user_service.proto says what goes into which message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::backend {

/// The largest note in a message, and the largest that a replica makes up.
inline constexpr uint32_t kMaxNoteSize = 16 * 1024 * 1024;

/// The largest message either program accepts: a note and room for the rest of a user.
inline constexpr int kMaxMessageSize = static_cast<int>(kMaxNoteSize) + 64 * 1024;

/// `size` bytes; byte i is i modulo 251, so that a lost, doubled or swapped part shows.
std::string MakeNote(uint32_t size);

/// Adler-32 (RFC 1950, section 8.2) of everything added, in order.
class NoteChecksum {
 public:
  void Add(std::string_view bytes);
  uint32_t value() const { return (high_ << 16) | low_; }

 private:
  uint32_t low_ = 1;
  uint32_t high_ = 0;
};

}  // namespace evenkeel::backend
