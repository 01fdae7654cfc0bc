#include "proxy/route/admission.h"

#include <gtest/gtest.h>

#include <string>

#include "lib/tls/sha256.h"
#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::proxy {
namespace {

using http2::Fields;
using http2::GrpcRequest;
using http2::With;
using rpc::StatusCode;

class AdmissionTest : public ::testing::Test {
 protected:
  AdmissionTest() { listener_.address = *base::Address::Parse("127.0.0.1:1"); }

  void AskForToken() {
    auto& tokens = listener_.authentication.emplace().bearer_tokens.emplace().tokens;
    tokens.push_back({"team-a", tls::Sha256("secret-a")});
  }
  void AddRules() { listener_.authorization.emplace().deny.emplace_back().name = "all"; }
  std::shared_ptr<const Admission> Make(const Admission* before = nullptr) {
    return Admission::Make(listener_, metrics_, before);
  }
  /// What a call is told; OK: it may go on.
  StatusCode Admit(const Admission& admission, const Fields& fields) {
    http2::HeaderList request = http2::ToHeaderList(fields);
    const auto admitted = admission.Admit(request, cache_, base::Time());
    token_ = admitted && *admitted ? (*admitted)->token : "";
    return admitted ? StatusCode::kOk : admitted.error().code;
  }
  StatusCode Admit(const Fields& fields) { return Admit(*Make(), fields); }
  static Fields Bearing(const std::string& token, const std::string& path = "/a.S/M") {
    return With(GrpcRequest(path), "authorization", "Bearer " + token);
  }

  config::Listener listener_;
  telemetry::AccessMetrics metrics_;
  authz::CallerCache cache_;
  std::string token_;
};

TEST_F(AdmissionTest, AListenerThatAsksNothingHasNone) {
  EXPECT_EQ(Make(), nullptr);
  listener_.authorization.emplace();
  listener_.routes.emplace_back().authorization.emplace();
  EXPECT_EQ(Make(), nullptr);
}

TEST_F(AdmissionTest, PathsAreLookedAtWhereAnyRuleIs) {
  listener_.routes.emplace_back().authorization.emplace().deny.emplace_back();
  EXPECT_EQ(Admit(GrpcRequest("/a.S/M")), StatusCode::kOk);
  EXPECT_EQ(Admit(GrpcRequest("/a.S/M?")), StatusCode::kUnimplemented);
  listener_.routes.clear();
  AskForToken();
  EXPECT_EQ(Admit(Bearing("secret-a", "/a.S/M?")), StatusCode::kOk) << "no rule looks at it";
}

TEST_F(AdmissionTest, AsksForATokenAndCountsWhoHasNone) {
  AskForToken();
  EXPECT_EQ(Admit(Bearing("secret-a")), StatusCode::kOk);
  EXPECT_EQ(token_, "team-a");
  EXPECT_EQ(Admit(Bearing("secret-b")), StatusCode::kUnauthenticated);
  EXPECT_EQ(token_, "");
  EXPECT_EQ(Admit(GrpcRequest()), StatusCode::kUnauthenticated);
  EXPECT_EQ(Admit(Bearing("")), StatusCode::kUnauthenticated);
  for (const char* each : {"unknown", "missing", "malformed"}) {
    EXPECT_EQ(*metrics_.OfCredentials("127.0.0.1:1", each), 1u) << each;
  }
}

TEST_F(AdmissionTest, ASuspiciousPathIsRefusedBeforeTheTokenIsLookedAt) {
  AskForToken();
  AddRules();
  EXPECT_EQ(Admit(GrpcRequest("//a.S/M")), StatusCode::kUnimplemented);
}

TEST_F(AdmissionTest, TheOwnHealthServiceNeedsNoTokenUnlessItIsGuarded) {
  AskForToken();
  const Fields check = GrpcRequest("/grpc.health.v1.Health/Check");
  EXPECT_EQ(Admit(check), StatusCode::kUnauthenticated) << "it is a cluster's";
  listener_.health_service = true;
  EXPECT_EQ(Admit(check), StatusCode::kOk);
  EXPECT_EQ(Admit(GrpcRequest("/grpc.health.v1.Health2/Check")), StatusCode::kUnauthenticated);
  listener_.guard_health_service = true;
  EXPECT_EQ(Admit(check), StatusCode::kUnauthenticated);
}

TEST_F(AdmissionTest, GoesOnWithWhatIsTheSame) {
  AskForToken();
  const auto before = Make();
  EXPECT_EQ(Admit(*before, Bearing("secret-a")), StatusCode::kOk);
  AddRules();
  const auto next = Make(before.get());
  EXPECT_EQ(Admit(*next, Bearing("secret-a")), StatusCode::kOk);
  listener_.authentication->bearer_tokens->tokens[0].sha256 = tls::Sha256("secret-b");
  const auto last = Make(next.get());
  EXPECT_EQ(Admit(*last, Bearing("secret-a")), StatusCode::kUnauthenticated);
  EXPECT_EQ(Admit(*next, Bearing("secret-a")), StatusCode::kOk) << "for calls that began with it";
}

}  // namespace
}  // namespace evenkeel::proxy
