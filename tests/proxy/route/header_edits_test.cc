#include "proxy/route/header_edits.h"

#include <gtest/gtest.h>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::proxy {
namespace {

http2::Fields Edited(const http2::Fields& fields, const config::HeaderEdits& edits) {
  http2::HeaderList headers = http2::ToHeaderList(fields);
  Edit(headers, edits);
  http2::Fields result;
  for (const http2::HeaderField each : headers) {
    result.push_back({std::string(each.name), std::string(each.value)});
  }
  return result;
}

TEST(HeaderEditsTest, RemovesEveryFieldOfAName) {
  EXPECT_EQ(Edited({{"a", "1"}, {"b", "2"}, {"a", "3"}}, {.remove = {"a"}, .set = {}, .add = {}}),
            (http2::Fields{{"b", "2"}}));
}

TEST(HeaderEditsTest, SetsOneInPlaceOfAllOfItsName) {
  EXPECT_EQ(Edited({{"a", "1"}, {"a", "3"}}, {.remove = {}, .set = {{"a", "2"}}, .add = {}}),
            (http2::Fields{{"a", "2"}}));
}

TEST(HeaderEditsTest, AddsBesideThoseOfItsName) {
  EXPECT_EQ(Edited({{"a", "1"}}, {.remove = {}, .set = {}, .add = {{"a", "2"}}}),
            (http2::Fields{{"a", "1"}, {"a", "2"}}));
}

TEST(HeaderEditsTest, RemovesFirstThenSetsThenAdds) {
  EXPECT_EQ(Edited({{"a", "1"}}, {.remove = {"a"}, .set = {{"a", "2"}}, .add = {{"a", "3"}}}),
            (http2::Fields{{"a", "2"}, {"a", "3"}}));
}

}  // namespace
}  // namespace evenkeel::proxy
