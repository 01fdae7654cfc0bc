#include "lib/telemetry/tls_metrics.h"

#include <gtest/gtest.h>

#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

constexpr char kEnd[] = "evenkeel_tls_certificate_not_after_timestamp_seconds";
constexpr char kBegin[] = "evenkeel_tls_certificate_not_before_timestamp_seconds";

std::chrono::system_clock::time_point At(int seconds) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

TEST(TlsMetricsTest, TellsOfTheFilesThatThereAre) {
  TlsMetrics metrics;
  EXPECT_EQ(ScrapeOf(metrics).Count(kEnd), 0u);
  metrics.SetCertificates({{"a.pem", At(10), At(20)}, {"b.pem", At(30), At(40)}});
  const Scrape both = ScrapeOf(metrics);
  EXPECT_EQ(both.Value(std::string(kBegin) + "{file=\"a.pem\"}"), 10);
  EXPECT_EQ(both.Value(std::string(kEnd) + "{file=\"b.pem\"}"), 40);
  metrics.SetCertificates({{"b.pem", At(30), At(40)}});
  EXPECT_EQ(ScrapeOf(metrics).Count(kEnd), 1u);
}

}  // namespace
}  // namespace evenkeel::telemetry
