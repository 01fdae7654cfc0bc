#include "proxy/call/mirrors.h"

#include <algorithm>
#include <utility>

#include "lib/net/timer.h"

namespace evenkeel::proxy {
namespace {

// Of a copy's request; more, and it is dropped: it must not cost what its original may.
constexpr size_t kMostUnsent = 256 * 1024;

// Of one worker.
constexpr size_t kMostCopies = 1000;

// A copy ends at its original's deadline, and so long after its original at the latest.
constexpr auto kLongest = std::chrono::minutes(1);

// It is tried once.
const CallRules kRules;

}  // namespace

class Mirrors::Copy final : public base::Pooled, private AnswerHandler {
 public:
  Copy(WorkerContext& context, Original& original, base::LocalPtr<Cluster> cluster,
       http2::HeaderList request, std::optional<base::Time> deadline)
      : context_(context),
        original_(&original),
        cluster_(std::move(cluster)),
        request_(std::move(request)),
        deadline_(deadline),
        attempts_(context, request_, record_, *this),
        timer_(context.loop, [this] { Drop(); }) {
    record_.started = context.loop.Now();
    record_.method = context.metrics.FindMethod(request_.Find(":path").value_or(""));
    if (deadline) timer_.StartAt(*deadline);
  }
  ~Copy() {
    if (original_ != nullptr) original_->copy_ = nullptr;
  }

  void Begin() {
    attempts_.Begin({cluster_.get(), &kRules, deadline_, ""});
    if (!over_ && record_.attempts == 0) Drop();  // it would wait for an endpoint
  }
  void Add(std::span<const uint8_t> bytes, http2::EndStream end) {
    unsent_ += bytes.size();
    if (unsent_ > kMostUnsent) return Drop();
    ended_ = end;
    attempts_.AddRequest(bytes, end);
  }
  void OnOriginalEnded(rpc::Origin by) {
    std::exchange(original_, nullptr)->copy_ = nullptr;
    if (ended_ == http2::EndStream::kNo || by == rpc::Origin::kClient) return Drop();
    timer_.StartAt(EndAfterOriginal(context_.loop.Now(), deadline_));
  }

 private:
  void OnAnswerHeaders(http2::HeaderList) override {}
  void OnAnswerData(std::span<const uint8_t> bytes) override {
    attempts_.ReturnCredit(bytes.size());
  }
  void End(const FinalStatus&) override { Leave(); }
  void OnTooLate() override { Drop(); }
  void OnCreditDue(size_t count) override { unsent_ -= count; }

  void Drop() {
    if (over_) return;
    attempts_.Cancel({.status = {rpc::StatusCode::kCancelled, ""}});
    Leave();
  }
  void Leave() {
    over_ = true;
    timer_.Stop();
    if (original_ != nullptr) std::exchange(original_, nullptr)->copy_ = nullptr;
    auto& copies = context_.mirrors->copies_;
    const auto at = copies.find(this);
    context_.loop.DeleteLater(std::move(at->second));
    copies.erase(at);
  }

  WorkerContext& context_;
  Original* original_;  // null: it has ended
  const base::LocalPtr<Cluster> cluster_;
  http2::HeaderList request_;
  const std::optional<base::Time> deadline_;
  size_t unsent_ = 0;  // bytes of the request that have not left
  http2::EndStream ended_ = http2::EndStream::kNo;
  bool over_ = false;
  telemetry::CallRecord record_;
  AttemptSet attempts_;
  net::Timer timer_;
};

void Mirrors::Original::Add(std::span<const uint8_t> bytes, http2::EndStream end) {
  copy_->Add(bytes, end);
}

void Mirrors::Original::OnEnded(rpc::Origin by) { copy_->OnOriginalEnded(by); }

void Mirrors::Launch(WorkerContext& context, Original& original,
                     const base::LocalPtr<Cluster>& cluster, const http2::HeaderList& request,
                     std::optional<base::Time> deadline) {
  if (!context.mirrors) context.mirrors = std::make_shared<Mirrors>();
  auto& copies = context.mirrors->copies_;
  if (copies.size() >= kMostCopies) return;
  auto copy = std::make_unique<Copy>(context, original, cluster, request, deadline);
  Copy& started = *copy;
  original.copy_ = &started;
  copies.emplace(&started, std::move(copy));
  started.Begin();
}

Mirrors::Mirrors() = default;
Mirrors::~Mirrors() = default;

base::Time Mirrors::EndAfterOriginal(base::Time now, std::optional<base::Time> deadline) {
  const base::Time latest = now + kLongest;
  return deadline ? std::min(*deadline, latest) : latest;
}

}  // namespace evenkeel::proxy
