#include "lib/yaml/token_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace evenkeel::config {
namespace {

class TokenFileTest : public ::testing::Test {
 protected:
  ~TokenFileTest() override { std::filesystem::remove(path_); }

  base::Result<std::vector<std::string>, Complaint> Read(const std::string& text) const {
    std::ofstream(path_, std::ios::binary) << text;
    return ReadTokens(path_);
  }

  const std::string path_ = ::testing::TempDir() + "evenkeel-token-file";
};

TEST_F(TokenFileTest, HasATokenInEachLine) {
  const std::vector<std::string> two = {"0123456789abcdef", "a-._~+/=z0123456789"};
  EXPECT_EQ(Read("0123456789abcdef\n\r\na-._~+/=z0123456789\r\n").value(), two);
}

TEST_F(TokenFileTest, ThatIsNoneIsAnErrorThatQuotesNothing) {
  const std::string file = "the token file \"" + path_ + "\"";
  EXPECT_EQ(Read("0123456789abcde").error().reason,
            file + " has a token of less than 16 characters");
  EXPECT_EQ(Read("0123456789abcdef\nBearer 0123456789abcdef").error().reason,
            file + " has a line that is no token");
  EXPECT_EQ(Read("").error().reason, "the secret file \"" + path_ + "\" is empty");
}

}  // namespace
}  // namespace evenkeel::config
