// What a pool makes of TLS: who is let in, what is said of who is not, and to whom.
#include "lib/connection/tls_transport.h"
#include "tests/lib/tls/test_pki.h"
#include "tests/pool/pool_test.h"

namespace evenkeel::pool {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TlsPoolTest : public PoolTest {
 protected:
  TlsPoolTest() { Trust({.ca = pki_.authority()}); }

  void Trust(const config::ClusterTls& tls) {
    settings_.connection.transports = rpc::TlsTransports(*tls::Context::ForCluster(tls));
  }
  void Show(const config::KeyPair& pair) {
    endpoint_.set_transports(
        rpc::TlsTransports(*tls::Context::ForListener({.pair = pair}), rpc::Plaintext::kRefuse));
  }
  // Of the first attempt that has failed.
  std::string FirstFailure() {
    MakePool();
    RunUntil([&] { return !failings_.empty(); });
    return failings_.front();
  }

  tls::TestPki pki_;
};

TEST_F(TlsPoolTest, CallsGoToWhoIsWhomItShouldBe) {
  Show(pki_.Issue({.names = "DNS:users.example"}));
  MakeReadyPool();
  const auto call = Call();
  ASSERT_TRUE(call->has_stream());
  EXPECT_EQ(call->opened_on->scheme(), "https");
  RunUntil([&] { return endpoint_.calls().size() == 1; });
  AnswerAll();
  RunUntil([&] { return call->done(); });
}

TEST_F(TlsPoolTest, AnotherNameIsSaidWithAllThatIsKnown) {
  Show(pki_.Issue({.common_name = "other", .names = "DNS:other.example"}));
  EXPECT_THAT(FirstFailure(),
              AllOf(HasSubstr("TLS: the certificate is for another name"), HasSubstr("CN=other"),
                    HasSubstr("for other.example"), HasSubstr("wanted is users.example"),
                    HasSubstr("not after 2")));
}

TEST_F(TlsPoolTest, CallersGetTheClassAlone) {
  Show(pki_.Issue({.names = "DNS:other.example"}));
  FirstFailure();
  const auto call = Call();
  RunUntil([&] { return !call->unavailable.empty(); });
  EXPECT_THAT(call->unavailable, ElementsAre("TLS: the certificate is for another name"));
}

TEST_F(TlsPoolTest, OneThatHasExpiredIsSaidWithTheTime) {
  Show(pki_.Issue({.names = "DNS:users.example", .from_seconds = -7200, .until_seconds = -3600}));
  EXPECT_THAT(FirstFailure(), AllOf(HasSubstr("TLS: the certificate has expired"),
                                    HasSubstr("not after"), HasSubstr("now is")));
}

TEST_F(TlsPoolTest, OneThatOthersHaveSignedIsRefused) {
  Show(tls::TestPki().Issue({.names = "DNS:users.example"}));
  EXPECT_THAT(FirstFailure(),
              HasSubstr("TLS: the certificate is signed by nobody that is trusted"));
}

TEST_F(TlsPoolTest, APlainEndpointIsNamedSo) {
  EXPECT_THAT(FirstFailure(), HasSubstr("TLS: the peer does not speak TLS"));
}

TEST_F(TlsPoolTest, SubjectsAreLookedForInsteadOfTheHost) {
  Trust({.ca = pki_.authority(), .subjects = {"spiffe://example.org/users"}});
  Show(pki_.Issue({.names = "URI:spiffe://example.org/users"}));
  MakeReadyPool();
}

TEST_F(TlsPoolTest, WithoutVerificationAnybodyIsTaken) {
  Trust({.verify = false});
  Show(tls::TestPki().Issue({.names = "DNS:other.example"}));
  MakeReadyPool();
}

TEST_F(TlsPoolTest, OtherSettingsReplaceTheConnectionWithoutAGap) {
  Show(pki_.Issue({.names = "DNS:users.example"}));
  MakeReadyPool();
  Pool::Settings next = settings_;
  next.connection.transports =
      rpc::TlsTransports(*tls::Context::ForCluster({.ca = pki_.authority()}));
  pool_->SetSettings(next);
  RunUntil([&] { return endpoint_.connections.size() == 2; });
  Settle();
  EXPECT_EQ(pool_->state(), Pool::State::kReady);
  EXPECT_THAT(changes_, ElementsAre("ready: connected"));
  EXPECT_THAT(failings_, IsEmpty());
}

}  // namespace
}  // namespace evenkeel::pool
