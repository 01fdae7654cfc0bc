#include "backend/server/orca_service.h"

#include <grpcpp/alarm.h>

#include <algorithm>
#include <chrono>

namespace evenkeel::backend {
namespace {

using Service = xds::service::orca::v3::OpenRcaService::AsyncService;
using xds::data::orca::v3::OrcaLoadReport;
using xds::service::orca::v3::OrcaLoadReportRequest;

base::Duration Interval(const OrcaLoadReportRequest& request, base::Duration min_interval) {
  // Whoever asks for longer than a day gets a day: it keeps the sum below within range.
  constexpr int64_t kLongest = 24 * 60 * 60;
  const auto& wanted = request.report_interval();
  return std::max<base::Duration>(
      min_interval, std::chrono::seconds(std::clamp<int64_t>(wanted.seconds(), 0, kLongest)) +
                        std::chrono::nanoseconds(wanted.nanos()));
}

class StreamCall final : public Call {
 public:
  StreamCall(CallSet& calls, OrcaReporter& reporter, base::Duration min_interval, Service& service)
      : Call(calls), reporter_(reporter), min_interval_(min_interval), service_(service) {
    service.RequestStreamCoreMetrics(&context(), &request_, &writer_, queue(), queue(),
                                     BeginMatch());
  }

  void OnDrain() override {
    if (running() && waiting_) alarm_.Cancel();
  }

 private:
  void Renew() override { calls().Start<StreamCall>(reporter_, min_interval_, service_); }

  void Accepted() override {
    interval_ = Interval(request_, min_interval_);
    Write();
  }

  void Write() {
    report_ = reporter_.Report();
    writer_.Write(report_, Begin(written_));
  }

  void OnWritten(bool ok) {
    if (!ok || !running()) return;
    if (calls().draining()) return Finish();
    waiting_ = true;
    alarm_.Set(queue(),
               std::chrono::system_clock::now() +
                   std::chrono::duration_cast<std::chrono::system_clock::duration>(interval_),
               Begin(interval_passed_));
  }

  void OnIntervalPassed(bool ok) {
    waiting_ = false;
    if (!running()) return;
    if (calls().draining()) return Finish();
    if (ok) Write();
  }

  void Finish() {
    writer_.Finish({grpc::StatusCode::UNAVAILABLE, "this replica shuts down"}, Begin(finished_));
  }
  void OnFinished(bool /*ok*/) {}

  void Ended() override {
    if (waiting_) alarm_.Cancel();
  }

  OrcaReporter& reporter_;
  const base::Duration min_interval_;
  Service& service_;
  OrcaLoadReportRequest request_;
  OrcaLoadReport report_;
  base::Duration interval_{};
  grpc::Alarm alarm_;
  bool waiting_ = false;
  grpc::ServerAsyncWriter<OrcaLoadReport> writer_{&context()};
  Step written_{this, &StreamCall::OnWritten};
  Step interval_passed_{this, &StreamCall::OnIntervalPassed};
  Step finished_{this, &StreamCall::OnFinished};
};

}  // namespace

void OrcaService::Serve(CallSet& calls) {
  calls.Start<StreamCall>(reporter_, min_interval_, service_);
}

}  // namespace evenkeel::backend
