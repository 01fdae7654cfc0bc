#include "lib/http2/hpack_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lib/base/block_pool.h"
#include "tests/lib/http2/hpack_block.h"

namespace evenkeel::http2 {
namespace {

using ::testing::ElementsAre;

class HpackDecoderTest : public ::testing::Test {
 protected:
  Fields Decoded(std::string_view hex) {
    auto fields = Decode(decoder_, FromHex(hex));
    EXPECT_TRUE(fields) << "refused: " << hex;
    return fields.value_or(Fields());
  }
  static bool Refuses(std::string_view hex, std::string_view before = "") {
    HpackDecoder decoder;
    EXPECT_TRUE(Decode(decoder, FromHex(before)));
    return !Decode(decoder, FromHex(hex));
  }

  HpackDecoder decoder_;
};

const Field kGet{":method", "GET"};

TEST_F(HpackDecoderTest, ReadsEachRepresentationAsTheRfcShowsIt) {
  EXPECT_EQ(Decoded("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572"),
            (Fields{{"custom-key", "custom-header"}}));
  EXPECT_EQ(Decoded("040c 2f73 616d 706c 652f 7061 7468"), (Fields{{":path", "/sample/path"}}));
  EXPECT_EQ(Decoded("1008 7061 7373 776f 7264 0673 6563 7265 74"),
            (Fields{{"password", "secret", Indexing::kNever}}));
  EXPECT_EQ(Decoded("82"), (Fields{kGet}));
  // Of all these only the first was entered.
  EXPECT_EQ(Decoded("be"), (Fields{{"custom-key", "custom-header"}}));
  EXPECT_EQ(Decode(decoder_, FromHex("bf")), std::nullopt);
}

struct Exchange {
  uint32_t table_limit;
  const char* blocks[3];
  Fields fields[3];
};

Fields Request(std::string scheme, std::string path, Fields more) {
  Fields fields{kGet, {":scheme", scheme}, {":path", path}, {":authority", "www.example.com"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

Fields Response(std::string status, std::string date, Fields more) {
  Fields fields{{":status", status},
                {"cache-control", "private"},
                {"date", date},
                {"location", "https://www.example.com"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

void ExpectDecoded(const Exchange& exchange) {
  HpackDecoder decoder(exchange.table_limit);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Decode(decoder, FromHex(exchange.blocks[i])), exchange.fields[i]);
  }
}

const Fields kRequests[3] = {Request("http", "/", {}),
                             Request("http", "/", {{"cache-control", "no-cache"}}),
                             Request("https", "/index.html", {{"custom-key", "custom-value"}})};
const Fields kResponses[3] = {
    Response("302", "Mon, 21 Oct 2013 20:13:21 GMT", {}),
    Response("307", "Mon, 21 Oct 2013 20:13:21 GMT", {}),
    Response("200", "Mon, 21 Oct 2013 20:13:22 GMT",
             {{"content-encoding", "gzip"},
              {"set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"}})};

TEST_F(HpackDecoderTest, ReadsTheRequestsOfTheRfc) {
  ExpectDecoded(
      {4096,
       {"8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", "8286 84be 5808 6e6f 2d63 6163 6865",
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65"},
       {kRequests[0], kRequests[1], kRequests[2]}});
}

TEST_F(HpackDecoderTest, ReadsTheRequestsOfTheRfcInHuffmanCode) {
  ExpectDecoded({4096,
                 {"8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", "8286 84be 5886 a8eb 1064 9cbf",
                  "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"},
                 {kRequests[0], kRequests[1], kRequests[2]}});
}

TEST_F(HpackDecoderTest, ReadsTheResponsesOfTheRfcThatEvictEntries) {
  ExpectDecoded(
      {256,
       {"4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a"
        "3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "4803 3330 37c1 c0bf",
        "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04"
        "677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49"
        "553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31"},
       {kResponses[0], kResponses[1], kResponses[2]}});
}

TEST_F(HpackDecoderTest, ReadsTheResponsesOfTheRfcThatEvictEntriesInHuffmanCode) {
  ExpectDecoded(
      {256,
       {"4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e"
        "919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
        "4883 640e ffc1 c0bf",
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7"
        "821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed"
        "4ee5 b106 3d50 07"},
       {kResponses[0], kResponses[1], kResponses[2]}});
}

TEST_F(HpackDecoderTest, RefusesIndicesOfNoEntry) {
  EXPECT_TRUE(Refuses("80"));
  EXPECT_TRUE(Refuses("be"));                            // 62, the table being empty
  EXPECT_TRUE(Refuses("bf", "40 0161 0162"));            // 63 with one entry
  EXPECT_TRUE(Refuses("7f 00 0162", "40 0161 0162"));    // a name of index 63, inserted
  EXPECT_TRUE(Refuses("0f30 0162", "40 0161 0162"));     // and not inserted
  EXPECT_TRUE(Refuses("ff80ffffff0f", "40 0161 0162"));  // 2^32 - 1
  EXPECT_FALSE(Refuses("be", "40 0161 0162"));
}

TEST_F(HpackDecoderTest, RefusesBlocksThatAreCutOff) {
  const std::string block = FromHex("3fe11f 40026161 0162 0f2f 036262 62 1001 6301 64");
  for (size_t size = 0; size <= block.size(); ++size) {
    HpackDecoder fresh;
    const bool between_fields = size == 0 || size == 3 || size == 9 || size == 15 || size == 20;
    EXPECT_EQ(Decode(fresh, block.substr(0, size)).has_value(), between_fields) << size;
  }
}

TEST_F(HpackDecoderTest, RefusesStringsThatAreNoHuffmanCode) {
  EXPECT_TRUE(Refuses("40 8100 0161"));
  EXPECT_TRUE(Refuses("40 0161 81ff"));
  EXPECT_TRUE(Refuses("00 0161 84ffffffff"));
  EXPECT_FALSE(Refuses("40 0161 80"));
}

TEST_F(HpackDecoderTest, StaysFailedAfterAnError) {
  ASSERT_EQ(Decode(decoder_, FromHex("80")), std::nullopt);
  EXPECT_EQ(Decode(decoder_, FromHex("82")), std::nullopt);
}

TEST_F(HpackDecoderTest, GivesTheFieldsBeforeAnError) {
  const std::string block = FromHex("82 86 80 82");
  decoder_.Begin(AsBytes(block));
  HeaderField field;
  EXPECT_TRUE(decoder_.Next(field));
  EXPECT_TRUE(decoder_.Next(field));
  EXPECT_FALSE(decoder_.failed());
  EXPECT_FALSE(decoder_.Next(field));
  EXPECT_TRUE(decoder_.failed());
  EXPECT_FALSE(decoder_.Next(field));
}

TEST_F(HpackDecoderTest, TakesTableSizeUpdatesAtABlocksStartOnly) {
  EXPECT_EQ(Decoded("40 0161 0162"), (Fields{{"a", "b"}}));
  EXPECT_EQ(Decoded("20 3fe11f 82"), (Fields{kGet}));
  EXPECT_EQ(Decode(decoder_, FromHex("be")), std::nullopt) << "the update to 0 emptied the table";
  EXPECT_TRUE(Refuses("82 20"));
  EXPECT_TRUE(Refuses("20 82 20 82"));
  EXPECT_FALSE(Refuses("20"));
  EXPECT_FALSE(Refuses("20 20 20 3fe11f"));
}

TEST_F(HpackDecoderTest, RefusesTableSizesAboveItsLimit) {
  EXPECT_FALSE(Refuses("3fe11f"));  // 4,096
  EXPECT_TRUE(Refuses("3fe21f"));   // 4,097
  EXPECT_TRUE(Refuses("3fe1ffffffff"));
}

TEST_F(HpackDecoderTest, KeepsToATableSizeUntilTheNextUpdate) {
  EXPECT_EQ(Decoded("3f03 40 0161 0162 40 0163 0164"), (Fields{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(Decoded("be"), (Fields{{"c", "d"}}));  // 34 bytes: room for one of them
  EXPECT_TRUE(Refuses("bf", "3f03 40 0161 0162 40 0163 0164"));
}

TEST_F(HpackDecoderTest, EmptiesTheTableForAnEntryLargerThanIt) {
  const std::string value(4096, 'v');
  const std::string large = FromHex("40 0161 7f811f") + value;
  EXPECT_EQ(Decoded("40 0162 0163"), (Fields{{"b", "c"}}));
  EXPECT_EQ(Decode(decoder_, large), (Fields{{"a", value}}));
  EXPECT_EQ(Decode(decoder_, FromHex("be")), std::nullopt);
}

TEST_F(HpackDecoderTest, TakesANameFromAnEntryThatItsInsertionEvicts) {
  const std::string name(60, 'n');
  const std::string value(40, 'v');
  HpackDecoder decoder(100);
  EXPECT_EQ(Decode(decoder, FromHex("40 3c") + name + FromHex("00")), (Fields{{name, ""}}));
  EXPECT_EQ(Decode(decoder, FromHex("7e 08") + "vvvvvvvv"), (Fields{{name, "vvvvvvvv"}}));
  EXPECT_EQ(Decode(decoder, FromHex("be")), (Fields{{name, "vvvvvvvv"}}));
  // Too large to be entered: the table is empty then.
  EXPECT_EQ(Decode(decoder, FromHex("7e 28") + value), (Fields{{name, value}}));
  EXPECT_EQ(Decode(decoder, FromHex("be")), std::nullopt);
}

TEST_F(HpackDecoderTest, MarksNeverIndexedFieldsAlone) {
  EXPECT_THAT(
      Decoded("1001 6101 62 0001 6101 62 12 0178 4001 6101 62 be"),
      ElementsAre(Field{"a", "b", Indexing::kNever}, Field{"a", "b"},
                  Field{":method", "x", Indexing::kNever}, Field{"a", "b"}, Field{"a", "b"}));
}

TEST_F(HpackDecoderTest, HoldsNoMemoryButItsTableBetweenBlocks) {
  if (base::BlockPool::kept() == 0) base::BlockPool::Free(base::BlockPool::Take(1), 1);
  if (base::BlockPool::kept() == 0) GTEST_SKIP() << "the pool keeps nothing in sanitizer builds";
  const std::string block = FromHex("00 81 07 84 f8f8f8f8");
  EXPECT_EQ(Decode(decoder_, block), (Fields{{"0", "&&&&"}}));
  const size_t before = base::BlockPool::kept();
  EXPECT_EQ(Decode(decoder_, block), (Fields{{"0", "&&&&"}}));
  EXPECT_EQ(base::BlockPool::kept(), before);
}

// 150 KiB of indices, of insertions and of Huffman code. Were the time the square of that, the test
// would not end within its limit.
TEST_F(HpackDecoderTest, ReadsLargeBlocksInLinearTime) {
  constexpr size_t kSize = 150 * 1024;
  const auto count = [this](const std::string& block) {
    size_t fields = 0;
    decoder_.Begin(AsBytes(block));
    for (HeaderField field; decoder_.Next(field);) ++fields;
    EXPECT_FALSE(decoder_.failed());
    return fields;
  };
  std::string insertions;
  while (insertions.size() < kSize) insertions += FromHex("400000");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(count(std::string(kSize, '\x82')), kSize);
    EXPECT_EQ(count(insertions), kSize / 3);
    EXPECT_EQ(count(std::string(kSize, '\xfe')), kSize);
  }
  const std::string zeros = FromHex("0000 ff81af09") + std::string(kSize, '\0');
  EXPECT_EQ(Decode(decoder_, zeros)->front().value, std::string(kSize * 8 / 5, '0'));
}

}  // namespace
}  // namespace evenkeel::http2
