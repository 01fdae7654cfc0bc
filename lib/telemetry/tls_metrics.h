// TlsMetrics: how long the certificates of the configuration are valid; a part of Metrics. Main
// thread. Handshakes are counted by WorkerMetrics.
#pragma once

#include <prometheus/metric_family.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::telemetry {

/// Of a file's certificates, the one that ends first.
struct CertificateValidity {
  std::string file;  ///< its path, as configured
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
  bool operator==(const CertificateValidity&) const = default;
};

class TlsMetrics {
 public:
  /// All that there are from now on; no file twice.
  void SetCertificates(std::vector<CertificateValidity> certificates) {
    certificates_ = std::move(certificates);
  }

  void Collect(std::vector<prometheus::MetricFamily>& families) const;

 private:
  std::vector<CertificateValidity> certificates_;
};

}  // namespace evenkeel::telemetry
