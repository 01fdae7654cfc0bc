#include "proxy/call/stage_run.h"

#include <string>
#include <utility>

#include "lib/process/memory_guard.h"
#include "proxy/route/access_rules.h"
#include "proxy/route/header_edits.h"

namespace evenkeel::proxy {

using rpc::StatusCode;

StageRun::Outcome StageRun::Next() {
  const std::vector<Stage>& stages = facts_.route->traffic.stages;
  for (; next_ < stages.size(); ++next_) {
    // With this few kinds a switch, not a table of functions.
    const Step step = std::visit([this](const auto& stage) { return Take(stage); }, stages[next_]);
    if (step == Step::kRefuse) return Outcome::kRefused;
    if (step == Step::kWait) return Outcome::kWaits;
  }
  return Outcome::kPassed;
}

StageRun::Step StageRun::Take(const MemoryGate&) {
  const MemoryGuard* const memory = context_.memory;
  if (memory == nullptr || !memory->IsOver()) return Step::kGoOn;
  return Shed(telemetry::Shed::kMemory, StatusCode::kResourceExhausted,
              "evenkeel has reached its memory_limit of " + std::to_string(memory->limit() >> 20) +
                  " MiB and accepts no new calls for now");
}

// Which rule it was is nobody's business but the operator's.
StageRun::Step StageRun::Take(const AccessGate& stage) {
  const std::string_view path = request_.Find(":path").value_or("/");
  const AccessRules::Verdict verdict = stage->Judge(*facts_.client, facts_.caller, path, request_);
  rule_ = verdict.rule;
  if (verdict.outcome != AccessRules::Outcome::kDenied) return Step::kGoOn;
  refusal_ = FinalStatus{
      .status = {StatusCode::kPermissionDenied, "this client may not call " + std::string(path)}};
  return Step::kRefuse;
}

StageRun::Step StageRun::Take(const RateGate& stage) {
  const auto key = stage.key.empty() ? std::nullopt : request_.Find(stage.key);
  const auto wait = stage.limit->Take(key.value_or(""), context_.loop.Now());
  if (!wait) return Step::kGoOn;
  std::string text = "the route's rate_limit is reached";
  if (!stage.key.empty()) text += " for this " + stage.key;
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(*wait);
  return Shed(telemetry::Shed::kRateLimit, StatusCode::kResourceExhausted,
              text + "; the next call may start in " + std::to_string(rounded.count()) + " ms",
              wait);
}

// gRFC A32 has UNAVAILABLE for it.
StageRun::Step StageRun::Take(const ClusterGate&) {
  base::Limit& calls = facts_.cluster->limits().calls;
  if (calls.max() == 0) return Step::kGoOn;
  place_ = base::Permit(calls);
  if (place_) return Step::kGoOn;
  const bool adaptive = facts_.cluster->concurrency() != nullptr;
  return Shed(adaptive ? telemetry::Shed::kAdaptiveConcurrency : telemetry::Shed::kMaxCalls,
              StatusCode::kUnavailable,
              "cluster " + facts_.cluster->name() + " has all the " + std::to_string(calls.max()) +
                  " calls in flight that " +
                  (adaptive ? "adaptive_concurrency allows for now" : "limits.max_calls allows"));
}

// First the delay, then the abort (gRFC A33).
StageRun::Step StageRun::Take(const FaultStage& stage) {
  if (!fault_) {
    fault_ = stage->Draw(request_, context_.random);
    if (fault_->delay > base::Duration::zero()) return Wait(fault_->delay);
  }
  if (fault_->abort == nullptr) return Step::kGoOn;
  refusal_ = FinalStatus{.status = *fault_->abort};
  return Step::kRefuse;
}

StageRun::Step StageRun::Take(const RequestEdits& stage) {
  Edit(request_, stage.edits);
  return Step::kGoOn;
}

StageRun::Step StageRun::Take(const MirrorStage& stage) {
  if (context_.random.Unit() * 100 >= stage.percentage) return Step::kGoOn;
  Mirrors::Launch(context_, mirror_, facts_.routes->clusters[stage.cluster], request_,
                  facts_.deadline);
  mirrored_ = true;
  AddRequest(attempts_.kept(), attempts_.ended());
  return Step::kGoOn;
}

StageRun::Step StageRun::Shed(telemetry::Shed reason, StatusCode code, std::string text,
                              std::optional<base::Duration> pushback) {
  facts_.cluster->CountShed(reason);
  refusal_ = FinalStatus{.status = {code, std::move(text)},
                         .cause = rpc::Cause::kShed,
                         .pushback = pushback,
                         .reason = telemetry::ShedName(reason)};
  return Step::kRefuse;
}

StageRun::Step StageRun::Wait(base::Duration time) {
  timer_ = std::make_unique<net::Timer>(context_.loop, [this] { owner_.OnStagesResume(); });
  timer_->StartAfter(time);
  return Step::kWait;
}

void StageRun::End(rpc::Origin origin) {
  if (timer_) timer_->Stop();
  place_.Release();
  if (mirror_) mirror_.OnEnded(origin);
}

}  // namespace evenkeel::proxy
