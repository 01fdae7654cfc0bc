#include "health/orca_report.h"

#include <google/protobuf/stubs/strutil.h>

#include <cmath>

#include "xds/data/orca/v3/orca_load_report.pb.h"

namespace evenkeel::health {
namespace {

using Metric = balancer::LoadReport::Metric;

// A report is a few numbers; more is no report but an attack on the parser.
constexpr size_t kMaxReport = 16 * 1024;

// Values that are no number would poison every average they get into.
template <typename Map>
void Fill(std::vector<Metric>& metrics, const Map& map) {
  metrics.clear();
  for (const auto& [name, value] : map) {
    if (std::isfinite(value)) metrics.push_back({name, value});
  }
}

double Finite(double value) { return std::isfinite(value) ? value : 0; }

}  // namespace

struct OrcaReport::Message {
  xds::data::orca::v3::OrcaLoadReport proto;
};

OrcaReport::OrcaReport() : message_(std::make_unique<Message>()) {}
OrcaReport::~OrcaReport() = default;

const balancer::LoadReport* OrcaReport::ParseTrailer(std::string_view base64) {
  if (base64.size() > kMaxReport) return nullptr;
  if (!google::protobuf::Base64Unescape({base64.data(), base64.size()}, &decoded_)) return nullptr;
  return ParseMessage(decoded_);
}

const balancer::LoadReport* OrcaReport::ParseMessage(std::string_view message) {
  if (message.size() > kMaxReport) return nullptr;
  auto& proto = message_->proto;
  if (!proto.ParseFromArray(message.data(), static_cast<int>(message.size()))) return nullptr;
  Fill(utilization_, proto.utilization());
  Fill(named_metrics_, proto.named_metrics());
  report_ = {.application_utilization = Finite(proto.application_utilization()),
             .cpu_utilization = Finite(proto.cpu_utilization()),
             .mem_utilization = Finite(proto.mem_utilization()),
             .qps = Finite(proto.rps_fractional()),
             .eps = Finite(proto.eps()),
             .utilization = utilization_,
             .named_metrics = named_metrics_};
  return &report_;
}

}  // namespace evenkeel::health
