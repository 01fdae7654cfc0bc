#include "lib/telemetry/tls_metrics.h"

#include "lib/telemetry/samples.h"

namespace evenkeel::telemetry {
namespace {

double UnixSeconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

}  // namespace

void TlsMetrics::Collect(std::vector<MetricFamily>& families) const {
  MetricFamily begin =
      GaugeFamily("evenkeel_tls_certificate_not_before_timestamp_seconds",
                  "From when the certificate of the file that ends first is valid, as Unix time.");
  MetricFamily end =
      GaugeFamily("evenkeel_tls_certificate_not_after_timestamp_seconds",
                  "Until when the certificate of the file that ends first is valid, as Unix time.");
  for (const CertificateValidity& each : certificates_) {
    AddGauge(begin, {{"file", each.file}}, UnixSeconds(each.not_before));
    AddGauge(end, {{"file", each.file}}, UnixSeconds(each.not_after));
  }
  families.push_back(std::move(begin));
  families.push_back(std::move(end));
}

}  // namespace evenkeel::telemetry
