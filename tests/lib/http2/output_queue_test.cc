#include "lib/http2/output_queue.h"

#include <gtest/gtest.h>

#include "tests/lib/http2/peer.h"

namespace evenkeel::http2 {
namespace {

// Streams come from a session only. Those here have nothing to say, so it has them in no queue.
class OutputQueueTest : public ::testing::Test {
 protected:
  OutputQueueTest() {
    for (int i = 0; i < 3; ++i) peer_.Open();
    peer_.Produce();
  }
  ~OutputQueueTest() override {
    for (const auto& each : peer_.streams) StreamQueue::Remove(*each->stream);
  }
  Stream& stream(size_t index) { return *peer_.streams.at(index)->stream; }

  Peer peer_{Role::kClient};
  OutputQueue queue_;
};

TEST_F(OutputQueueTest, GivesFramesAwayInTheirOrder) {
  EXPECT_FALSE(queue_.has_frames());
  queue_.frames().Append(AsBytes("ours"));
  queue_.answers().Append(AsBytes(", theirs"));
  EXPECT_TRUE(queue_.has_frames());
  ByteQueue out;
  queue_.TakeFrames(out);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(out.bytes().data()), out.size()),
            "ours, theirs");
  EXPECT_FALSE(queue_.has_frames());
}

TEST_F(OutputQueueTest, CountsTheAnswersThatWait) {
  queue_.frames().Append(AsBytes("ours"));
  EXPECT_EQ(queue_.queued_answers(), 0u);
  queue_.answers().Append(AsBytes("theirs"));
  EXPECT_EQ(queue_.queued_answers(), 1u);
  ByteQueue out;
  queue_.TakeFrames(out);
  EXPECT_EQ(queue_.queued_answers(), 0u);
  queue_.answers().Append(AsBytes("theirs"));
  queue_.DropFrames();
  EXPECT_EQ(queue_.queued_answers(), 0u);
  EXPECT_FALSE(queue_.has_frames());
}

TEST_F(OutputQueueTest, StreamsTakeTurns) {
  EXPECT_EQ(queue_.next(), nullptr);
  queue_.Add(stream(0));
  queue_.Add(stream(1));
  EXPECT_EQ(queue_.next(), &stream(0));
  queue_.Add(stream(0));
  EXPECT_EQ(queue_.next(), &stream(1));
}

TEST_F(OutputQueueTest, ThoseWithoutAWindowComeFirstOnceThereIsOne) {
  EXPECT_FALSE(queue_.Wake());
  queue_.Add(stream(0));
  queue_.AddWaiting(stream(1));
  queue_.AddWaiting(stream(2));
  EXPECT_EQ(queue_.next(), &stream(0));
  EXPECT_TRUE(queue_.Wake());
  EXPECT_EQ(queue_.next(), &stream(1));
  EXPECT_FALSE(queue_.Wake());
}

TEST_F(OutputQueueTest, AStreamThatIsResetHasNothingToSayAnyMore) {
  queue_.Add(stream(0));
  EXPECT_EQ(queue_.next_reset(), nullptr);
  queue_.AddReset(stream(0));
  EXPECT_EQ(queue_.next(), nullptr);
  EXPECT_EQ(queue_.next_reset(), &stream(0));
}

}  // namespace
}  // namespace evenkeel::http2
