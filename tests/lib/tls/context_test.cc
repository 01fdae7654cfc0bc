#include "lib/tls/context.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include "tests/lib/tls/test_pki.h"

namespace evenkeel::tls {
namespace {

using ::testing::HasSubstr;

class ContextTest : public ::testing::Test {
 protected:
  TestPki pki_;
};

TEST_F(ContextTest, APairThatDoesNotFitMakesNone) {
  config::ListenerTls tls{.pair = pki_.Issue({})};
  tls.pair.key = pki_.Issue({}).key;
  const auto made = Context::ForListener(tls);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error(), HasSubstr("leaf-key.pem is not the key"));
}

TEST_F(ContextTest, AnAuthorityThatCannotBeReadMakesNone) {
  const auto made = Context::ForCluster({.ca = {"ca.pem", "nothing"}});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error(), HasSubstr("ca.pem:1"));
}

TEST_F(ContextTest, AWeakKeyMakesNone) {
  const KeyPtr key(EVP_RSA_gen(1024));
  config::ListenerTls tls{.pair = pki_.IssueFor(key.get(), {})};
  const auto made = Context::ForListener(tls);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error(), HasSubstr("leaf.pem cannot be used: ee key too small"));
}

TEST_F(ContextTest, ASessionIsTakenOnce) {
  const auto context = *Context::ForCluster({.ca = pki_.authority()});
  context->KeepResumption("a", ResumptionPtr(SSL_SESSION_new()));
  EXPECT_EQ(context->TakeResumption("b"), nullptr);
  EXPECT_NE(context->TakeResumption("a"), nullptr);
  EXPECT_EQ(context->TakeResumption("a"), nullptr);
}

}  // namespace
}  // namespace evenkeel::tls
