#include "health/cluster_health.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "lib/base/check.h"

namespace evenkeel::health {
namespace {

using balancer::Eligibility;
using telemetry::Event;

constexpr size_t kEligibilityCount = 5;

// Of one endpoint's other reasons to be down that many are told in that time.
constexpr auto kNewsPeriod = std::chrono::minutes(1);
constexpr uint32_t kNewsInPeriod = 3;

// From one reminder of an endpoint that stays down to the next: doubles from the first to the last.
constexpr auto kFirstReminder = std::chrono::minutes(1);
constexpr auto kLastReminder = std::chrono::hours(1);

// One word for metrics, the log and the admin port.
std::string_view StateName(Eligibility state) {
  switch (state) {
    case Eligibility::kEligible:
      return "ready";
    case Eligibility::kNotConnected:
      return "not_connected";
    case Eligibility::kNotServing:
      return "not_serving";
    case Eligibility::kEjected:
      return "ejected";
    case Eligibility::kDraining:
      return "draining";
  }
  CHECK(!"a value outside Eligibility");
}

balancer::EndpointSet::Health SetHealthOf(Health health) {
  switch (health) {
    case Health::kUnknown:
    case Health::kAsked:
      return balancer::EndpointSet::Health::kUnanswered;
    case Health::kServing:
      return balancer::EndpointSet::Health::kServing;
    case Health::kNotServing:
      return balancer::EndpointSet::Health::kNotServing;
  }
  CHECK(!"a value outside Health");
}

// Worth a warning. An endpoint in use by panic, or ejected, is missed as well when it dies.
bool IsLoss(Eligibility before, Eligibility now) {
  if (now == Eligibility::kNotConnected) return before != Eligibility::kNotConnected;
  return before == Eligibility::kEligible && now != Eligibility::kEjected;
}

std::string Seconds(base::Duration duration) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(duration).count()) + " s";
}

}  // namespace

ClusterHealth::ClusterHealth(const config::Cluster& config, balancer::EndpointSet& endpoints,
                             const base::Clock& clock, base::Random& random,
                             telemetry::HealthMetrics& metrics, telemetry::Log& log)
    : name_(config.name),
      asked_(config.health_check.has_value()),
      grace_(config.health_check.value_or(config::HealthCheck{}).startup_grace),
      detection_(config.outlier_detection),
      endpoints_(endpoints),
      clock_(clock),
      random_(random),
      metrics_(metrics),
      log_(log),
      start_(clock.Now()) {
  AddRecords();
  if (detection_) StartEjection();
}

void ClusterHealth::Update(const config::Cluster& config) {
  DropRecords();
  SetHealthCheck(config.health_check);
  SetDetection(config.outlier_detection);
  AddRecords();
  if (ejection_) {
    ejection_->Update(EjectionMembers(), clock_.Now());
  } else if (detection_) {
    StartEjection();
  }
}

void ClusterHealth::SetHealthCheck(const std::optional<config::HealthCheck>& check) {
  if (std::exchange(asked_, check.has_value()) == check.has_value()) return;
  for (auto& [endpoint, record] : records_) {
    record.health = Health::kServing;
    record.probe_result.reset();
    endpoints_.SetHealth(*endpoint, SetHealthOf(record.health));
    Follow(record, "health check", asked_ ? "not asked yet" : "no longer asked");
  }
}

void ClusterHealth::SetDetection(const std::optional<config::OutlierDetection>& detection) {
  const bool goes_on = detection && ejection_ && detection->mode == detection_->mode;
  if (!goes_on) EndEjections();
  detection_ = detection;
  if (ejection_) ejection_->SetSettings(*detection);
  for (auto& [endpoint, record] : records_) {
    if (!detection_) {
      record.outcomes.reset();
    } else if (record.outcomes) {
      record.outcomes->set_threshold(FailureThreshold());
    } else {
      record.outcomes = std::make_shared<OutcomeCounters>(FailureThreshold());
    }
  }
}

void ClusterHealth::EndEjections() {
  for (auto& [endpoint, record] : records_) {
    if (endpoints_.Return(*endpoint)) Follow(record, "ejection over", "its ejection is over");
  }
  ejection_.reset();
}

void ClusterHealth::DropRecords() {
  std::unordered_map<const balancer::Endpoint*, Record> before;
  before.swap(records_);
  for (const balancer::EndpointPtr& each : endpoints_.endpoints()) {
    if (auto known = before.extract(each.get())) records_.insert(std::move(known));
  }
  for (const auto& [endpoint, record] : before) metrics_.Forget(name_, endpoint->address());
}

void ClusterHealth::AddRecords() {
  for (const balancer::EndpointPtr& each : endpoints_.endpoints()) {
    if (!records_.contains(each.get())) records_[each.get()] = MakeRecord(each);
  }
}

ClusterHealth::Record ClusterHealth::MakeRecord(const balancer::EndpointPtr& endpoint) {
  Record record;
  record.endpoint = endpoint;
  record.since = clock_.Now();
  if (detection_) record.outcomes = std::make_shared<OutcomeCounters>(FailureThreshold());
  // Nobody is picked before its first good answer.
  if (asked_) endpoints_.SetHealth(*endpoint, SetHealthOf(Health::kUnknown));
  metrics_.SetState(name_, endpoint->address(), StateName(record.state));
  return record;
}

void ClusterHealth::StartEjection() {
  const auto is_eligible = [this](const balancer::Endpoint& endpoint) {
    return endpoints_.EligibilityOf(endpoint) == Eligibility::kEligible;
  };
  ejection_.emplace(*detection_, EjectionMembers(), random_, is_eligible, clock_.Now());
}

std::vector<Ejection::Member> ClusterHealth::EjectionMembers() const {
  std::vector<Ejection::Member> members;
  members.reserve(records_.size());
  for (const balancer::EndpointPtr& each : endpoints_.endpoints()) {
    members.push_back({each, records_.at(each.get()).outcomes});
  }
  return members;
}

uint32_t ClusterHealth::FailureThreshold() const {
  return detection_->consecutive_failures ? detection_->consecutive_failures->threshold : 0;
}

std::shared_ptr<OutcomeCounters> ClusterHealth::OutcomesOf(
    const balancer::Endpoint& endpoint) const {
  const Record* record = Find(endpoint);
  return record == nullptr ? nullptr : record->outcomes;
}

bool ClusterHealth::OnConnection(const balancer::Endpoint& endpoint, int change,
                                 const std::string& reason) {
  Record* record = Find(endpoint);
  if (record == nullptr) return false;
  const bool other_reason = change <= 0 && record->connection != reason;
  if (change <= 0) record->connection = reason;
  // With health checks it is the answer that counts, not yet the connection.
  const bool is_try = !asked_ || change == 0;
  const bool is_news = is_try && !std::exchange(record->tried, true);
  log_.Tell(Event::kConnectionNews, {{"cluster", name_},
                                     {"endpoint", endpoint.address()},
                                     {"change", change},
                                     {"reason", reason}});
  const bool changed = change != 0 && endpoints_.ConnectionsChanged(endpoint, change);
  const bool moved = Follow(*record, "connection", reason);
  if (is_news && change == 0) {
    TellFirstFailure(*record);
  } else if (change == 0 && other_reason && !moved) {
    TellOtherReason(*record);
  }
  return moved || changed || is_news;
}

bool ClusterHealth::OnProbe(const balancer::Endpoint& endpoint, const ProbeReport& report) {
  Record* record = Find(endpoint);
  if (record == nullptr) return false;
  // A check with other settings begins anew; what was answered holds until it is answered again.
  const bool has_answered =
      record->health == Health::kServing || record->health == Health::kNotServing;
  if (report.health == Health::kAsked && has_answered) return false;
  const bool is_first = report.health != Health::kAsked && !std::exchange(record->tried, true);
  const bool is_news = record->health != report.health;
  const Health before = std::exchange(record->health, report.health);
  record->probe_detail = report.detail;
  if (report.result) {
    record->probe_result = report.result;
    record->probed = clock_.Now();
    metrics_.Probed(name_, endpoint.address(), ProbeResultName(*report.result));
    log_.Tell(Event::kProbeAnswered, {{"cluster", name_},
                                      {"endpoint", endpoint.address()},
                                      {"result", ProbeResultName(*report.result)},
                                      {"detail", report.detail}});
    TellOnce(*report.result, report.detail);
  }
  bool changed = endpoints_.SetHealth(endpoint, SetHealthOf(report.health));
  if (report.health == Health::kServing && before != Health::kServing) {
    changed = ReturnEarly(*record) || changed;
  }
  const bool moved = Follow(*record, "health check", report.detail);
  if (is_first && report.health == Health::kNotServing) TellFirstFailure(*record);
  return moved || changed || is_news;
}

// It was down and says that it is up: what was held against it before is past.
bool ClusterHealth::ReturnEarly(Record& record) {
  if (!ejection_ || !ejection_->Return(*record.endpoint)) return false;
  return endpoints_.Return(*record.endpoint);
}

bool ClusterHealth::OnConsecutiveFailures(const balancer::Endpoint& endpoint) {
  if (!ejection_) return false;
  const auto event = ejection_->OnConsecutiveFailures(endpoint, clock_.Now());
  return event && Act(*event);
}

bool ClusterHealth::Sweep() {
  bool changed = false;
  for (const Ejection::Event& each : ejection_->Sweep(clock_.Now())) changed |= Act(each);
  return changed;
}

std::optional<base::Duration> ClusterHealth::sweep_interval() const {
  if (!detection_) return std::nullopt;
  return detection_->interval;
}

bool ClusterHealth::Act(const Ejection::Event& event) {
  Record& record = *Find(*event.endpoint);
  if (event.kind == Ejection::Event::Kind::kReturned) {
    const bool changed = endpoints_.Return(*event.endpoint);
    return Follow(record, "ejection over", "its ejection is over") || changed;
  }
  const std::string_view method = AlgorithmName(event.algorithm);
  if (event.kind == Ejection::Event::Kind::kNotEjected) {
    metrics_.NotEjected(name_, method, event.unenforced);
    log_.Tell(Event::kEndpointNotEjected, {{"cluster", name_},
                                           {"endpoint", event.endpoint->address()},
                                           {"detection_method", method},
                                           {"unenforced_reason", event.unenforced},
                                           {"why", event.why}});
    return false;
  }
  metrics_.Ejected(name_, method);
  record.ejection = event.why;
  log_.Tell(Event::kEndpointEjected, {{"cluster", name_},
                                      {"endpoint", event.endpoint->address()},
                                      {"detection_method", method},
                                      {"for", Seconds(event.length)},
                                      {"why", event.why}});
  const bool changed = endpoints_.Eject(*event.endpoint);
  return Follow(record, method, event.why) || changed;
}

bool ClusterHealth::Follow(Record& record, std::string_view reason, const std::string& why) {
  const Eligibility now = endpoints_.EligibilityOf(*record.endpoint);
  if (now == Eligibility::kEligible) was_eligible_ = true;
  if (now == record.state) return false;
  const Eligibility before = std::exchange(record.state, now);
  record.since = clock_.Now();
  record.why = why;
  record.reminder.reset();
  metrics_.StateChanged(name_, record.endpoint->address(), StateName(now), reason);
  if (logging_ == Logging::kOn) Tell(record, before);
  return true;
}

void ClusterHealth::Tell(Record& record, Eligibility before) {
  const std::string& address = record.endpoint->address();
  if (record.state == Eligibility::kEligible) {
    log_.Tell(before == Eligibility::kEjected ? Event::kEndpointReturned : Event::kEndpointUp,
              {{"cluster", name_}, {"endpoint", address}, {"reason", record.why}});
    return;
  }
  const bool is_loss = IsLoss(before, record.state);
  log_.Tell(is_loss ? Event::kEndpointDown : Event::kEndpointState,
            {{"cluster", name_},
             {"endpoint", address},
             {"state", StateName(record.state)},
             {"reason", WhyOf(record)}});
  if (is_loss) StartReminders(record);
}

// An endpoint that has never been up does not go down, and is to be heard of all the same.
void ClusterHealth::TellFirstFailure(Record& record) {
  if (logging_ == Logging::kOff) return;
  log_.Tell(Event::kEndpointNotUp, {{"cluster", name_},
                                    {"endpoint", record.endpoint->address()},
                                    {"state", StateName(record.state)},
                                    {"reason", WhyOf(record)}});
  StartReminders(record);
}

// As when it is started anew with TLS. A reason may come and go with each try: some lines a minute.
void ClusterHealth::TellOtherReason(Record& record) {
  if (logging_ == Logging::kOff || record.state != Eligibility::kNotConnected) return;
  if (clock_.Now() - record.news_since >= kNewsPeriod) {
    record.news_since = clock_.Now();
    record.news = 0;
  }
  if (++record.news <= kNewsInPeriod) TellStillDown(record);
}

void ClusterHealth::TellStillDown(const Record& record) {
  const auto time = std::chrono::floor<std::chrono::seconds>(clock_.Now() - record.since);
  log_.Tell(Event::kEndpointStillDown, {{"cluster", name_},
                                        {"endpoint", record.endpoint->address()},
                                        {"state", StateName(record.state)},
                                        {"reason", WhyOf(record)},
                                        {"seconds", time.count()}});
}

void ClusterHealth::StartReminders(Record& record) {
  record.reminder = {clock_.Now() + kFirstReminder, kFirstReminder};
  next_reminder_ = std::min(next_reminder_, record.reminder->at);
}

void ClusterHealth::Remind() {
  const base::Time now = clock_.Now();
  if (logging_ == Logging::kOff || now < next_reminder_) return;
  next_reminder_ = base::Time::max();
  for (auto& [endpoint, record] : records_) {
    if (!record.reminder) continue;
    Reminder& reminder = *record.reminder;
    if (now >= reminder.at) {
      TellStillDown(record);
      reminder.pause = std::min<base::Duration>(2 * reminder.pause, kLastReminder);
      reminder.at = now + reminder.pause;
    }
    next_reminder_ = std::min(next_reminder_, reminder.at);
  }
}

void ClusterHealth::TellOnce(ProbeResult result, const std::string& detail) {
  if (result == ProbeResult::kDenied && !std::exchange(told_denied_, true)) {
    log_.Tell(Event::kHealthCheckDenied,
              {{"cluster", name_},
               {"detail", detail},
               {"advice",
                "let grpc.health.v1.Health through without credentials, or send some by "
                "health_check.metadata"}});
  }
  if (result != ProbeResult::kUnimplemented || std::exchange(told_missing_, true)) return;
  log_.Tell(Event::kHealthServiceMissing,
            {{"cluster", name_},
             {"detail",
              "an endpoint has no grpc.health.v1 Watch; Check is used where there is "
              "one, else its connection alone"}});
}

Availability ClusterHealth::GetAvailability() const {
  std::array<size_t, kEligibilityCount> counts{};
  Availability availability;
  for (const auto& [endpoint, record] : records_) {
    ++counts[static_cast<size_t>(record.state)];
    if (!record.tried || record.health == Health::kAsked) availability.expects_endpoint = true;
  }
  availability.has_eligible = counts[static_cast<size_t>(Eligibility::kEligible)] > 0;
  availability.summary =
      std::to_string(records_.size()) + (records_.size() == 1 ? " endpoint" : " endpoints");
  std::string_view separator = ": ";
  for (size_t i = 0; i < kEligibilityCount; ++i) {
    if (counts[i] == 0) continue;
    availability.summary.append(separator).append(std::to_string(counts[i])).append(" ");
    availability.summary.append(balancer::EligibilityName(static_cast<Eligibility>(i)));
    separator = ", ";
  }
  return availability;
}

EndpointFacts ClusterHealth::FactsOf(const balancer::Endpoint& endpoint) const {
  const Record* record = Find(endpoint);
  if (record == nullptr) return {};
  const base::Time now = clock_.Now();
  EndpointFacts facts{.state = StateName(record->state),
                      .age = now - record->since,
                      .why = WhyOf(*record),
                      .last_probe = {}};
  if (record->probe_result) {
    facts.last_probe = std::string(ProbeResultName(*record->probe_result)) + " " +
                       Seconds(now - record->probed) + " ago: " + record->probe_detail;
  }
  if (record->outcomes) {
    const OutcomeCounters::Snapshot counts = record->outcomes->Read();
    facts.successes = counts.successes;
    facts.failures = counts.failures;
    facts.failures_in_a_row = record->outcomes->run();
  }
  return facts;
}

std::string ClusterHealth::WhyOf(const Record& record) const {
  switch (record.state) {
    case Eligibility::kNotConnected:
      return record.connection.empty() ? record.probe_detail : record.connection;
    case Eligibility::kNotServing:
      return record.health == Health::kAsked ? "no answer to the health check yet"
                                             : record.probe_detail;
    case Eligibility::kEjected: {
      const auto until = ejection_->EjectedUntil(*record.endpoint);
      const base::Duration left = until ? *until - clock_.Now() : base::Duration::zero();
      if (left <= base::Duration::zero()) return "ejected until the next sweep: " + record.ejection;
      return "ejected for " + Seconds(left) + " more: " + record.ejection;
    }
    case Eligibility::kEligible:
    case Eligibility::kDraining:
      break;
  }
  return record.why;
}

std::optional<std::string> ClusterHealth::WhyNotReady() const {
  if (!was_eligible_ && clock_.Now() - start_ >= grace_) return std::nullopt;
  return WhyNotServing();
}

std::optional<std::string> ClusterHealth::WhyNotServing() const {
  if (endpoints_.EligibleCount() > 0) return std::nullopt;
  return "cluster " + name_ + " has no endpoint that can take calls: " + GetAvailability().summary;
}

ClusterHealth::Record* ClusterHealth::Find(const balancer::Endpoint& endpoint) {
  return const_cast<Record*>(std::as_const(*this).Find(endpoint));
}

const ClusterHealth::Record* ClusterHealth::Find(const balancer::Endpoint& endpoint) const {
  const auto found = records_.find(&endpoint);
  return found == records_.end() ? nullptr : &found->second;
}

}  // namespace evenkeel::health
