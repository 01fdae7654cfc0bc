#include "lib/telemetry/line_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lib/telemetry/log_folder.h"

namespace evenkeel::telemetry {
namespace {

using ::testing::ElementsAre;

class LineStreamTest : public LogFolderTest {
 protected:
  LineStream Make(LineStream::Settings settings) {
    return LineStream(output_, waker_, std::move(settings));
  }

  const std::shared_ptr<LineOutput> output_ =
      std::make_shared<LineOutput>(std::move(*LineTarget::Open(Path("a"))));
  const std::shared_ptr<Waker> waker_ = std::make_shared<Waker>();
};

std::string Told(uint64_t dropped) { return "dropped " + std::to_string(dropped); }

TEST_F(LineStreamTest, WakesTheWriter) {
  LineStream stream = Make({});
  waker_->WillSleep(Waker::Sleep::kLong);
  stream.Write("a\n");
  EXPECT_EQ(waker_->sleep(), Waker::Sleep::kAwake);
  output_->Flush();
  EXPECT_THAT(Lines("a"), ElementsAre("a"));
}

TEST_F(LineStreamTest, TellsOfDroppedLinesInTheirPlace) {
  LineStream stream = Make({.most_waiting = 8, .tell = Told});
  stream.Write("first\n");
  stream.Write("second\n");
  stream.Write("b\nc\nd\n", 3);
  EXPECT_EQ(stream.counts().dropped, 4u);
  EXPECT_FALSE(stream.TellDropped()) << "there is no room yet";
  output_->Flush();
  stream.Write("last\n");
  output_->Flush();
  EXPECT_THAT(Lines("a"), ElementsAre("first", "dropped 4", "last"));
  EXPECT_EQ(stream.counts().written, 2u) << "the line that tells is none of them";
}

TEST_F(LineStreamTest, TellsOfThemThoughNothingComesAfterThem) {
  LineStream stream = Make({.most_waiting = 4, .tell = Told});
  stream.Write("too long\n");
  EXPECT_TRUE(stream.TellDropped());
  EXPECT_FALSE(stream.TellDropped()) << "it has told";
  output_->Flush();
  EXPECT_THAT(Lines("a"), ElementsAre("dropped 1"));
}

TEST_F(LineStreamTest, WithoutWordsForItCountsOnly) {
  LineStream stream = Make({.most_waiting = 4});
  stream.Write("too long\n");
  EXPECT_FALSE(stream.TellDropped());
  stream.Write("b\n");
  output_->Flush();
  EXPECT_THAT(Lines("a"), ElementsAre("b"));
  EXPECT_EQ(stream.counts().dropped, 1u);
}

TEST_F(LineStreamTest, TellsOfWhatWasDroppedBeforeItCameHere) {
  LineStream stream = Make({.tell = Told});
  stream.CountDropped(3);
  stream.Write("b\n");
  output_->Flush();
  EXPECT_THAT(Lines("a"), ElementsAre("dropped 3", "b"));
  EXPECT_EQ(stream.counts().dropped, 3u);
}

TEST_F(LineStreamTest, StreamsOfOneOutputHaveRoomEach) {
  LineStream loud = Make({.most_waiting = 4});
  LineStream quiet = Make({.most_waiting = 4});
  for (int i = 0; i < 10; ++i) loud.Write("x\n");
  quiet.Write("y\n");
  output_->Flush();
  EXPECT_THAT(Lines("a"), ElementsAre("x", "x", "y"));
  EXPECT_EQ(loud.counts().dropped, 8u);
  EXPECT_EQ(quiet.counts().dropped, 0u);
}

}  // namespace
}  // namespace evenkeel::telemetry
