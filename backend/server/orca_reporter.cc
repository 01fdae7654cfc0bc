#include "backend/server/orca_reporter.h"

namespace evenkeel::backend {

const xds::data::orca::v3::OrcaLoadReport& OrcaReporter::Report() {
  const LoadMeter::Load load = meter_.Read();
  const ProcessUsage::Usage& usage = usage_.Read();
  report_.set_cpu_utilization(usage.cpu);
  report_.set_mem_utilization(usage.memory);
  report_.set_rps_fractional(load.calls_per_second);
  report_.set_eps(load.errors_per_second);
  report_.set_application_utilization(load.utilization);
  (*report_.mutable_named_metrics())["queued_calls"] = static_cast<double>(slots_.queued());
  return report_;
}

}  // namespace evenkeel::backend
