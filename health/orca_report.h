// OrcaReport: an endpoint's report of its own load (gRFC A51), from a trailer or from the
// out-of-band stream, as the balancer reads it. Keeps its memory from report to report; one for
// each worker.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "balancer/load_report.h"

namespace evenkeel::health {

class OrcaReport {
 public:
  OrcaReport();
  ~OrcaReport();

  /// The value of an `endpoint-load-metrics-bin` field: base64, padded or not. Null when it is no
  /// report; else valid until the next Parse.
  const balancer::LoadReport* ParseTrailer(std::string_view base64);
  /// A serialized xds.data.orca.v3.OrcaLoadReport. As above.
  const balancer::LoadReport* ParseMessage(std::string_view message);

 private:
  struct Message;  // keeps protobuf out of this header

  std::unique_ptr<Message> message_;
  std::string decoded_;
  std::vector<balancer::LoadReport::Metric> utilization_;
  std::vector<balancer::LoadReport::Metric> named_metrics_;
  balancer::LoadReport report_;
};

}  // namespace evenkeel::health
