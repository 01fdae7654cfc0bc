// LoadReport: what a replica says of its own load (ORCA, gRFC A51), in-band or out-of-band.
//
// A view: the names and values belong to the parsed message and live as long as the call that takes
// the report. Where it came from is not the balancer's business.
#pragma once

#include <span>
#include <string_view>

namespace evenkeel::balancer {

struct LoadReport {
  struct Metric {
    std::string_view name;
    double value = 0;
  };
  // The fields of xds.data.orca.v3.OrcaLoadReport; 0 means not reported, as in proto3.
  double application_utilization = 0;
  double cpu_utilization = 0;
  double mem_utilization = 0;
  double qps = 0;  ///< `rps_fractional`
  double eps = 0;  ///< errors a second
  std::span<const Metric> utilization{};
  std::span<const Metric> named_metrics{};
};

}  // namespace evenkeel::balancer
