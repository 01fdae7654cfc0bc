#include "lib/http/byte_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "lib/base/random.h"

namespace evenkeel::http2 {
namespace {

void Append(ByteQueue& queue, std::string_view text) {
  queue.Append({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

std::string Text(const ByteQueue& queue) {
  return {reinterpret_cast<const char*>(queue.bytes().data()), queue.size()};
}

TEST(ByteQueueTest, StartsEmpty) {
  const ByteQueue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size(), 0u);
  EXPECT_EQ(Text(queue), "");
}

TEST(ByteQueueTest, GivesOutTheOldestFirst) {
  ByteQueue queue;
  Append(queue, "abc");
  Append(queue, "def");
  queue.Consume(2);
  EXPECT_EQ(Text(queue), "cdef");
  Append(queue, "g");
  EXPECT_EQ(Text(queue), "cdefg");
}

TEST(ByteQueueTest, IsEmptyWhenAllIsConsumed) {
  ByteQueue queue;
  Append(queue, "abc");
  queue.Consume(3);
  EXPECT_TRUE(queue.empty());
  Append(queue, "x");
  EXPECT_EQ(Text(queue), "x");
}

TEST(ByteQueueTest, ClearsWhateverItHolds) {
  ByteQueue queue;
  queue.Clear();
  Append(queue, "abc");
  queue.Consume(1);
  queue.Clear();
  EXPECT_TRUE(queue.empty());
}

TEST(ByteQueueTest, TakesNothing) {
  ByteQueue queue;
  queue.Append({});
  queue.Consume(0);
  EXPECT_TRUE(queue.empty());
}

TEST(ByteQueueTest, BehavesLikeAStringWhateverTheSteps) {
  base::Random random(7);
  ByteQueue queue;
  std::string model;
  for (int step = 0; step < 20'000; ++step) {
    if (random.Below(2) == 0) {
      const std::string text(random.Below(300), static_cast<char>('a' + random.Below(26)));
      Append(queue, text);
      model += text;
    } else {
      const size_t count = random.Below(model.size() + 1);
      queue.Consume(count);
      model.erase(0, count);
    }
    ASSERT_EQ(Text(queue), model) << "step " << step;
  }
}

TEST(ByteQueueDeathTest, DiesWhenMoreIsConsumedThanItHolds) {
  ByteQueue queue;
  Append(queue, "abc");
  EXPECT_DEATH(queue.Consume(4), "CHECK");
}

}  // namespace
}  // namespace evenkeel::http2
