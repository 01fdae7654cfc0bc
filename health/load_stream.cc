#include "health/load_stream.h"

#include <utility>

#include "xds/service/orca/v3/orca.pb.h"

namespace evenkeel::health {
namespace {

constexpr std::string_view kPath = "/xds.service.orca.v3.OpenRcaService/StreamCoreMetrics";
constexpr size_t kMaxReport = 16 * 1024;

std::string Request(base::Duration period) {
  xds::service::orca::v3::OrcaLoadReportRequest request;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(period);
  request.mutable_report_interval()->set_seconds(seconds.count());
  request.mutable_report_interval()->set_nanos(static_cast<int32_t>((period - seconds).count()));
  return request.SerializeAsString();
}

}  // namespace

LoadStream::LoadStream(net::EventLoop& loop, base::Random& random, pool::Pool& pool,
                       base::Duration period, ReportHandler on_report,
                       const pool::Backoff::Settings& backoff)
    : loop_(loop),
      random_(random),
      pool_(pool),
      period_(period),
      on_report_(std::move(on_report)),
      backoff_(backoff),
      retry_(loop, [this] { Start(); }) {}

void LoadStream::Start() {
  backoff_.AttemptStarted(loop_.Now(), random_);
  pool_.Open(*this);
}

void LoadStream::Restart() {
  if (!call_) return;  // it waits for a connection, or for its time
  loop_.DeleteLater(std::move(call_));
  RetryLater();
}

void LoadStream::OnRoom(http2::Session& session) {
  if (without_service_ == pool_.connections_begun()) return RetryLater();
  rpc::ClientCall::Handler& handler = *this;
  call_ = std::make_unique<rpc::ClientCall>(
      session, rpc::CallHeaders(session, kPath, pool_.endpoint()->address()), Request(period_),
      kMaxReport, handler);
}

void LoadStream::OnUnavailable(const std::string&) { RetryLater(); }

void LoadStream::OnMessage(std::string_view message) {
  backoff_.Reset();
  if (const balancer::LoadReport* report = report_.ParseMessage(message)) on_report_(*report);
}

void LoadStream::OnEnd(const rpc::Status& status) {
  loop_.DeleteLater(std::move(call_));
  if (status.code == rpc::StatusCode::kUnimplemented) {
    without_service_ = pool_.connections_begun();
  }
  RetryLater();
}

void LoadStream::OnLost(const std::string&) {
  loop_.DeleteLater(std::move(call_));
  RetryLater();
}

void LoadStream::RetryLater() { retry_.StartAt(backoff_.next()); }

}  // namespace evenkeel::health
