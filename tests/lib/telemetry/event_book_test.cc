#include "lib/telemetry/event_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace evenkeel::telemetry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(EventBookTest, CountsEachEvent) {
  EventBook book;
  book.Count(Event::kPanic);
  book.Count(Event::kPanic);
  EXPECT_EQ(book.count(Event::kPanic), 2u);
  EXPECT_EQ(book.count(Event::kPanicOver), 0u);
}

TEST(EventBookTest, NumbersWhatItKeeps) {
  EventBook book;
  EXPECT_THAT(book.Recent(), IsEmpty());
  book.Keep(R"({"msg":"a"})");
  book.Keep(R"({"msg":"b"})");
  EXPECT_THAT(book.Recent(), ElementsAre(R"({"id":1,"msg":"a"})", R"({"id":2,"msg":"b"})"));
  EXPECT_THAT(book.Recent(1), ElementsAre(R"({"id":2,"msg":"b"})"));
  EXPECT_THAT(book.Recent(2), IsEmpty());
}

TEST(EventBookTest, KeepsTheLastOnesOnly) {
  EventBook book;
  for (size_t i = 0; i < 2 * EventBook::kKept; ++i) book.Keep("{}");
  EXPECT_THAT(book.Recent(), SizeIs(EventBook::kKept));
  EXPECT_THAT(book.Recent(2 * EventBook::kKept - 1), SizeIs(1));
}

TEST(EventBookTest, KeepsNoMoreBytesThanItMayButAlwaysTheLastOne) {
  EventBook book;
  const std::string third(EventBook::kKeptBytes / 3, ' ');
  for (int i = 0; i < 5; ++i) book.Keep("{" + third);
  EXPECT_THAT(book.Recent(), SizeIs(2));
  book.Keep("{" + std::string(2 * EventBook::kKeptBytes, ' '));
  EXPECT_THAT(book.Recent(), SizeIs(1));
  book.Keep("{}");
  EXPECT_THAT(book.Recent(), SizeIs(1)) << "the large one has gone first";
}

TEST(EventBookTest, IsForAllThreads) {
  EventBook book;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&book] {
      for (int i = 0; i < 1000; ++i) {
        book.Count(Event::kClientEnded);
        book.Keep("{}");
        book.Recent(static_cast<uint64_t>(4 * i));
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(book.count(Event::kClientEnded), 4000u);
  EXPECT_THAT(book.Recent(3999), SizeIs(1));
}

}  // namespace
}  // namespace evenkeel::telemetry
