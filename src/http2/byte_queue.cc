#include "http2/byte_queue.h"

#include "base/check.h"

namespace evenkeel::http2 {
namespace {

// A large message comes and goes in many pieces: growing in few, wide steps copies it less.
constexpr size_t kGrowth = 4;

}  // namespace

void ByteQueue::Append(std::span<const uint8_t> first, std::span<const uint8_t> second) {
  // Moving the rest to the front is amortised: it happens only when as much was consumed.
  if (head_ > 0 && head_ >= size()) {
    storage_.erase(0, head_);
    head_ = 0;
  }
  const size_t needed = storage_.size() + first.size() + second.size();
  if (needed > kUsuallyKept && needed > storage_.capacity()) storage_.reserve(kGrowth * needed);
  storage_.append(reinterpret_cast<const char*>(first.data()), first.size());
  storage_.append(reinterpret_cast<const char*>(second.data()), second.size());
}

void ByteQueue::Consume(size_t count) {
  CHECK(count <= size());
  head_ += count;
  if (head_ < storage_.size()) return;
  head_ = 0;
  storage_.clear();
  if (storage_.capacity() > kept_) decltype(storage_)().swap(storage_);
}

}  // namespace evenkeel::http2
