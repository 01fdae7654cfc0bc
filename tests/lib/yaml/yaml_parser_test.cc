#include "lib/yaml/yaml_parser.h"

#include "tests/lib/yaml/bad_config.h"

namespace evenkeel::config {
namespace {

TEST(YamlParserTest, MakesATreeWithTheKindAndPlaceOfEachNode) {
  ErrorList errors("x");
  const YamlNodePtr root = ParseYaml("a: [1, \"2\", ~]\nb: {c: d}\n", errors);
  ASSERT_TRUE(root);
  EXPECT_EQ(root->kind, YamlNode::Kind::kMap);
  ASSERT_EQ(root->entries.size(), 2U);
  const YamlNode& list = *root->entries[0].value;
  ASSERT_EQ(list.items.size(), 3U);
  EXPECT_EQ(list.items[0]->kind, YamlNode::Kind::kPlain);
  EXPECT_EQ(list.items[1]->kind, YamlNode::Kind::kQuoted);
  EXPECT_EQ(list.items[2]->kind, YamlNode::Kind::kNull);
  EXPECT_EQ(list.items[1]->mark, (Mark{1, 8}));
  EXPECT_EQ(root->entries[1].mark, (Mark{2, 1}));
  EXPECT_EQ(errors.size(), 0U);
}

TEST(YamlParserTest, KnowsWhichTextsCameFromVariables) {
  const Variables variables = [](const std::string&) { return std::optional<std::string>("v"); };
  ErrorList errors("x");
  const YamlNodePtr root = ParseYaml("{a: ${A}, b: b, c: 'x${C}'}", errors, {0, &variables});
  ASSERT_TRUE(root) << Format(std::move(errors).Take());
  EXPECT_TRUE(root->entries[0].value->has_variables);
  EXPECT_FALSE(root->entries[1].value->has_variables);
  EXPECT_EQ(root->entries[2].value->text, "xv");
}

class BadYamlTest : public ::testing::TestWithParam<BadConfig> {};

TEST_P(BadYamlTest, IsRefusedThere) { ExpectRefused(GetParam()); }

const BadConfig kYaml[] = {
    {"EmptyFile", "", 1, 1, "", "the file is empty"},
    {"OnlyComments", "# nothing\n\n", 1, 1, "", "the file is empty"},
    {"OnlyAMark", "---\n", 2, 1, "", "expected a map, found nothing"},
    {"TextInsteadOfAMap", "listeners\n", 1, 1, "",
     "expected a map, found \"listeners\"; its keys are: listeners, clusters, admin, workers"},
    {"ListInsteadOfAMap", "- listeners\n", 1, 1, "", "expected a map, found a list"},
    {"SecondDocument", Root("---\nworkers: 2"), 3, 1, "", "a second YAML document"},
    {"SecondDocumentThatIsEmpty", Root("---"), 3, 1, "", "a second YAML document"},
    {"LessIndentThanTheFirstKey", "  workers: 1\nadmin: off\n", 2, 1, "", "align it with"},
    {"ListAfterAMap", Root("- workers"), 3, 1, "", "does not fit the map above"},
    {"WrongIndent", "listeners:\n    - address: x\n  cluster: y\n", 3, 3, "",
     "this does not fit the map above it; align the map's keys"},
    {"WrongIndentOfAListItem", "listeners:\n    - a\n  - b\n", 3, 3, "", "does not fit"},
    {"KeyWithinAValue", Root("admin: address: x"), 3, 15, "", "no key can stand here"},
    {"TabInTheIndentation", Root("admin:\n\taddress: x"), 4, 1, "", "indent with spaces"},
    {"TabAfterSpaces", "listeners:\n  \t- address: x\n", 2, 3, "", "a tab in the indentation"},
    {"OpenBracket", Root("admin: [1, 2"), 3, 8, "", "this [ is not closed"},
    {"OpenBrace", Root("admin: {address: x\nworkers: 2"), 3, 8, "", "this { is not closed"},
    {"OpenBraceOfAListItem", "listeners:\n  - {address: x, cluster: a\nclusters: {}\n", 2, 5, "",
     "this { is not closed; add a }"},
    {"OpenBracketOfJson", "{\"listeners\": [1\n}", 1, 15, "", "this [ is not closed"},
    {"OpenBraceOfJson", "{", 1, 1, "", "this { is not closed"},
    {"OpenQuoteInAMap", "listeners:\n  - {address: x, cluster: \"a}\n", 2, 27, "",
     "this quote is never closed"},
    {"OpenVariable", Endpoints("[\"${HOST\"]"), 4, 17, "", "this ${ is not closed; add the }"},
    {"Ipv6WithoutQuotesAsAnItem", Endpoints("\n    - [::1]:80"), 5, 11, "",
     "put an IPv6 address in quotes"},
    {"BracketTooMany", Root("admin: {}}"), 3, 10, "", "this bracket closes nothing"},
    {"OpenDoubleQuote", Root("admin: \"off"), 3, 8, "", "this quote is never closed"},
    {"OpenSingleQuote", Root("admin: 'it''s"), 3, 8, "", "this quote is never closed"},
    {"QuoteThatTheNextOneCloses",
     "listeners:\n  - address: \"127.0.0.1:1\n    cluster: a\nclusters: {a: {endpoints: "
     "[\"10.0.0.1:1\"]}}\n",
     2, 14, "", "this quote is not closed where its text ends: the next one, 2 lines below"},
    {"QuoteThatTheNextOneClosesInItsLine", Endpoints("[\"10.0.0.1:1, \"10.0.0.2:1\"]"), 4, 17, "",
     "the next one, in the same line, is taken for its end; add the closing quote"},
    {"SlashComment", "// sidecar\nworkers: 1\n", 1, 1, "",
     "// does not begin a comment; write # in its place"},
    {"SlashCommentBetweenKeys", Root("workers: 1\n// more\nadmin: off"), 4, 1, "",
     "// does not begin a comment"},
    {"SlashCommentInAFlowMap", Root("admin: {\n  // here\n  address: \"127.0.0.1:1\"}"), 4, 3, "",
     "// does not begin a comment"},
    {"SlashCommentAfterAnItem", Root("admin: {address: x, // here\n  b: 1}"), 3, 21, "",
     "// does not begin a comment"},
    {"StarCommentAfterAnItem", Root("admin: {address: x, /* here */\n  b: 1}"), 3, 21, "",
     "/* does not begin a comment; write # before each of its lines"},
    {"NoBreakSpaceAfterAKey",
     Root("workers:\xc2\xa0"
          "2"),
     3, 9, "", "this is a no-break space (U+00A0)"},
    {"NoBreakSpaceInTheIndentation", Root("admin:\n\xc2\xa0 address: x"), 4, 1, "",
     "type a plain space in its place"},
    {"TypographicQuote", Root("admin: \xe2\x80\x9coff\xe2\x80\x9d"), 3, 8, "",
     "this is a typographic quote (U+201C)"},
    {"TextAfterAQuote", Root("admin: \"a\" b"), 3, 12, "", "does not fit"},
    {"UnknownEscape", Root("admin: \"\\q\""), 3, 11, "", "unknown escape character: q"},
    {"ReservedCharacter", Root("admin: @off"), 3, 8, "", "put the text in quotes"},
    {"UnknownAlias", Root("admin: *off"), 3, 8, "", "the referenced anchor is not defined"},
    {"AliasInItsOwnAnchor", Root("admin: &a [*a]"), 3, 12, "", "inside its own anchor"},
    {"Tag", Root("workers: !!int 2"), 3, 10, "", "YAML tags are not used here"},
    {"TagOnAMap", Root("admin: !include {file: x}"), 3, 8, "", "remove the !tag"},
    {"ListAsAKey", Root("[a]: 1"), 3, 1, "", "a key must be text"},
    {"Ipv6WithoutQuotesInAList", Endpoints("[[::1]:80]"), 4, 17, "", "\"[::1]:50051\", in quotes"},
    {"NothingAsAKey", Root("~: 1"), 3, 1, "", "a key must be text, found nothing"},
    {"MergeKey", Root("admin: &a {address: \"127.0.0.1:1\"}\nworkers: 1\n<<: *a"), 5, 1, "<<",
     "merge keys are not supported"},
    {"NotUtf8", "workers: \"\xe9\"\n", 1, 11, "", "save the file as UTF-8"},
    {"Utf16", std::string("w\0o\0", 4), 1, 2, "", "this byte is not text"},
    {"ControlCharacter", "workers: 1\nadmin: \x01\n", 2, 8, "", "without control characters"},
};
INSTANTIATE_TEST_SUITE_P(Rows, BadYamlTest, ::testing::ValuesIn(kYaml), RowName);

}  // namespace
}  // namespace evenkeel::config
