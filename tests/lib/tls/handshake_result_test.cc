#include "lib/tls/handshake_result.h"

#include <gmock/gmock.h>

#include <set>

namespace evenkeel::tls {
namespace {

TEST(HandshakeResultTest, EachHasANameAndASentenceOfItsOwn) {
  std::set<std::string> names;
  std::set<std::string> sentences;
  for (size_t i = 0; i < kHandshakeResultCount; ++i) {
    const auto result = static_cast<HandshakeResult>(i);
    names.insert(std::string(HandshakeResultName(result)));
    sentences.insert(ToErrorCode(result).message());
  }
  EXPECT_EQ(names.size(), kHandshakeResultCount);
  EXPECT_EQ(sentences.size(), kHandshakeResultCount);
}

TEST(HandshakeResultTest, AnErrorSaysWhatItIs) {
  EXPECT_EQ(ToErrorCode(HandshakeResult::kExpired).message(), "TLS: the certificate has expired");
  EXPECT_FALSE(ToErrorCode(HandshakeResult::kOk));
}

}  // namespace
}  // namespace evenkeel::tls
