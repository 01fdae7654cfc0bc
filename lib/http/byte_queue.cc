#include "lib/http/byte_queue.h"

#include <algorithm>
#include <bit>

#include "lib/base/block_pool.h"
#include "lib/base/check.h"

namespace evenkeel::http2 {
namespace {

constexpr size_t kSmallest = 64;

// A large message comes and goes in many pieces: growing in few, wide steps copies it less.
constexpr size_t kGrowth = 4;

size_t CapacityFor(size_t size) {
  if (size <= ByteQueue::kUsuallyKept) return std::max(kSmallest, std::bit_ceil(size));
  return std::bit_floor(kGrowth * size);
}

}  // namespace

void ByteQueue::Consume(size_t count) {
  CHECK(count <= size());
  rep_.begin += count;
  if (rep_.begin < rep_.end) return;
  rep_.begin = rep_.end = 0;
  if (rep_.capacity > kept_) FreeBlock();
}

void ByteQueue::MakeRoom(size_t count) {
  const Rep former = rep_;
  const size_t held = size();
  // Moving the rest to the front is amortised: it happens only when as much was consumed.
  const bool moves = former.begin >= held && held + count <= former.capacity;
  if (!moves) {
    rep_.capacity = CapacityFor(held + count);
    rep_.block = static_cast<uint8_t*>(base::BlockPool::Take(rep_.capacity));
  }
  if (held > 0) std::memcpy(rep_.block, former.block + former.begin, held);
  rep_.begin = 0;
  rep_.end = held;
  if (!moves && former.block != nullptr) base::BlockPool::Free(former.block, former.capacity);
}

void ByteQueue::FreeBlock() {
  if (rep_.block != nullptr) base::BlockPool::Free(rep_.block, rep_.capacity);
  rep_ = {};
}

}  // namespace evenkeel::http2
