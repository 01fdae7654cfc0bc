#include "lib/http2/stream_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/lib/http2/peer.h"

namespace evenkeel::http2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Streams come from a session only. Those here have nothing to say, so it has them in no queue.
class StreamQueueTest : public ::testing::Test {
 protected:
  StreamQueueTest() {
    for (int i = 0; i < 4; ++i) peer_.Open();
    peer_.Produce();
  }
  ~StreamQueueTest() override {
    for (StreamQueue* each : {&queue_, &other_}) Drain(*each);
  }

  Stream& stream(size_t index) { return *peer_.streams.at(index)->stream; }
  void Push(StreamQueue& queue, std::vector<size_t> indexes) {
    for (const size_t each : indexes) queue.Push(stream(each));
  }
  /// The streams' ids in their order; the queue is empty then.
  static std::vector<StreamId> Drain(StreamQueue& queue) {
    std::vector<StreamId> ids;
    while (!queue.empty()) {
      ids.push_back(queue.front().id());
      StreamQueue::Remove(queue.front());
    }
    return ids;
  }

  Peer peer_{Role::kClient};
  StreamQueue queue_;
  StreamQueue other_;
};

TEST_F(StreamQueueTest, KeepsTheOrderInWhichTheyCame) {
  Push(queue_, {2, 0, 1});
  EXPECT_THAT(Drain(queue_), ElementsAre(5, 1, 3));
}

TEST_F(StreamQueueTest, PutsOneThatComesAgainAtTheEnd) {
  Push(queue_, {0, 1, 2, 0});
  EXPECT_THAT(Drain(queue_), ElementsAre(3, 5, 1));
}

TEST_F(StreamQueueTest, LetsGoOfAnyOfThem) {
  for (const size_t index : {0, 1, 2}) {
    Push(queue_, {0, 1, 2});
    StreamQueue::Remove(stream(index));
    StreamQueue::Remove(stream(index));  // it is in none by now
    Push(queue_, {3});
    EXPECT_EQ(Drain(queue_).size(), 3u);
  }
}

TEST_F(StreamQueueTest, TakesOneOutOfTheQueueInWhichItIs) {
  Push(queue_, {0, 1});
  Push(other_, {0});
  EXPECT_THAT(Drain(queue_), ElementsAre(3));
  EXPECT_THAT(Drain(other_), ElementsAre(1));
}

TEST_F(StreamQueueTest, TakesAllOfAnotherBeforeItsOwn) {
  Push(queue_, {0, 1});
  Push(other_, {2, 3});
  queue_.TakeBefore(other_);
  EXPECT_TRUE(other_.empty());
  StreamQueue::Remove(stream(3));
  EXPECT_THAT(Drain(queue_), ElementsAre(5, 1, 3));
}

TEST_F(StreamQueueTest, TakesFromAndIntoEmptyOnes) {
  queue_.TakeBefore(other_);
  EXPECT_THAT(Drain(queue_), IsEmpty());
  Push(other_, {1, 0});
  queue_.TakeBefore(other_);
  Push(queue_, {2});
  EXPECT_THAT(Drain(queue_), ElementsAre(3, 1, 5));
}

}  // namespace
}  // namespace evenkeel::http2
