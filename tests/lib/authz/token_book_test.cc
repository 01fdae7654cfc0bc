#include "lib/authz/token_book.h"

#include <gtest/gtest.h>

#include "tests/lib/authz/token_books.h"

namespace evenkeel::authz {
namespace {

TEST(TokenBookTest, KnowsTokensByTheirDigests) {
  const TokenBook book(TokensOf({{"a", "token-a"}, {"b", "token-b"}, {"a", "next-a"}}));
  EXPECT_EQ(NameOf(book.Find("token-a")), "a");
  EXPECT_EQ(NameOf(book.Find("token-b")), "b");
  EXPECT_EQ(NameOf(book.Find("next-a")), "a");
  for (const char* each : {"", "token-", "token-aa", "TOKEN-A"}) {
    EXPECT_EQ(NameOf(book.Find(each)), "nobody") << each;
  }
}

}  // namespace
}  // namespace evenkeel::authz
