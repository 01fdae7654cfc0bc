#include "lib/yaml/secret_file.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace evenkeel::config {
namespace {

std::string Of(base::Result<std::string, int> read) {
  const auto text = TextOfSecret("/s", std::move(read));
  return text ? *text : "error: " + text.error().reason;
}

TEST(SecretFileTest, LosesTheLineEndsAtItsEnd) {
  EXPECT_EQ(Of("s3cr3t"), "s3cr3t");
  EXPECT_EQ(Of("s3cr3t\n"), "s3cr3t");
  EXPECT_EQ(Of("s3cr3t\r\n\n"), "s3cr3t");
  EXPECT_EQ(Of(" two\nlines \n"), " two\nlines ");
}

TEST(SecretFileTest, ThatIsNoneIsAnErrorThatQuotesNothing) {
  EXPECT_EQ(Of(base::Error(int{ENOENT})),
            "error: \"/s\" cannot be read: No such file or directory");
  EXPECT_EQ(Of(""), "error: the secret file \"/s\" is empty");
  EXPECT_EQ(Of("\n\n"), "error: the secret file \"/s\" is empty");
  EXPECT_EQ(Of("s3cr3t\xff"), "error: the secret file \"/s\" holds bytes that are no text");
  EXPECT_EQ(Of("s3cr3t\a"), "error: the secret file \"/s\" holds bytes that are no text");
  EXPECT_EQ(Of(std::string(kMaxSecretBytes, 'x') + "\n"), std::string(kMaxSecretBytes, 'x'));
  EXPECT_EQ(Of(std::string(kMaxSecretBytes + 1, 'x')),
            "error: the secret file \"/s\" has more than 16KiB");
}

}  // namespace
}  // namespace evenkeel::config
