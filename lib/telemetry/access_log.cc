#include "lib/telemetry/access_log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/random.h"
#include "lib/telemetry/access_line.h"
#include "lib/telemetry/counter.h"
#include "lib/telemetry/record_ring.h"

namespace evenkeel::telemetry {
namespace {

// What is written at once.
constexpr size_t kBatch = 64 * 1024;

// A chance as a random number is compared with it; all: they are not asked.
constexpr uint64_t kAll = UINT64_MAX;
uint64_t ChanceOf(double percentage) {
  if (percentage >= 100) return kAll;
  return static_cast<uint64_t>(percentage / 100 * 0x1p63) * 2;
}

// What the wall clock said at the loop's time 0. Looked at now and then, it follows jumps.
std::chrono::system_clock::time_point Epoch() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::system_clock::now() -
         std::chrono::duration_cast<std::chrono::system_clock::duration>(since);
}

}  // namespace

// The outputs: which calls each wants, and how the writer's thread brings them there.
class AccessLog::Plan {
 public:
  struct Rule {
    uint64_t chance;
    base::Duration slow;  // longer is
    double sample_rate;
    std::shared_ptr<AccessLogCounts> counts;

    bool IsUrgent(const CallRecord& call) const {
      return call.status != rpc::StatusCode::kOk || call.ended - call.started > slow;
    }
  };
  struct Way {
    std::shared_ptr<LineStream> stream;
    AccessLineWriter writer;
    std::string text{};
    uint64_t lines = 0;

    void Append(const RingedCall& call, const AccessLineWriter::Facts& facts) {
      writer.Append(text, call, facts);
      ++lines;
      if (text.size() >= kBatch) HandOn();
    }
    void HandOn() {
      if (lines > 0) stream->Write(std::exchange(text, {}), std::exchange(lines, 0));
    }
  };

  void Add(const Output& output, std::shared_ptr<AccessLogCounts> counts,
           std::shared_ptr<LineStream> stream) {
    rules_.push_back({.chance = ChanceOf(output.percentage),
                      .slow = output.slower_than.value_or(base::Duration::max()),
                      .sample_rate = output.percentage / 100,
                      .counts = std::move(counts)});
    ways_.push_back({.stream = std::move(stream), .writer = AccessLineWriter(output.format)});
  }
  /// Workers read them.
  const std::vector<Rule>& rules() const { return rules_; }
  /// One for each rule. The writer's thread's own, apart from what workers read.
  std::vector<Way>& ways() const { return ways_; }

 private:
  std::vector<Rule> rules_;
  mutable std::vector<Way> ways_;
};

// A worker's way into a plan.
struct AccessLogFeed {
  AccessLogFeed(std::shared_ptr<const AccessLog::Plan> chosen, unsigned number)
      : plan(std::move(chosen)), worker(number) {}

  const std::shared_ptr<const AccessLog::Plan> plan;
  const unsigned worker;
  RecordRing ring;
  std::array<Counter, AccessLog::kMostOutputs> sampled_out;
  std::array<Counter, AccessLog::kMostOutputs> dropped;   // for want of room in the ring
  std::array<uint64_t, AccessLog::kMostOutputs> added{};  // of sampled_out, to the counts
  std::array<uint64_t, AccessLog::kMostOutputs> told{};   // of dropped
  std::atomic<bool> ended = false;                        // nothing comes any more
};

class AccessLogSink final : public CallSink {
 public:
  AccessLogSink(std::shared_ptr<AccessLogFeed> feed, std::shared_ptr<Waker> waker, uint64_t seed)
      : feed_(std::move(feed)), waker_(std::move(waker)), random_(seed) {}
  ~AccessLogSink() override { feed_->ended.store(true, std::memory_order_release); }

  void OnCallStarted(const CallRecord&) override {}

  void OnCallEnded(const CallRecord& call) override {
    uint32_t marks = 0;
    RecordRing::Urgent urgent = RecordRing::Urgent::kNo;
    const auto& rules = feed_->plan->rules();
    for (size_t i = 0; i < rules.size(); ++i) {
      if (rules[i].IsUrgent(call)) {
        urgent = RecordRing::Urgent::kYes;
      } else if (rules[i].chance != kAll && random_() >= rules[i].chance) {
        feed_->sampled_out[i].Add();
        continue;
      }
      marks |= uint32_t{1} << i;
    }
    if (marks == 0) return;
    if (!feed_->ring.Push(call, marks, urgent)) Drop(marks);
    const Waker::Sleep sleep = waker_->sleep();
    if (sleep == Waker::Sleep::kLong ||
        (sleep == Waker::Sleep::kShort && feed_->ring.is_filling())) {
      waker_->Wake();
    }
  }

 private:
  void Drop(uint32_t marks) {
    for (size_t i = 0; i < AccessLog::kMostOutputs; ++i) {
      if ((marks >> i & 1) != 0) feed_->dropped[i].Add();
    }
  }

  const std::shared_ptr<AccessLogFeed> feed_;
  const std::shared_ptr<Waker> waker_;
  base::Random random_;
};

// On the writer's thread it has no part of the AccessLog, which may have gone.
class AccessLog::Collector final : public LineSource {
 public:
  void Add(std::shared_ptr<AccessLogFeed> feed) {
    const std::lock_guard lock(mutex_);
    feeds_.push_back(std::move(feed));
  }

  bool Collect() override {
    bool found = false;
    for (const std::shared_ptr<AccessLogFeed>& each : Feeds()) {
      const bool ended = each->ended.load(std::memory_order_acquire);
      if (Collect(*each)) found = true;
      if (ended) Remove(each);  // it was drained after its end
    }
    return found;
  }

 private:
  std::vector<std::shared_ptr<AccessLogFeed>> Feeds() {
    const std::lock_guard lock(mutex_);
    return feeds_;
  }
  void Remove(const std::shared_ptr<AccessLogFeed>& feed) {
    const std::lock_guard lock(mutex_);
    std::erase(feeds_, feed);
  }

  static bool Collect(AccessLogFeed& feed) {
    const auto& rules = feed.plan->rules();
    auto& ways = feed.plan->ways();
    AccessLineWriter::Facts facts{.epoch = Epoch(), .worker = feed.worker};
    const size_t count = feed.ring.Drain([&](const RingedCall& call) {
      for (size_t i = 0; i < ways.size(); ++i) {
        if ((call.marks >> i & 1) == 0) continue;
        facts.sample_rate = rules[i].IsUrgent(call.record) ? 1 : rules[i].sample_rate;
        ways[i].Append(call, facts);
      }
    });
    for (size_t i = 0; i < ways.size(); ++i) {
      ways[i].HandOn();
      const uint64_t dropped = feed.dropped[i].value();
      ways[i].stream->CountDropped(dropped - std::exchange(feed.told[i], dropped));
      const uint64_t sampled_out = feed.sampled_out[i].value();
      rules[i].counts->sampled_out += sampled_out - std::exchange(feed.added[i], sampled_out);
    }
    return count > 0;
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<AccessLogFeed>> feeds_;
};

AccessLog::AccessLog(OutputThread& writer, AccessLogMetrics& metrics)
    : writer_(writer), metrics_(metrics), collector_(std::make_shared<Collector>()) {
  writer_.CollectFrom(collector_);
}

AccessLog::~AccessLog() = default;

base::Result<std::shared_ptr<const AccessLog::Plan>, std::string> AccessLog::Open(
    const std::vector<Output>& outputs) {
  CHECK(outputs.size() <= kMostOutputs);
  auto plan = std::make_shared<Plan>();
  for (const Output& each : outputs) {
    auto counts = metrics_.Of(each.to);
    LineStream::Settings settings;
    settings.counts = counts;
    settings.tell = [format = each.format](uint64_t dropped) {
      const Field fields[] = {{"dropped", dropped}};
      return FormatLogLine(format, std::chrono::system_clock::now(), LogLevel::kWarning,
                           "access log lines dropped", fields);
    };
    std::shared_ptr<LineStream> stream;
    if (each.to == kStandardOutput) {
      stream = writer_.To(STDOUT_FILENO, std::move(settings));
    } else {
      auto opened = writer_.To(each.to, std::move(settings));
      if (!opened) return base::Error("access_log: " + opened.error());
      stream = std::move(*opened);
    }
    plan->Add(each, std::move(counts), std::move(stream));
  }
  return plan;
}

std::unique_ptr<CallSink> AccessLog::MakeSink(const std::shared_ptr<const Plan>& plan,
                                              unsigned worker, uint64_t seed) {
  if (plan->rules().empty()) return nullptr;
  auto feed = std::make_shared<AccessLogFeed>(plan, worker);
  collector_->Add(feed);
  return std::make_unique<AccessLogSink>(std::move(feed), writer_.waker(), seed);
}

}  // namespace evenkeel::telemetry
