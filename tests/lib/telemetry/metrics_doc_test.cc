// docs/metrics.md and what /metrics answers must say the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "lib/telemetry/metrics.h"
#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

using ::testing::ContainerEq;
using ::testing::HasSubstr;

struct Family {
  std::string type;
  std::set<std::string> labels;
  bool operator==(const Family&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Family& family) {
  out << family.type;
  for (const std::string& label : family.labels) out << " " << label;
  return out;
}

std::string ReadDoc() {
  std::ifstream file(EVENKEEL_METRICS_DOC);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> Split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  size_t from = 0;
  for (size_t to; (to = text.find(separator, from)) != std::string::npos;) {
    parts.push_back(text.substr(from, to - from));
    from = to + separator.size();
  }
  parts.push_back(text.substr(from));
  return parts;
}

// What stands in `backquotes`.
std::set<std::string> Quoted(const std::string& text) {
  const std::vector<std::string> parts = Split(text, "`");
  std::set<std::string> words;
  for (size_t i = 1; i < parts.size(); i += 2) words.insert(parts[i]);
  return words;
}

// The label names of name{a="x",b="y"}, but for a histogram's own.
std::set<std::string> LabelsOf(const std::string& series) {
  std::set<std::string> labels;
  const std::vector<std::string> parts = Split(series, "=\"");
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    labels.insert(parts[i].substr(parts[i].find_last_of("{,") + 1));
  }
  labels.erase("le");
  return labels;
}

// The rows "| `name` | type | `label`, `label` | meaning |" of the tables of metrics.
std::map<std::string, Family> Documented() {
  std::map<std::string, Family> families;
  for (const std::string& line : Split(ReadDoc(), "\n")) {
    const std::vector<std::string> cells = Split(line, "|");
    if (cells.size() != 6 || !cells[1].starts_with(" `")) continue;
    const std::string type = cells[2].substr(1, cells[2].size() - 2);
    families[*Quoted(cells[1]).begin()] = {type, Quoted(cells[3])};
  }
  return families;
}

// A scrape after everything there is to count has been counted.
Scrape ScrapeOfEverything() {
  Metrics metrics;
  WorkerMetrics& worker = metrics.AddWorker();
  const rpc::AttemptOutcome outcome;
  worker.CallStarted(worker.FindMethod("/s/m"));
  const MethodId method = worker.Settle("/s/m", IsMethod::kYes);
  worker.CallFinished(method, outcome.status, outcome.origin, outcome.duration);
  const EndpointId endpoint = metrics.RegisterEndpoint("cluster", "endpoint:1");
  worker.AttemptStarted(endpoint);
  worker.AttemptFinished(endpoint, outcome);
  for (size_t i = 0; i < kConnectFailureCount; ++i) {
    worker.EndpointConnectFailed(endpoint, static_cast<ConnectFailure>(i));
  }
  for (size_t i = 0; i < kCloseReasonCount; ++i) {
    worker.EndpointConnectionClosed(endpoint, static_cast<CloseReason>(i));
  }
  for (size_t i = 0; i < kShedCount; ++i) metrics.shed().Of("a")->Add(static_cast<Shed>(i));
  for (size_t i = 0; i < kClientEndCount; ++i) {
    worker.ClientConnectionEnded(static_cast<ClientEnd>(i));
  }
  worker.ClientHandshake(tls::HandshakeResult::kOk, false);
  worker.EndpointHandshake(endpoint, tls::HandshakeResult::kOk, true);
  for (size_t i = 0; i < kFaultCount; ++i) worker.PeerFault(Side::kClient, static_cast<Fault>(i));
  HealthMetrics& health = metrics.health();
  health.StateChanged("cluster", "endpoint:1", "ready", "connection");
  health.Probed("cluster", "endpoint:1", "serving");
  metrics.balancer().Set("cluster", 1.5, BalancerMetrics::Panic::kNo);
  metrics.balancer().SetLimits("cluster", {{"calls", 1, 2}});
  RetryCounters& retries = metrics.retries().Of("cluster");
  retries.retries[14].Add();
  retries.refused[static_cast<size_t>(rpc::NoRetry::kTokens)].Add();
  retries.pushback_waits.Add();
  retries.replay_overflows[0].Add();
  metrics.discovery().Tried("cluster", "ok");
  metrics.discovery().Found("cluster", 3, std::chrono::system_clock::now());
  metrics.access().Of("127.0.0.1:1", "no-deletes")->denied += 1;
  *metrics.access().OfCredentials("127.0.0.1:1", "missing") += 1;
  metrics.tls().SetCertificates({{"server.pem", {}, {}}});
  health.Ejected("cluster", "latency");
  health.NotEjected("cluster", "latency", "observe");
  return Scrape(metrics.Text());
}

std::map<std::string, Family> Exported() {
  const Scrape scrape = ScrapeOfEverything();
  std::map<std::string, Family> families;
  for (const auto& [name, type] : scrape.types()) families[name].type = type;
  for (const auto& [series, value] : scrape.values()) {
    std::string name = series.substr(0, series.find('{'));
    if (!families.contains(name)) name.erase(name.rfind('_'));  // _bucket, _sum, _count
    families.at(name).labels.merge(LabelsOf(series));
  }
  return families;
}

TEST(MetricsDocTest, AgreesWithWhatIsExported) {
  EXPECT_THAT(Documented(), ContainerEq(Exported()));
}

TEST(MetricsDocTest, ExplainsEveryLabel) {
  const std::string doc = ReadDoc();
  for (const auto& [name, family] : Exported()) {
    for (const std::string& label : family.labels) {
      EXPECT_THAT(doc, HasSubstr("\n| `" + label + "`"));
    }
  }
}

TEST(MetricsDocTest, ListsTheValuesOfSmallSets) {
  const std::string doc = ReadDoc();
  for (size_t i = 0; i < kConnectFailureCount; ++i) {
    EXPECT_THAT(doc,
                HasSubstr("`" + std::string(ConnectFailureName(static_cast<ConnectFailure>(i)))));
  }
  for (auto i = static_cast<size_t>(CloseReason::kOurs); i < kCloseReasonCount; ++i) {
    EXPECT_THAT(doc, HasSubstr("`" + CloseReasonName(static_cast<CloseReason>(i)) + "`"));
  }
  for (size_t i = 0; i < tls::kHandshakeResultCount; ++i) {
    const auto result = static_cast<tls::HandshakeResult>(i);
    EXPECT_THAT(doc, HasSubstr("`" + std::string(tls::HandshakeResultName(result)) + "`"));
  }
  for (auto i = static_cast<size_t>(Fault::kNotGrpc); i < kFaultCount; ++i) {
    EXPECT_THAT(doc, HasSubstr("`" + std::string(FaultName(static_cast<Fault>(i))) + "`"));
  }
}

}  // namespace
}  // namespace evenkeel::telemetry
