#include "proxy/program/completion.h"

#include <gmock/gmock.h>

#include <string>

namespace evenkeel::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = CompletedValue::Kind;

std::string Script(Shell shell) {
  return CompletionScript(shell, {"boat", "A boat", {{{"-h", "--help"}, "Say how"}}},
                          {{"sail",
                            "Go: don't [stop]",
                            {{{"-w", "--wind"}, "From where", {Kind::kWord, {"west", "east"}}},
                             {{"--log"}, "Where to", {Kind::kFile}}}},
                           {"read", "Read a chart", {}, {Kind::kFile}}});
}

TEST(CompletionTest, KnowsThreeShells) {
  EXPECT_EQ(ParseShell("bash"), Shell::kBash);
  EXPECT_EQ(ParseShell("zsh"), Shell::kZsh);
  EXPECT_EQ(ParseShell("fish"), Shell::kFish);
  EXPECT_FALSE(ParseShell("tcsh"));
}

TEST(CompletionTest, BashKnowsWhatCanFollowAFlag) {
  EXPECT_THAT(Script(Shell::kBash), HasSubstr("compgen -W 'sail read -h --help'"));
  EXPECT_THAT(Script(Shell::kBash), HasSubstr("-w|--wind) COMPREPLY=($(compgen -W 'west east' "));
  EXPECT_THAT(Script(Shell::kBash), HasSubstr("--log) COMPREPLY=($(compgen -f "));
}

TEST(CompletionTest, ZshGetsDescriptionsWithoutItsOwnSyntaxInThem) {
  EXPECT_THAT(Script(Shell::kZsh), HasSubstr("'sail:Go, dont stop'"));
  EXPECT_THAT(Script(Shell::kZsh), HasSubstr("'--wind[From where]:value:(west east)'"));
  EXPECT_THAT(Script(Shell::kZsh), HasSubstr("'*:file:_files'"));
}

TEST(CompletionTest, FishGetsALineForEachFlag) {
  EXPECT_THAT(Script(Shell::kFish), HasSubstr("-a sail -d 'Go, dont stop'"));
  EXPECT_THAT(Script(Shell::kFish), HasSubstr(" -s w -l wind -x -a 'west east' -d 'From where'"));
  EXPECT_THAT(Script(Shell::kFish), HasSubstr("__fish_seen_subcommand_from read' -F"));
}

}  // namespace
}  // namespace evenkeel::proxy
