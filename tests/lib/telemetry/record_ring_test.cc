#include "lib/telemetry/record_ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "tests/lib/telemetry/example_call.h"

namespace evenkeel::telemetry {
namespace {

using ::testing::ElementsAre;
using Urgent = RecordRing::Urgent;

// Drains, and keeps each call's marks.
std::vector<uint32_t> Marks(RecordRing& ring) {
  std::vector<uint32_t> marks;
  ring.Drain([&marks](const RingedCall& call) { marks.push_back(call.marks); });
  return marks;
}

TEST(RecordRingTest, KeepsACallWithAllThatItViews) {
  RecordRing ring;
  {
    const auto example = std::make_unique<ExampleCall>();
    ASSERT_TRUE(ring.Push(example->record, 5, Urgent::kNo));
  }  // the call is gone
  const size_t count = ring.Drain([](const RingedCall& call) {
    EXPECT_EQ(call.marks, 5u);
    EXPECT_EQ(call.authority, "users.example");
    EXPECT_EQ(call.user_agent, "grpc-c++/1.51.1");
    EXPECT_EQ(call.record.request, nullptr);
    EXPECT_EQ(call.record.path, "/users.v1.Users/Get");
    EXPECT_EQ(call.record.client, "10.0.0.3");
    EXPECT_EQ(call.record.listener, "127.0.0.1:50051");
    EXPECT_EQ(call.record.route, "users.v1.Users");
    EXPECT_EQ(call.record.cluster, "users");
    EXPECT_EQ(call.record.endpoint, "10.0.0.8:50061");
    EXPECT_EQ(call.record.message, "");
    EXPECT_EQ(call.record.ended, ExampleCall::At(2800));
    ASSERT_EQ(call.record.tries.size(), 2u);
    EXPECT_EQ(call.record.tries[0].endpoint, "10.0.0.7:50061");
    EXPECT_EQ(call.record.tries[1].zone, "b");
    EXPECT_TRUE(call.record.tries[1].won);
  });
  EXPECT_EQ(count, 1u);
  EXPECT_EQ(ring.Drain([](const RingedCall&) {}), 0u);
}

TEST(RecordRingTest, KeepsACallOfWhichNothingIsKnown) {
  RecordRing ring;
  ASSERT_TRUE(ring.Push(CallRecord(), 1, Urgent::kNo));
  EXPECT_THAT(Marks(ring), ElementsAre(1));
}

TEST(RecordRingTest, CutsWhatIsLong) {
  RecordRing ring;
  ExampleCall example;
  const std::string path(100'000, 'p');
  const std::string message(100'000, 'm');
  example.record.path = path;
  example.record.message = message;
  example.request.Set("user-agent", std::string(60'000, 'u'));
  ASSERT_TRUE(ring.Push(example.record, 0, Urgent::kNo));
  ring.Drain([](const RingedCall& call) {
    EXPECT_EQ(call.record.path, std::string(RingedCall::kMostPath, 'p'));
    EXPECT_EQ(call.record.message, std::string(RingedCall::kMostText, 'm'));
    EXPECT_EQ(call.user_agent, std::string(RingedCall::kMostText, 'u'));
  });
}

TEST(RecordRingTest, DropsWhatFindsNoRoomAndKeepsATenthForWhatIsUrgent) {
  RecordRing ring(64 * 1024);
  const ExampleCall example;
  uint32_t kept = 0;
  while (ring.Push(example.record, kept, Urgent::kNo)) ++kept;
  uint32_t urgent = 0;
  while (ring.Push(example.record, kept + urgent, Urgent::kYes)) ++urgent;
  EXPECT_GT(urgent, kept / 20);
  EXPECT_LT(urgent, kept / 5);
  const std::vector<uint32_t> marks = Marks(ring);
  ASSERT_EQ(marks.size(), kept + urgent);
  for (uint32_t i = 0; i < marks.size(); ++i) EXPECT_EQ(marks[i], i);
  EXPECT_TRUE(ring.Push(example.record, 0, Urgent::kNo)) << "there is room again";
}

TEST(RecordRingTest, SaysWhenAQuarterIsFull) {
  RecordRing ring(64 * 1024);
  const ExampleCall example;
  EXPECT_FALSE(ring.is_filling());
  size_t pushed = 0;
  for (; !ring.is_filling(); ++pushed) ring.Push(example.record, 0, Urgent::kNo);
  Marks(ring);
  ring.Push(example.record, 0, Urgent::kNo);
  EXPECT_FALSE(ring.is_filling());
  EXPECT_GT(pushed, 10u);
}

TEST(RecordRingTest, GoesRoundManyTimesBetweenTwoThreads) {
  constexpr uint32_t kCalls = 20'000;
  RecordRing ring(64 * 1024);
  std::thread pusher([&ring] {
    ExampleCall example;
    std::string path;
    for (uint32_t i = 0; i < kCalls;) {
      path = "/s/" + std::to_string(i);
      example.record.path = path;
      if (ring.Push(example.record, i, Urgent::kNo)) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
  });
  uint32_t next = 0;
  while (next < kCalls) {
    const size_t count = ring.Drain([&next](const RingedCall& call) {
      EXPECT_EQ(call.marks, next);
      EXPECT_EQ(call.record.path, "/s/" + std::to_string(next));
      EXPECT_EQ(call.record.tries[1].endpoint, "10.0.0.8:50061");
      ++next;
    });
    if (count == 0) std::this_thread::yield();
  }
  pusher.join();
}

}  // namespace
}  // namespace evenkeel::telemetry
