#include "proxy/call/mirrored_call.h"

#include <algorithm>
#include <utility>

#include "lib/rpc/timeout.h"

namespace evenkeel::proxy {
namespace {

// Of a copy's request; more, and it is dropped: it must not cost what its original may.
constexpr size_t kMostUnsent = 256 * 1024;

// Of one worker.
constexpr size_t kMostCopies = 1000;

// A copy ends at its original's deadline, and so long after its original at the latest.
constexpr auto kLongest = std::chrono::minutes(1);

}  // namespace

std::weak_ptr<MirroredCall> MirroredCall::Launch(WorkerContext& context,
                                                 const base::LocalPtr<Cluster>& cluster,
                                                 const http2::HeaderList& request,
                                                 std::optional<base::Time> deadline) {
  if (context.mirrored.size() >= kMostCopies) return {};
  auto copy = std::make_shared<MirroredCall>(context, cluster, request, deadline);
  context.mirrored.emplace(copy.get(), copy);
  copy->Start();
  return copy;
}

MirroredCall::MirroredCall(WorkerContext& context, base::LocalPtr<Cluster> cluster,
                           http2::HeaderList request, std::optional<base::Time> deadline)
    : context_(context),
      cluster_(std::move(cluster)),
      request_(std::move(request)),
      deadline_(deadline),
      end_(deadline),
      timer_(context.loop, [this] { Drop(); }) {
  if (deadline) timer_.StartAt(*deadline);
}

void MirroredCall::Start() {
  const balancer::CallFacts facts{.path = request_.Find(":path").value_or(""),
                                  .now = context_.loop.Now(),
                                  .avoid = {},
                                  .hash_key = {}};
  Cluster::Member* member = cluster_->Pick(facts);
  if (member == nullptr) return Drop();
  Attempt::Owner& owner = *this;
  attempt_ = std::make_unique<Attempt>(context_, *cluster_, *member, owner);
  attempt_->Start();
}

void MirroredCall::Add(std::span<const uint8_t> bytes, http2::EndStream end) {
  if (over_) return;
  ended_ = end;
  unsent_ += bytes.size();
  if (unsent_ > kMostUnsent) return Drop();
  if (attempt_ && attempt_->open()) {
    attempt_->SendBody(bytes, end);
  } else {
    kept_.Append(bytes);
  }
}

void MirroredCall::OnOriginalEnded(rpc::Origin by) {
  if (over_) return;
  if (ended_ == http2::EndStream::kNo || by == rpc::Origin::kClient) return Drop();
  const base::Time latest = context_.loop.Now() + kLongest;
  end_ = end_ ? std::min(*end_, latest) : latest;
  timer_.StartAt(*end_);
}

void MirroredCall::OnAttemptOpen(Attempt&, http2::Session& session) {
  if (deadline_) {
    const base::Duration left = *deadline_ - context_.loop.Now();
    if (left <= base::Duration::zero()) return Drop();
    request_.Set("grpc-timeout", rpc::FormatTimeout(left));
  }
  attempt_->Open(session, request_, kept_.bytes(), ended_);
  kept_.Clear();
}

void MirroredCall::OnAttemptHeaders(Attempt&, http2::HeaderList headers, http2::EndStream end) {
  if (end == http2::EndStream::kYes) Answered(headers);
}

void MirroredCall::OnAttemptData(Attempt&, std::span<const uint8_t> bytes, http2::EndStream end) {
  if (end == http2::EndStream::kYes) return Answered({});
  attempt_->ReturnCredit(bytes.size());
}

void MirroredCall::OnAttemptTrailers(Attempt&, http2::HeaderList trailers) { Answered(trailers); }

void MirroredCall::OnAttemptSent(Attempt&, size_t count) { unsent_ -= count; }

void MirroredCall::OnAttemptFailed(Attempt&, const rpc::AttemptOutcome& outcome,
                                   const std::string&) {
  End(outcome);
}

void MirroredCall::Answered(const http2::HeaderList& last) {
  const auto status = rpc::ParseStatus(last.Find("grpc-status").value_or(""));
  End({status.value_or(rpc::StatusCode::kUnknown),
       rpc::Origin::kEndpoint,
       {},
       rpc::Cause::kAnswered});
}

void MirroredCall::Drop() {
  End({rpc::StatusCode::kCancelled, rpc::Origin::kProxy, {}, rpc::Cause::kLocal});
}

void MirroredCall::End(const rpc::AttemptOutcome& outcome) {
  if (std::exchange(over_, true)) return;
  timer_.Stop();
  if (attempt_) {
    attempt_->End(outcome);
    context_.loop.DeleteLater(std::move(attempt_));
  }
  const auto at = context_.mirrored.find(this);
  context_.loop.DeleteLater(std::make_unique<std::shared_ptr<MirroredCall>>(at->second));
  context_.mirrored.erase(at);
}

}  // namespace evenkeel::proxy
