// What is held against an endpoint: every cause, every status.
#include <gtest/gtest.h>

#include "lib/rpc/outcome.h"

namespace evenkeel::rpc {
namespace {

Verdict Judge(Cause cause, StatusCode status = StatusCode::kUnavailable) {
  return VerdictOf({.status = status, .origin = Origin::kEndpoint, .duration = {}, .cause = cause});
}

TEST(VerdictTest, AnAnswerCountsByItsStatus) {
  for (const StatusCode status :
       {StatusCode::kUnknown, StatusCode::kDeadlineExceeded, StatusCode::kInternal,
        StatusCode::kUnavailable, StatusCode::kDataLoss}) {
    EXPECT_EQ(Judge(Cause::kAnswered, status), Verdict::kFailure) << StatusName(status);
  }
}

TEST(VerdictTest, WhatIsTheApplicationsBusinessIsASuccess) {
  for (const StatusCode status :
       {StatusCode::kOk, StatusCode::kCancelled, StatusCode::kInvalidArgument,
        StatusCode::kNotFound, StatusCode::kAlreadyExists, StatusCode::kPermissionDenied,
        StatusCode::kResourceExhausted, StatusCode::kFailedPrecondition, StatusCode::kAborted,
        StatusCode::kOutOfRange, StatusCode::kUnimplemented, StatusCode::kUnauthenticated}) {
    EXPECT_EQ(Judge(Cause::kAnswered, status), Verdict::kSuccess) << StatusName(status);
  }
}

TEST(VerdictTest, TheSetOfStatusesCanBeChosen) {
  const FailureSet failures = StatusSetOf({"RESOURCE_EXHAUSTED"});
  const auto judge = [&](StatusCode status) {
    return VerdictOf({status, Origin::kEndpoint, {}, Cause::kAnswered}, failures);
  };
  EXPECT_EQ(judge(StatusCode::kResourceExhausted), Verdict::kFailure);
  EXPECT_EQ(judge(StatusCode::kInternal), Verdict::kSuccess);
}

TEST(VerdictTest, ResetsAndLostConnectionsAreFailuresWhateverTheStatus) {
  for (const Cause cause : {Cause::kReset, Cause::kLost, Cause::kNotConnected}) {
    EXPECT_EQ(Judge(cause, StatusCode::kCancelled), Verdict::kFailure);
  }
}

TEST(VerdictTest, ADeadlineThatPassedWhileTheEndpointHadTheCallIsAFailure) {
  for (const Cause cause : {Cause::kDeadline, Cause::kNoRoom, Cause::kTryTimeout}) {
    EXPECT_EQ(Judge(cause, StatusCode::kDeadlineExceeded), Verdict::kFailure);
  }
}

TEST(VerdictTest, ADeadlineSaysNothingWhereItIsNotInTheSet) {
  EXPECT_EQ(VerdictOf({StatusCode::kDeadlineExceeded, Origin::kProxy, {}, Cause::kDeadline},
                      StatusSetOf({"INTERNAL"})),
            Verdict::kNeutral);
}

TEST(VerdictTest, CancelledRefusedAndLocalEndsSayNothing) {
  for (const Cause cause : {Cause::kCancelled, Cause::kRefused, Cause::kLocal, Cause::kNeverSent,
                            Cause::kShed, Cause::kTooLarge, Cause::kTryUnsent}) {
    EXPECT_EQ(Judge(cause), Verdict::kNeutral);
  }
}

}  // namespace
}  // namespace evenkeel::rpc
