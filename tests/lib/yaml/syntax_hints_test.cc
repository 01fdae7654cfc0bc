#include "lib/yaml/syntax_hints.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::config {
namespace {

std::string Said(const std::optional<Slip>& slip) {
  if (!slip) return "nothing";
  return std::to_string(slip->offset) + ": " + slip->complaint.reason;
}

TEST(SyntaxHintsTest, AQuoteWithoutAnEndIsFoundWhereItOpens) {
  EXPECT_EQ(Said(FindOpenQuote("a: \"b\nc: d", 3)), "3: this quote is never closed");
  EXPECT_EQ(Said(FindOpenQuote("a: 'it''s", 3)), "3: this quote is never closed");
  EXPECT_FALSE(HasClosingQuote("a: \"b\\\"", 3));
}

TEST(SyntaxHintsTest, AQuoteThatTheNextOneClosesIsFoundWhereItOpens) {
  EXPECT_EQ(Said(FindOpenQuote("[\"a, \"b\"]", 1)),
            "1: this quote is not closed where its text ends: the next one, in the same line, is "
            "taken for its end");
  EXPECT_EQ(Said(FindOpenQuote("a: \"b\nc: \"d\"\n", 3)),
            "3: this quote is not closed where its text ends: the next one, one line below, is "
            "taken for its end");
}

TEST(SyntaxHintsTest, AQuoteThatClosesIsNone) {
  for (const char* each : {"\"a\"", "\"a\" b", "\"a\", b", "\"a\"]", "'it''s' # c", "\"a\": 1"}) {
    EXPECT_EQ(Said(FindOpenQuote(each, 0)), "nothing") << each;
  }
}

TEST(SyntaxHintsTest, ABracketWithoutAnEndIsFoundWhereItOpens) {
  EXPECT_EQ(Said(FindUnclosed("a: [1, {b: 2}")), "3: this [ is not closed");
  EXPECT_EQ(Said(FindUnclosed("a: {b: [1}")), "7: this [ is not closed");
  EXPECT_EQ(Said(FindUnclosed("- {a: 1\nb: 2}")), "2: this { is not closed");
  EXPECT_EQ(Said(FindUnclosed("a: {b: \"c}")), "7: this quote is never closed");
}

TEST(SyntaxHintsTest, BracketsThatCloseAndThoseOfTextAreNone) {
  for (const char* each :
       {"a: {b: [1, 2]}", "{\n\"a\": [\n1\n]\n}", "a: b[c", "a: \"{\"", "# [", "a: ${B}",
        "a: it's [", "a: {\n  b: 1\n}", "a: [b, # {\n  c]", "a: {b: c:d}", "- [a]\n- {}"}) {
    EXPECT_EQ(Said(FindUnclosed(each)), "nothing") << each;
  }
}

TEST(SyntaxHintsTest, BracketsInBlocksOfTextAreText) {
  EXPECT_EQ(Said(FindUnclosed("a: |\n  [\n\n   {\nb: {")), "18: this { is not closed");
  EXPECT_EQ(Said(FindUnclosed("- >-  # [\n  \"\n- {")), "16: this { is not closed");
  EXPECT_EQ(Said(FindUnclosed("a: |\n  [")), "nothing");
  EXPECT_EQ(Said(FindUnclosed("a: |")), "nothing");
  EXPECT_EQ(Said(FindUnclosed("a: b | [\nc: [")), "12: this [ is not closed");
}

TEST(SyntaxHintsTest, ACommentOfOtherLanguagesIsFoundInItsLine) {
  EXPECT_EQ(Said(FindSlashComment("a: 1\n  // b\nc: 2", 14)), "7: // does not begin a comment");
  EXPECT_EQ(Said(FindSlashComment("a: 1\n  // b\nc: 2", 9)), "7: // does not begin a comment");
  EXPECT_EQ(Said(FindSlashComment("/* a */\nb: 1", 9)), "0: /* does not begin a comment");
  EXPECT_EQ(Said(FindSlashComment("a: dns:///b:1", 5)), "nothing");
  EXPECT_EQ(Said(FindSlashComment("", 0)), "nothing");
}

TEST(SyntaxHintsTest, TheFirstCharacterThatOnlyLooksRightIsNamed) {
  EXPECT_EQ(Said(FindLookAlike("a:\xc2\xa0 b \xe2\x80\x9c")),
            "2: this is a no-break space (U+00A0), not what it looks like");
  EXPECT_EQ(Said(FindLookAlike("plain \xc3\xa9")), "nothing");
}

}  // namespace
}  // namespace evenkeel::config
