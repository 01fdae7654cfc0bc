#include "proxy/server/certificate_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace evenkeel::proxy {
namespace {

using std::chrono_literals::operator""min;
using telemetry::Event;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Time = std::chrono::system_clock::time_point;

// Hours since the epoch.
Time At(int hours) { return Time(std::chrono::hours(hours)); }

class CertificateWatchTest : public ::testing::Test {
 protected:
  // What the log says of the moment.
  std::string Look(Time now) {
    lines_.str("");
    watch_.Look(now);
    return lines_.str();
  }

  std::ostringstream lines_;
  telemetry::Log log_{telemetry::LogLevel::kInfo, telemetry::LogFormat::kText, lines_};
  CertificateWatch watch_{log_};
};

TEST_F(CertificateWatchTest, TellsOnceOfTheTenthThatIsLeftAndOnceOfTheEnd) {
  watch_.Set({{"a.pem", At(0), At(100)}});
  EXPECT_EQ(Look(At(90)), "");
  EXPECT_THAT(Look(At(90) + 1min), AllOf(HasSubstr("warning certificate ends soon file=a.pem"),
                                         HasSubstr("not_after=1970-01-05T04:00:00.000Z")));
  EXPECT_EQ(Look(At(99)), "");
  EXPECT_EQ(Look(At(100)), "") << "valid to its last moment";
  EXPECT_THAT(Look(At(100) + 1min), HasSubstr("error certificate has expired file=a.pem"));
  EXPECT_EQ(Look(At(200)), "");
}

TEST_F(CertificateWatchTest, AReloadTellsNothingAnewAndARenewalIsTold) {
  watch_.Set({{"a.pem", At(0), At(100)}, {"b.pem", At(0), At(1000)}});
  Look(At(95));
  watch_.Set({{"a.pem", At(0), At(100)}, {"b.pem", At(0), At(1000)}});
  EXPECT_EQ(Look(At(95)), "");
  watch_.Set({{"a.pem", At(90), At(190)}, {"b.pem", At(0), At(1000)}});
  EXPECT_THAT(Look(At(95)), HasSubstr("info certificate renewed file=a.pem"));
  watch_.Set({});
  EXPECT_EQ(Look(At(2000)), "") << "nobody names them any more";
  EXPECT_EQ(log_.events().count(Event::kCertificateExpired), 0u);
}

}  // namespace
}  // namespace evenkeel::proxy
