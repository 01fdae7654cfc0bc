#include "proxy/admin/tokens.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "lib/net/event_loop.h"
#include "lib/net/timer.h"

namespace evenkeel::admin {
namespace {

const std::vector<std::string> kTokens = {"first-token-of-all", "second-token"};

TEST(BearerTest, IsOneOfTheTokensAfterItsScheme) {
  EXPECT_TRUE(IsBearerOf("Bearer first-token-of-all", kTokens));
  EXPECT_TRUE(IsBearerOf("bearer second-token", kTokens));
  EXPECT_TRUE(IsBearerOf("BEARER second-token", kTokens));
}

TEST(BearerTest, IsNothingElse) {
  for (const char* each :
       {"", "Bearer", "Bearer ", "Basic first-token-of-all", "first-token-of-all",
        "Bearer first-token-of-al", "Bearer first-token-of-all ", "Bearer  second-token",
        "Bearer second-tokensecond-token", "Bearer Second-token", "Bearer second-tokem"}) {
    EXPECT_FALSE(IsBearerOf(each, kTokens)) << each;
  }
  EXPECT_FALSE(IsBearerOf("Bearer ", {}));
}

class TokensTest : public ::testing::Test {
 protected:
  TokensTest() {
    std::string name = ::testing::TempDir() + "evenkeel-tokens-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~TokensTest() override { std::filesystem::remove_all(folder_); }

  std::string File() const { return folder_ / "tokens"; }
  /// As a whole, as those do who know that it is watched.
  void Write(const std::string& text) const {
    std::ofstream(folder_ / "new") << text;
    std::filesystem::rename(folder_ / "new", File());
  }
  void Open() {
    auto tokens = Tokens::Open(loop_, File(), [this](const std::string& trouble) {
      trouble_ = trouble;
      loop_.Stop();
    });
    ASSERT_TRUE(tokens) << tokens.error();
    tokens_ = std::move(*tokens);
  }
  std::string ErrorOfOpen() {
    const auto tokens = Tokens::Open(loop_, File(), nullptr);
    return tokens ? "none" : tokens.error();
  }
  /// Until the file has been read anew.
  void Run() {
    net::Timer bound(loop_, [this] { loop_.Stop(); });
    bound.StartAfter(std::chrono::seconds(15));
    loop_.Run();
  }

  net::EventLoop loop_;
  std::filesystem::path folder_;
  std::unique_ptr<Tokens> tokens_;
  std::optional<std::string> trouble_;
};

TEST_F(TokensTest, AreTheLinesOfAFile) {
  Write("first-token-of-all\r\n\nsecond-token-of-all\n");
  Open();
  EXPECT_TRUE(tokens_->Accepts("Bearer first-token-of-all"));
  EXPECT_TRUE(tokens_->Accepts("Bearer second-token-of-all"));
  EXPECT_FALSE(tokens_->Accepts("Bearer third-token-of-all"));
}

TEST_F(TokensTest, ChangeWithTheFile) {
  Write("first-token-of-all");
  Open();
  Write("other-token-of-all");
  Run();
  EXPECT_EQ(trouble_, "");
  EXPECT_TRUE(tokens_->Accepts("Bearer other-token-of-all"));
  EXPECT_FALSE(tokens_->Accepts("Bearer first-token-of-all"));
}

TEST_F(TokensTest, StayWhenTheFileIsWrong) {
  Write("first-token-of-all");
  Open();
  Write("short");
  Run();
  ASSERT_TRUE(trouble_);
  EXPECT_NE(trouble_->find("less than 16 characters"), std::string::npos);
  EXPECT_EQ(trouble_->find("short"), std::string::npos);
  EXPECT_TRUE(tokens_->Accepts("Bearer first-token-of-all"));
}

TEST_F(TokensTest, OfNoGoodFileAreAnError) {
  EXPECT_NE(ErrorOfOpen().find("No such file"), std::string::npos);
  Write("\n");
  EXPECT_NE(ErrorOfOpen().find("is empty"), std::string::npos);
  Write("a token with spaces");
  EXPECT_NE(ErrorOfOpen().find("no token"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::admin
