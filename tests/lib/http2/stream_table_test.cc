#include "lib/http2/stream_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "lib/base/random.h"
#include "tests/lib/http2/session_pair.h"

namespace evenkeel::http2 {
namespace {

using ::testing::UnorderedElementsAre;

// Streams come from a session; the table under test is one beside its own.
class StreamTableTest : public ::testing::Test {
 protected:
  StreamTableTest() : client_(Role::kClient) {
    EXPECT_TRUE(client_.Receive(WireBuilder().Settings({{kMaxConcurrentStreams, 10'000}})));
  }
  Stream& Made() { return *client_.Open().stream; }
  std::vector<StreamId> Ids() const {
    std::vector<StreamId> ids;
    table_.ForEach([&](const Stream& each) { ids.push_back(each.id()); });
    return ids;
  }

  Peer client_;
  StreamTable table_;
};

TEST_F(StreamTableTest, IsEmptyAtFirst) {
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_EQ(table_.Find(1), nullptr);
  EXPECT_TRUE(Ids().empty());
}

TEST_F(StreamTableTest, FindsWhatIsInItAndNothingElse) {
  Stream& one = Made();
  Stream& three = Made();
  table_.Insert(one);
  table_.Insert(three);
  EXPECT_EQ(table_.Find(1), &one);
  EXPECT_EQ(table_.Find(3), &three);
  EXPECT_EQ(table_.Find(5), nullptr);
  EXPECT_THAT(Ids(), UnorderedElementsAre(1, 3));
  table_.Erase(one);
  EXPECT_EQ(table_.Find(1), nullptr);
  EXPECT_THAT(Ids(), UnorderedElementsAre(3));
}

TEST_F(StreamTableTest, HoldsThousandsAndRunsEmptyAgain) {
  std::vector<Stream*> streams;
  for (int i = 0; i < 5'000; ++i) table_.Insert(*streams.emplace_back(&Made()));
  for (Stream* each : streams) ASSERT_EQ(table_.Find(each->id()), each);
  for (Stream* each : streams) table_.Erase(*each);
  EXPECT_EQ(table_.size(), 0u);
  for (Stream* each : streams) ASSERT_EQ(table_.Find(each->id()), nullptr);
}

TEST_F(StreamTableTest, AgreesWithAMapWhateverComesAndGoes) {
  std::vector<Stream*> streams;
  for (int i = 0; i < 200; ++i) streams.push_back(&Made());
  base::Random random(1);
  std::map<StreamId, Stream*> expected;
  for (int step = 0; step < 20'000; ++step) {
    Stream& stream = *streams[random.Below(streams.size())];
    if (expected.contains(stream.id())) {
      table_.Erase(stream);
      expected.erase(stream.id());
    } else if (expected.size() < 1 + random.Below(100)) {
      table_.Insert(stream);
      expected[stream.id()] = &stream;
    }
    Stream& asked = *streams[random.Below(streams.size())];
    ASSERT_EQ(table_.Find(asked.id()), expected.contains(asked.id()) ? &asked : nullptr);
    ASSERT_EQ(table_.size(), expected.size());
  }
}

}  // namespace
}  // namespace evenkeel::http2
