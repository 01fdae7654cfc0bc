#include "lib/yaml/access_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kDigest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string kOther = "00" + kDigest.substr(2);

std::string Trouble(const std::string& text) {
  const auto read = ParseBearerTokens("tokens", text);
  return read ? "" : read.error().reason + "; " + read.error().hint;
}

TEST(BearerTokensTest, ReadsNamesAndDigests) {
  const auto read =
      ParseBearerTokens("tokens", "# ours\n\nteam-a: " + kDigest + "  # ada\r\n team-a :" + kOther);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].name, "team-a");
  EXPECT_EQ((*read)[0].sha256[0], 0xba);
  EXPECT_EQ((*read)[0].sha256[31], 0xad);
  EXPECT_EQ((*read)[1].name, "team-a");
}

TEST(BearerTokensTest, SaysWhichLineHasNoTokenAndNotWhatItHas) {
  for (const std::string& each :
       {std::string("team-a: my-secret"), "team-a " + kDigest, "team-a: " + kDigest + "0",
        "team a: " + kDigest, ": " + kDigest, "team-a: g" + kDigest.substr(1), kDigest}) {
    EXPECT_THAT(Trouble("# ours\n" + each), HasSubstr("no token in line 2")) << each;
    EXPECT_THAT(Trouble("# ours\n" + each), HasSubstr("sha256sum"));
    EXPECT_THAT(Trouble("# ours\n" + each), Not(HasSubstr("my-secret")));
  }
}

TEST(BearerTokensTest, AFileWithoutATokenOrWithOneTwiceIsRefused) {
  EXPECT_THAT(Trouble(""), HasSubstr("has no token"));
  EXPECT_THAT(Trouble("# none\n"), HasSubstr("has no token"));
  EXPECT_THAT(Trouble("a: " + kDigest + "\nb: " + kDigest), HasSubstr("again in line 2"));
}

TEST(AccessFilesTest, FillsInTheTokensOfEachListener) {
  Config config;
  for (const char* file : {"one", "two", "one"}) {
    Listener& listener = config.listeners.emplace_back().Edit();
    listener.authentication.emplace().bearer_tokens.emplace().file = file;
  }
  config.listeners.emplace_back();
  const auto read = [](const std::string& path) -> base::Result<std::string, int> {
    if (path == "two") return base::Error(int{ENOENT});
    return "a: " + kDigest;
  };
  const AccessFiles result = ReadAccessFiles(config, read);
  EXPECT_THAT(result.files, ElementsAre("one", "two"));
  EXPECT_EQ(config.listeners[0]->authentication->bearer_tokens->tokens.size(), 1u);
  EXPECT_EQ(config.listeners[2]->authentication->bearer_tokens->tokens.size(), 1u);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].path.ToString(), "listeners[1].authentication.bearer_tokens.file");
  EXPECT_THAT(result.problems[0].reason, HasSubstr("cannot be read"));
}

TEST(AccessFilesTest, ReadsKeySetsAndSaysWhatIsWrongWithThem) {
  Config config;
  auto& issuers = config.listeners.emplace_back().Edit().authentication.emplace().jwt;
  issuers.emplace_back().jwks_file = "good";
  issuers.emplace_back().jwks_file = "bad";
  const std::string good =
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
  const AccessFiles result =
      ReadAccessFiles(config, [&](const std::string& path) -> base::Result<std::string, int> {
        return path == "good" ? good : std::string("{}");
      });
  EXPECT_THAT(result.files, ElementsAre("good", "bad"));
  EXPECT_EQ(config.listeners[0]->authentication->jwt[0].jwks, good);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].path.ToString(), "listeners[0].authentication.jwt[1].jwks.file");
  EXPECT_THAT(result.problems[0].reason, HasSubstr("is no JSON Web Key Set"));
}

}  // namespace
}  // namespace evenkeel::config
