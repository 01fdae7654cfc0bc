#include "backend/note.h"

namespace evenkeel::backend {
namespace {

constexpr uint32_t kPeriod = 251;
constexpr uint32_t kAdlerBase = 65521;
// The most bytes that can be summed before high_ could overflow 32 bits.
constexpr size_t kAdlerRun = 5552;

}  // namespace

std::string MakeNote(uint32_t size) {
  std::string note(size, '\0');
  for (uint32_t i = 0; i < size; ++i) note[i] = static_cast<char>(i % kPeriod);
  return note;
}

void NoteChecksum::Add(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view run = bytes.substr(0, kAdlerRun);
    for (const char byte : run) {
      low_ += static_cast<unsigned char>(byte);
      high_ += low_;
    }
    low_ %= kAdlerBase;
    high_ %= kAdlerBase;
    bytes.remove_prefix(run.size());
  }
}

}  // namespace evenkeel::backend
