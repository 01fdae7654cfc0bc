#include "lib/http/header_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::http2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

HeaderList Limited(size_t limit) {
  HeaderList headers;
  headers.set_limit(limit);
  return headers;
}

TEST(HeaderListTest, KeepsOrderAndDuplicates) {
  const Fields fields = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(ToFields(ToHeaderList(fields)), fields);
}

TEST(HeaderListTest, CopiesTheBytesItIsGiven) {
  HeaderList headers;
  {
    std::string name = "name";
    std::string value = "value";
    headers.Add(name, value);
    name = "XXXX";
    value = "XXXXX";
  }
  EXPECT_EQ(headers.Find("name"), "value");
}

TEST(HeaderListTest, FindsTheFirstOfAName) {
  const HeaderList headers = ToHeaderList({{"a", "1"}, {"b", ""}, {"a", "3"}});
  EXPECT_EQ(headers.Find("a"), "1");
  EXPECT_EQ(headers.Find("b"), "");
  EXPECT_EQ(headers.Find("A"), std::nullopt);
  EXPECT_EQ(headers.Find("c"), std::nullopt);
}

TEST(HeaderListTest, KeepsNeverIndexedFieldsMarked) {
  const HeaderList headers = ToHeaderList({{"a", "1"}, {"secret", "2", Indexing::kNever}});
  EXPECT_EQ(headers[0].indexing, Indexing::kAllowed);
  EXPECT_EQ(headers[1].indexing, Indexing::kNever);
}

TEST(HeaderListTest, SetsTheFirstOfANameOrAppends) {
  HeaderList headers = ToHeaderList({{"a", "long value"}, {"b", "2"}, {"a", "3"}});
  headers.Set("a", "short");
  headers.Set("b", "longer than before");
  headers.Set("c", "new");
  EXPECT_THAT(ToFields(headers), ElementsAre(Field{"a", "short"}, Field{"b", "longer than before"},
                                             Field{"a", "3"}, Field{"c", "new"}));
}

TEST(HeaderListTest, SetsAValueToPartOfItself) {
  HeaderList headers = ToHeaderList({{"a", "0123456789"}, {"b", "x"}});
  headers.Set("a", headers.Find("a")->substr(3));
  headers.Set("b", *headers.Find("a"));
  EXPECT_THAT(ToFields(headers), ElementsAre(Field{"a", "3456789"}, Field{"b", "3456789"}));
}

TEST(HeaderListTest, RemovesEveryFieldOfAName) {
  HeaderList headers = ToHeaderList({{"a", "1"}, {"b", "2"}, {"a", "3"}});
  headers.Remove("a");
  headers.Remove("none");
  EXPECT_THAT(ToFields(headers), ElementsAre(Field{"b", "2"}));
}

TEST(HeaderListTest, CountsNameValueAnd32ForEachField) {
  HeaderList headers;
  EXPECT_EQ(headers.list_size(), 0u);
  headers.Add("abc", "de");
  headers.Add("", "");
  EXPECT_EQ(headers.list_size(), 3u + 2u + 32u + 32u);
}

TEST(HeaderListTest, CountsNothingOfWhatWent) {
  HeaderList headers = ToHeaderList({{"a", "12"}, {"gone", "123"}, {"gone", "1"}});
  headers.Remove("gone");
  headers.Set("a", "1");
  EXPECT_EQ(headers.list_size(), 1u + 1u + 32u);
  headers.Set("a", std::string(1'000, 'x'));
  EXPECT_EQ(headers.list_size(), 1u + 1'000u + 32u);
  EXPECT_EQ(HeaderList(headers).list_size(), headers.list_size());
  headers.Clear();
  EXPECT_EQ(headers.list_size(), 0u);
}

TEST(HeaderListTest, TakesFieldsUpToTheLimitAndNotOneByteMore) {
  HeaderList headers = Limited(2 * (32 + 2));
  headers.AddWithinLimit("a", "1", Indexing::kAllowed);
  headers.AddWithinLimit("b", "2", Indexing::kAllowed);
  EXPECT_FALSE(headers.truncated());
  headers.AddWithinLimit("", "", Indexing::kAllowed);
  EXPECT_TRUE(headers.truncated());
  EXPECT_EQ(headers.size(), 2u);
}

TEST(HeaderListTest, KeepsASmallFieldAfterAnOversizedOne) {
  HeaderList headers = Limited(200);
  headers.AddWithinLimit("huge", std::string(500, 'x'), Indexing::kAllowed);
  headers.AddWithinLimit("grpc-status", "0", Indexing::kAllowed);
  EXPECT_TRUE(headers.truncated());
  EXPECT_THAT(ToFields(headers), ElementsAre(Field{"grpc-status", "0"}));
}

TEST(HeaderListTest, ForgetsAllButItsLimitWhenCleared) {
  HeaderList headers = Limited(40);
  headers.AddWithinLimit("huge", std::string(500, 'x'), Indexing::kAllowed);
  headers.Clear();
  EXPECT_FALSE(headers.truncated());
  EXPECT_THAT(ToFields(headers), IsEmpty());
  headers.AddWithinLimit("huge", std::string(500, 'x'), Indexing::kAllowed);
  EXPECT_TRUE(headers.truncated());
}

TEST(HeaderListTest, CarriesBytesThatAreNoText) {
  const std::string bytes("\0\xff\r\n", 4);
  HeaderList headers;
  headers.Add("x-bin", bytes);
  EXPECT_EQ(headers.Find("x-bin"), bytes);
}

TEST(HeaderListTest, KeepsAllWhileItGrows) {
  Fields fields;
  for (int i = 0; i < 200; ++i) {
    fields.push_back({"name-" + std::to_string(i), std::string(static_cast<size_t>(i), 'v')});
  }
  EXPECT_EQ(ToFields(ToHeaderList(fields)), fields);
}

TEST(HeaderListTest, TakesANameThatStandsRightBehindItsValue) {
  const std::string bytes = "some valuename";
  const std::string_view whole = bytes;
  HeaderList list;
  list.Add(whole.substr(10), whole.substr(0, 10));
  list.Add(whole.substr(10, 2), whole.substr(5, 5));
  list.Add(whole.substr(10), whole.substr(10, 0));
  list.Add(whole.substr(14), whole.substr(0, 14));
  EXPECT_EQ(ToFields(list),
            (Fields{{"name", "some value"}, {"na", "value"}, {"name", ""}, {"", bytes}}));
}

TEST(HeaderListTest, AddsWhatStandsInItselfWhileItGrows) {
  HeaderList headers = ToHeaderList({{"a", std::string(200, 'x')}});
  for (int i = 0; i < 20; ++i) headers.Add(headers[0].name, headers[0].value);
  for (const HeaderField field : headers) EXPECT_EQ(field.value, std::string(200, 'x'));
}

TEST(HeaderListTest, ACopyIsOfItsOwn) {
  HeaderList from = Limited(100);
  from.Add("a", "1");
  HeaderList to = from;
  from.Set("a", "2");
  EXPECT_THAT(ToFields(to), ElementsAre(Field{"a", "1"}));
  to.AddWithinLimit("b", std::string(100, 'x'), Indexing::kAllowed);
  EXPECT_TRUE(to.truncated());
  EXPECT_FALSE(from.truncated());
  to = from;
  EXPECT_THAT(ToFields(to), ElementsAre(Field{"a", "2"}));
}

TEST(HeaderListTest, MovesWithItsFields) {
  HeaderList from = ToHeaderList({{"a", "1"}});
  const HeaderList to = std::move(from);
  EXPECT_THAT(ToFields(to), ElementsAre(Field{"a", "1"}));
}

}  // namespace
}  // namespace evenkeel::http2
