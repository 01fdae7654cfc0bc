#include "lib/telemetry/connection_event.h"

#include <gtest/gtest.h>

#include <set>

#include "lib/tls/handshake_result.h"

namespace evenkeel::telemetry {
namespace {

std::error_code Errno(std::errc error) { return std::make_error_code(error); }

TEST(CloseReasonTest, KeepsTheGoawayCode) {
  EXPECT_EQ(CloseReasonName(CloseReasonFromGoaway(http2::ErrorCode::kNoError)), "GOAWAY NO_ERROR");
  EXPECT_EQ(CloseReasonName(CloseReasonFromGoaway(http2::ErrorCode::kEnhanceYourCalm)),
            "GOAWAY ENHANCE_YOUR_CALM");
  EXPECT_EQ(CloseReasonName(CloseReasonFromGoaway(http2::ErrorCode::kHttp11Required)),
            "GOAWAY HTTP_1_1_REQUIRED");
}

TEST(CloseReasonTest, FoldsGoawayCodesThatAPeerInvents) {
  EXPECT_EQ(CloseReasonFromGoaway(static_cast<http2::ErrorCode>(0xe)), CloseReason::kUnknown);
  EXPECT_EQ(CloseReasonFromGoaway(static_cast<http2::ErrorCode>(0xffffffff)),
            CloseReason::kUnknown);
}

TEST(CloseReasonTest, TellsSystemErrorsApart) {
  EXPECT_EQ(CloseReasonFromError({}), CloseReason::kReset);
  EXPECT_EQ(CloseReasonFromError(Errno(std::errc::connection_reset)), CloseReason::kReset);
  EXPECT_EQ(CloseReasonFromError(Errno(std::errc::broken_pipe)), CloseReason::kReset);
  EXPECT_EQ(CloseReasonFromError(Errno(std::errc::timed_out)), CloseReason::kTimedOut);
  EXPECT_EQ(CloseReasonFromError(Errno(std::errc::connection_aborted)), CloseReason::kAborted);
  EXPECT_EQ(CloseReasonFromError(Errno(std::errc::no_buffer_space)), CloseReason::kSocketError);
}

TEST(CloseReasonTest, NamesEveryReasonDifferently) {
  std::set<std::string> names;
  for (size_t i = 0; i < kCloseReasonCount; ++i) {
    names.insert(CloseReasonName(static_cast<CloseReason>(i)));
  }
  EXPECT_EQ(names.size(), kCloseReasonCount);
}

TEST(ConnectFailureTest, TellsSystemErrorsApart) {
  EXPECT_EQ(ConnectFailureFromError({}), ConnectFailure::kClosed);
  EXPECT_EQ(ConnectFailureFromError(Errno(std::errc::connection_reset)), ConnectFailure::kClosed);
  EXPECT_EQ(ConnectFailureFromError(Errno(std::errc::connection_refused)),
            ConnectFailure::kRefused);
  EXPECT_EQ(ConnectFailureFromError(Errno(std::errc::no_such_file_or_directory)),
            ConnectFailure::kRefused);
  EXPECT_EQ(ConnectFailureFromError(Errno(std::errc::timed_out)), ConnectFailure::kTimedOut);
  EXPECT_EQ(ConnectFailureFromError(Errno(std::errc::host_unreachable)),
            ConnectFailure::kUnreachable);
  EXPECT_EQ(ConnectFailureFromError(Errno(std::errc::network_unreachable)),
            ConnectFailure::kUnreachable);
  EXPECT_EQ(ConnectFailureFromError(tls::ToErrorCode(tls::HandshakeResult::kExpired)),
            ConnectFailure::kTls);
  EXPECT_EQ(ConnectFailureFromError(Errno(std::errc::permission_denied)),
            ConnectFailure::kSocketError);
}

TEST(ConnectFailureTest, NamesEveryFailureDifferently) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kConnectFailureCount; ++i) {
    names.insert(ConnectFailureName(static_cast<ConnectFailure>(i)));
  }
  EXPECT_EQ(names.size(), kConnectFailureCount);
}

}  // namespace
}  // namespace evenkeel::telemetry
