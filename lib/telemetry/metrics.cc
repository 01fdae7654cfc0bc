#include "lib/telemetry/metrics.h"

#include <prometheus/text_serializer.h>

#include <algorithm>

#include "lib/base/block_pool.h"
#include "lib/base/check.h"
#include "lib/base/version.h"
#include "lib/telemetry/process_facts.h"
#include "lib/telemetry/samples.h"

namespace evenkeel::telemetry {
namespace {

constexpr char kOtherEndpoint[] = "other";

Labels EndpointLabels(const std::string& cluster, const std::string& address) {
  return {{"cluster", cluster}, {"endpoint", address}};
}

// The serializer writes 16 digits, and no double is "0.0006" in 16 digits. Names of buckets are
// compared as text, so this one gets the name that everybody else gives it.
std::string WithPlainBounds(std::string_view text) {
  constexpr std::string_view kWritten = "le=\"0.0005999999999999999\"";
  constexpr std::string_view kMeant = "le=\"0.0006\"";
  std::string result;
  result.reserve(text.size());
  for (size_t at; (at = text.find(kWritten)) != std::string_view::npos;) {
    result.append(text.substr(0, at)).append(kMeant);
    text.remove_prefix(at + kWritten.size());
  }
  return result.append(text);
}

MetricFamily HandshakeFamily(const std::string& name, const std::string& peers) {
  return CounterFamily(name, "TLS handshakes with " + peers + ", by how they ended.");
}

// `sum` gives what a function of HandshakeCounters says of all workers.
template <typename Sum>
void AddHandshakes(MetricFamily& family, const Labels& labels, const Sum& sum) {
  const auto add = [&](std::string_view result, const char* resumed, double count) {
    Labels own = labels;
    own.push_back({"resumed", resumed});
    AddIfCounted(family, std::move(own), "result", result, count);
  };
  const double resumed = sum([](const HandshakeCounters& each) { return each.resumed.value(); });
  for (size_t i = 0; i < tls::kHandshakeResultCount; ++i) {
    const auto result = static_cast<tls::HandshakeResult>(i);
    const double all =
        sum([i](const HandshakeCounters& each) { return each.by_result[i].value(); });
    const bool is_ok = result == tls::HandshakeResult::kOk;
    add(tls::HandshakeResultName(result), "FULL_HANDSHAKE", is_ok ? all - resumed : all);
    if (is_ok) add(tls::HandshakeResultName(result), "RESUMED_HANDSHAKE", resumed);
  }
}

double Waits(const EndpointCounters& endpoint) {
  return static_cast<double>(endpoint.waits.value());
}

double Opened(const EndpointCounters& endpoint) {
  return static_cast<double>(endpoint.connections_opened.value());
}

double Closed(const EndpointCounters& endpoint) {
  double closed = 0;
  for (const Counter& each : endpoint.connections_closed) {
    closed += static_cast<double>(each.value());
  }
  return closed;
}

}  // namespace

Metrics::Metrics(MetricLimits limits)
    : endpoint_limit_(limits.endpoints), methods_(limits.methods) {
  CHECK(limits.methods < LazySlots<CallCounters>::kCapacity);
  CHECK(limits.endpoints > 0 && limits.endpoints <= LazySlots<EndpointCounters>::kCapacity);
}

WorkerMetrics& Metrics::AddWorker() {
  return *workers_.emplace_back(std::make_unique<WorkerMetrics>(methods_));
}

EndpointId Metrics::RegisterEndpoint(std::string_view cluster, std::string_view address) {
  Endpoint endpoint{std::string(cluster), std::string(address)};
  const auto found = endpoint_ids_.find(endpoint);
  if (found != endpoint_ids_.end()) return found->second;
  if (endpoints_.size() == endpoint_limit_) return static_cast<EndpointId>(endpoint_limit_ - 1);
  if (endpoints_.size() == endpoint_limit_ - 1) endpoint = {kOtherEndpoint, kOtherEndpoint};
  const auto id = static_cast<EndpointId>(endpoints_.size());
  endpoint_ids_.emplace(endpoint, id);
  endpoints_.push_back(std::move(endpoint));
  absences_.emplace_back();
  return id;
}

void Metrics::Forget(base::Time now) {
  RetireMethods(now);
  FreeMethods(now);
  ForgetEndpoints(now);
}

bool Metrics::IsThere(size_t endpoint) const {
  const Endpoint& it = endpoints_[endpoint];
  return it.address == kOtherEndpoint || health_.Has(it.cluster, it.address) ||
         SumEndpoint(endpoint, Opened) > SumEndpoint(endpoint, Closed) ||
         AttemptTotals(endpoint).InFlight() > 0;
}

void Metrics::ForgetEndpoints(base::Time now) {
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    Absence& absence = absences_[i];
    if (IsThere(i)) {
      absence = {};
    } else if (!absence.since) {
      absence.since = now;
    } else if (!absence.is_forgotten && now - *absence.since > kEndpointMemory) {
      absence.is_forgotten = true;
      health_.DropCounters(endpoints_[i].cluster, endpoints_[i].address);
    }
  }
}

std::string Metrics::Text() const {
  return WithPlainBounds(prometheus::TextSerializer().Serialize(Collect()));
}

std::vector<MetricFamily> Metrics::Collect() const {
  std::vector<MetricFamily> families;
  CollectMethods(families);
  CollectClients(families);
  CollectHandshakes(families);
  CollectAttempts(families);
  retries_.Collect(families);
  CollectEndpointConnections(families);
  CollectEndpointTraffic(families);
  health_.Collect(families);
  balancer_.Collect(families);
  reload_.Collect(families);
  discovery_.Collect(families);
  shed_.Collect(families);
  access_.Collect(families);
  tls_.Collect(families);
  CollectFaults(families);
  CollectEvents(families);
  CollectProcess(families);
  return families;
}

template <typename Value>
double Metrics::Sum(Value value) const {
  double sum = 0;
  for (const auto& worker : workers_) sum += static_cast<double>(value(*worker));
  return sum;
}

template <typename Value>
double Metrics::SumEndpoint(size_t endpoint, Value value) const {
  return Sum([&](const WorkerMetrics& worker) {
    const EndpointCounters* const found = worker.FindEndpoint(static_cast<EndpointId>(endpoint));
    return found == nullptr ? 0.0 : static_cast<double>(value(*found));
  });
}

template <typename Value>
MetricFamily Metrics::PerEndpoint(MetricFamily family, Value value) const {
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    if (IsForgotten(i)) continue;
    AddCounter(family, EndpointLabels(endpoints_[i].cluster, endpoints_[i].address),
               SumEndpoint(i, value));
  }
  return family;
}

CallTotals Metrics::MethodTotals(MethodId method) const {
  CallTotals totals = CountedAs(method);
  const auto earlier = earlier_.find(method);
  if (earlier != earlier_.end()) totals.Subtract(earlier->second);
  return totals;
}

CallTotals Metrics::CountedAs(MethodId method) const {
  CallTotals totals;
  for (const auto& worker : workers_) {
    const CallCounters* const found = worker->MethodCalls(method);
    if (found != nullptr) totals.Add(*found);
    if (method == kOtherMethod) totals.unsettled += worker->unsettled_calls();
  }
  return totals;
}

void Metrics::CollectMethods(std::vector<MetricFamily>& families) const {
  CallFamilies calls("evenkeel_server_call", "calls");
  const std::vector<std::string> names = methods_.Names();
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    const CallTotals totals = MethodTotals(static_cast<MethodId>(i));
    if (totals.started + totals.unsettled > 0) calls.Add({{"grpc_method", names[i]}}, totals);
  }
  std::move(calls).MoveTo(families);
}

void Metrics::RetireMethods(base::Time now) {
  if (!methods_.full()) return method_uses_.clear();
  const std::vector<std::string> names = methods_.Names();
  method_uses_.resize(names.size());
  for (size_t i = 1; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    const auto method = static_cast<MethodId>(i);
    const CallTotals totals = MethodTotals(method);
    MethodUse& use = method_uses_[i];
    if (!use.seen || use.started != totals.started || totals.InFlight() > 0) {
      use = {totals.started, now};
    }
    const bool was_ok =
        totals.finished[OutcomeKind(rpc::StatusCode::kOk, rpc::Origin::kEndpoint)] > 0;
    const base::Duration memory = was_ok ? base::Duration(kMethodMemory) : kRefusedMethodMemory;
    if (now - *use.seen <= memory) continue;
    methods_.Retire(method);
    retired_.push_back({method, now});
    use = {};
  }
}

// A worker may have found the number just before it was retired: that call's start shows later.
void Metrics::FreeMethods(base::Time now) {
  std::erase_if(retired_, [&](const RetiredMethod& each) {
    if (now - each.since < kRefusedMethodMemory) return false;
    const CallTotals counted = CountedAs(each.method);
    if (counted.InFlight() > 0) return false;
    earlier_[each.method] = counted;
    methods_.Free(each.method);
    return true;
  });
}

void Metrics::CollectHandshakes(std::vector<MetricFamily>& families) const {
  MetricFamily clients = HandshakeFamily("evenkeel_server_tls_handshakes_total", "clients");
  AddHandshakes(clients, {}, [this](const auto& read) {
    return Sum([&](const WorkerMetrics& worker) { return read(worker.client_handshakes()); });
  });
  MetricFamily endpoints = HandshakeFamily("evenkeel_client_tls_handshakes_total", "endpoints");
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    if (IsForgotten(i)) continue;
    AddHandshakes(endpoints, EndpointLabels(endpoints_[i].cluster, endpoints_[i].address),
                  [this, i](const auto& read) {
                    return SumEndpoint(i, [&](const EndpointCounters& endpoint) {
                      return read(endpoint.handshakes);
                    });
                  });
  }
  families.push_back(std::move(clients));
  families.push_back(std::move(endpoints));
}

void Metrics::CollectClients(std::vector<MetricFamily>& families) const {
  const double closed = Sum([](const auto& worker) { return worker.client_connections_closed(); });
  const double opened = Sum([](const auto& worker) { return worker.client_connections_opened(); });
  families.push_back(LoneCounter("evenkeel_server_connections_opened_total",
                                 "Connections accepted from clients.", opened));
  families.push_back(LoneGauge("evenkeel_server_open_connections",
                               "Connections from clients open now.",
                               std::max(opened - closed, 0.0)));
  MetricFamily ended = CounterFamily("evenkeel_server_connections_ended_total",
                                     "Connections that a rule of the listener ended, by rule.");
  for (size_t i = 0; i < kClientEndCount; ++i) {
    const auto end = static_cast<ClientEnd>(i);
    AddIfCounted(ended, {}, "reason", ClientEndName(end), Sum([end](const WorkerMetrics& worker) {
                   return worker.client_connections_ended(end);
                 }));
  }
  families.push_back(std::move(ended));
  families.push_back(LoneCounter(
      "evenkeel_server_received_bytes_total", "Bytes read from clients' sockets.",
      Sum([](const auto& worker) { return worker.client_traffic().received_bytes.value(); })));
  families.push_back(LoneCounter(
      "evenkeel_server_sent_bytes_total", "Bytes written to clients' sockets.",
      Sum([](const auto& worker) { return worker.client_traffic().sent_bytes.value(); })));
}

CallTotals Metrics::AttemptTotals(size_t endpoint) const {
  CallTotals totals;
  for (const auto& worker : workers_) {
    const EndpointCounters* const found = worker->FindEndpoint(static_cast<EndpointId>(endpoint));
    if (found != nullptr) totals.Add(found->attempts);
  }
  return totals;
}

AttemptCounts Metrics::Attempts(EndpointId endpoint) const {
  static const rpc::FailureSet failures = rpc::DefaultFailures();
  const CallTotals totals = AttemptTotals(static_cast<size_t>(endpoint));
  AttemptCounts counts{.latencies = totals.latency_buckets};
  for (size_t status = 0; status < rpc::kStatusCodeCount; ++status) {
    for (size_t origin = 0; origin < rpc::kOriginCount; ++origin) {
      const uint64_t count = totals.finished[status * rpc::kOriginCount + origin];
      counts.ended += count;
      const bool by_client = static_cast<rpc::Origin>(origin) == rpc::Origin::kClient;
      if (failures.test(status) && !by_client) counts.failed += count;
    }
  }
  return counts;
}

void Metrics::CollectAttempts(std::vector<MetricFamily>& families) const {
  CallFamilies attempts("evenkeel_client_attempt", "attempts");
  MetricFamily waiting = GaugeFamily("evenkeel_client_attempt_waiting",
                                     "Attempts that wait for room on the endpoint's connections.");
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    if (IsForgotten(i)) continue;
    const Labels labels = EndpointLabels(endpoints_[i].cluster, endpoints_[i].address);
    attempts.Add(labels, AttemptTotals(i));
    const double ended = SumEndpoint(i, [](const auto& each) { return each.waits_ended.value(); });
    AddGauge(waiting, labels, std::max(SumEndpoint(i, Waits) - ended, 0.0));
  }
  std::move(attempts).MoveTo(families);
  families.push_back(PerEndpoint(
      CounterFamily("evenkeel_client_attempt_waits_total",
                    "Attempts that found no room on the endpoint's connections and waited."),
      Waits));
  families.push_back(std::move(waiting));
  families.push_back(PerEndpoint(
      CounterFamily("evenkeel_client_call_transparent_retries_total",
                    "Attempts that the endpoint refused unprocessed and that were tried again."),
      [](const EndpointCounters& endpoint) { return endpoint.transparent_retries.value(); }));
}

void Metrics::CollectEndpointConnections(std::vector<MetricFamily>& families) const {
  MetricFamily open = GaugeFamily("evenkeel_client_open_connections",
                                  "Connections to the endpoint that are ready now.");
  MetricFamily failed = CounterFamily("evenkeel_client_connection_attempts_failed_total",
                                      "Attempts to connect that failed, by reason.");
  MetricFamily closed = CounterFamily("evenkeel_client_disconnections_total",
                                      "Ready connections that ended, by reason.");
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    if (IsForgotten(i)) continue;
    const Labels labels = EndpointLabels(endpoints_[i].cluster, endpoints_[i].address);
    const double ended = SumEndpoint(i, Closed);
    AddGauge(open, labels, std::max(SumEndpoint(i, Opened) - ended, 0.0));
    for (size_t reason = 0; reason < kConnectFailureCount; ++reason) {
      AddIfCounted(failed, labels, "reason",
                   ConnectFailureName(static_cast<ConnectFailure>(reason)),
                   SumEndpoint(i, [reason](const EndpointCounters& endpoint) {
                     return endpoint.connect_failures[reason].value();
                   }));
    }
    for (size_t reason = 0; reason < kCloseReasonCount; ++reason) {
      AddIfCounted(closed, labels, "disconnect_error",
                   CloseReasonName(static_cast<CloseReason>(reason)),
                   SumEndpoint(i, [reason](const EndpointCounters& endpoint) {
                     return endpoint.connections_closed[reason].value();
                   }));
    }
  }
  families.push_back(
      PerEndpoint(CounterFamily("evenkeel_client_connection_attempts_succeeded_total",
                                "Connections to the endpoint that became ready."),
                  Opened));
  families.push_back(std::move(failed));
  families.push_back(std::move(closed));
  families.push_back(std::move(open));
}

void Metrics::CollectEndpointTraffic(std::vector<MetricFamily>& families) const {
  families.push_back(PerEndpoint(
      CounterFamily("evenkeel_client_received_bytes_total", "Bytes read from endpoints' sockets."),
      [](const EndpointCounters& endpoint) { return endpoint.traffic.received_bytes.value(); }));
  families.push_back(PerEndpoint(
      CounterFamily("evenkeel_client_sent_bytes_total", "Bytes written to endpoints' sockets."),
      [](const EndpointCounters& endpoint) { return endpoint.traffic.sent_bytes.value(); }));
}

void Metrics::CollectFaults(std::vector<MetricFamily>& families) const {
  MetricFamily family =
      CounterFamily("evenkeel_protocol_errors_total",
                    "What clients and endpoints did that HTTP/2 or gRPC forbids, by reason.");
  for (const Side side : {Side::kClient, Side::kEndpoint}) {
    for (size_t i = 0; i < kFaultCount; ++i) {
      const auto fault = static_cast<Fault>(i);
      AddIfCounted(
          family, {{"side", std::string(SideName(side))}}, "reason", FaultName(fault),
          Sum([side, fault](const WorkerMetrics& worker) { return worker.faults(side, fault); }));
    }
  }
  families.push_back(std::move(family));
}

// All of them from the start: a rate over a series that comes about with its first event misses it.
void Metrics::CollectEvents(std::vector<MetricFamily>& families) const {
  MetricFamily family =
      CounterFamily("evenkeel_events_total", "What has happened, by event (docs/events.md).");
  for (const EventFacts& each : AllEvents()) {
    AddCounter(family, {{"event", std::string(each.name)}},
               static_cast<double>(count_events_(each.event)));
  }
  families.push_back(std::move(family));
}

void Metrics::CollectProcess(std::vector<MetricFamily>& families) const {
  using Seconds = std::chrono::duration<double>;
  const ProcessFacts facts = ReadProcessFacts();
  MetricFamily build = GaugeFamily("evenkeel_build_info", "Always 1; its label is the release.");
  AddGauge(build, {{"version", base::kVersion}}, 1);
  families.push_back(std::move(build));
  families.push_back(LoneCounter("evenkeel_log_lines_dropped_total",
                                 "Log lines that standard output's reader left no room for.",
                                 static_cast<double>(log_drops_())));
  families.push_back(LoneHistogram(
      "evenkeel_main_turn_cpu_seconds",
      "CPU time of the main thread's turns; until one ends, no other decision is made.",
      main_turns_));
  families.push_back(LoneGauge("evenkeel_memory_taken_bytes",
                               "Bytes for what peers make the process hold.",
                               static_cast<double>(base::BlockPool::taken())));
  families.push_back(LoneCounter("process_cpu_seconds_total",
                                 "CPU time, user and system, in seconds.",
                                 Seconds(facts.cpu).count()));
  families.push_back(LoneGauge("process_start_time_seconds",
                               "When the process started, as Unix time.",
                               Seconds(start_.time_since_epoch()).count()));
  families.push_back(LoneGauge("process_max_fds", "File descriptors allowed.",
                               static_cast<double>(facts.max_fds)));
  const auto add = [&families](const char* name, const char* help, std::optional<uint64_t> value) {
    MetricFamily family = GaugeFamily(name, help);
    if (value) AddGauge(family, {}, static_cast<double>(*value));
    families.push_back(std::move(family));
  };
  add("process_open_fds", "File descriptors open.", facts.open_fds);
  add("process_resident_memory_bytes", "Resident memory.", facts.resident_bytes);
  add("process_virtual_memory_bytes", "Virtual memory.", facts.virtual_bytes);
}

}  // namespace evenkeel::telemetry
