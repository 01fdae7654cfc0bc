#include "proxy/cluster/stream_mover.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

class StreamMoverTest : public ::testing::Test {
 protected:
  // Streams that are all `age` old, on the first endpoint.
  void Open(int count, base::Duration age) {
    for (int i = 0; i < count; ++i) streams_.push_back({now_ - age, &busy_});
  }
  // Looks each second for so long; ended streams open again on the other endpoint. How many ended.
  int Run(base::Duration duration) {
    int moved = 0;
    for (const base::Time end = now_ + duration; now_ < end;) {
      now_ += 1s;
      for (const size_t i : mover_.Choose(now_, streams_, Loads())) {
        streams_[i] = {now_, &fresh_};
        ++moved;
      }
    }
    return moved;
  }
  std::vector<StreamMover::Load> Loads() const {
    int64_t busy = 0;
    for (const auto& each : streams_) busy += each.endpoint == &busy_;
    return {{&busy_, busy}, {&fresh_, static_cast<int64_t>(streams_.size()) - busy}};
  }

  base::Time now_ = base::Time(1h);
  balancer::Endpoint busy_{"busy"};
  balancer::Endpoint fresh_{"fresh"};
  std::vector<StreamMover::Stream> streams_;
  StreamMover mover_{{.older_than = 10min, .share_per_minute = 10}, now_};
};

TEST_F(StreamMoverTest, MovesTheShareAMinuteAndNoMore) {
  Open(600, 1h);
  const int first = Run(1min);
  EXPECT_LE(first, 60);
  EXPECT_GE(first, 54);
  EXPECT_LE(Run(1min), 60 - first / 10);
}

TEST_F(StreamMoverTest, StopsWhenNobodyHasLessThanHalfTheAverage) {
  Open(100, 1h);
  const int moved = Run(1h);
  EXPECT_GE(moved, 25);
  EXPECT_LE(moved, 27);
}

TEST_F(StreamMoverTest, LeavesYoungStreamsAlone) {
  Open(100, 1s);
  EXPECT_EQ(Run(9min), 0);
  EXPECT_GT(Run(2min), 0);
}

TEST_F(StreamMoverTest, AFewStreamsMoveSlowly) {
  Open(10, 1h);
  EXPECT_EQ(Run(30s), 0);
  EXPECT_EQ(Run(1min), 1);
}

TEST_F(StreamMoverTest, AQuietTimeSavesNothingUp) {
  Open(1000, 1h);
  now_ += 1h;
  EXPECT_LE(mover_.Choose(now_, streams_, Loads()).size(), 2u);
}

TEST_F(StreamMoverTest, MovesTheOldestFirst) {
  Open(60, 1h);
  streams_[17].since = now_ - 2h;
  std::vector<size_t> chosen;
  while (chosen.empty()) chosen = mover_.Choose(now_ += 1s, streams_, Loads());
  EXPECT_EQ(chosen.front(), 17u);
}

TEST_F(StreamMoverTest, OneEndpointAloneKeepsItsStreams) {
  Open(100, 1h);
  for (int i = 0; i < 600; ++i) {
    now_ += 1s;
    const StreamMover::Load alone{&busy_, 100};
    EXPECT_TRUE(mover_.Choose(now_, streams_, {&alone, 1}).empty());
  }
}

}  // namespace
}  // namespace evenkeel::proxy
