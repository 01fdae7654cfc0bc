#include "http2/byte_queue.h"

#include "base/check.h"

namespace evenkeel::http2 {
namespace {

// Small enough to keep by the thousand, large enough for a typical unary message or a turn's output
// of small frames.
constexpr size_t kKeptCapacity = 4096;

}  // namespace

void ByteQueue::Append(std::span<const uint8_t> bytes) {
  // Moving the rest to the front is amortised: it happens only when as much was consumed.
  if (head_ > 0 && head_ >= size()) {
    storage_.erase(storage_.begin(), storage_.begin() + static_cast<ptrdiff_t>(head_));
    head_ = 0;
  }
  storage_.insert(storage_.end(), bytes.begin(), bytes.end());
}

void ByteQueue::Consume(size_t count) {
  CHECK(count <= size());
  head_ += count;
  if (head_ < storage_.size()) return;
  head_ = 0;
  storage_.clear();
  if (storage_.capacity() > kKeptCapacity) std::vector<uint8_t>().swap(storage_);
}

}  // namespace evenkeel::http2
