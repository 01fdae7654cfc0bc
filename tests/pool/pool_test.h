// PoolTest: a pool, an endpoint that the test plays itself, and calls that want streams of it.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/telemetry/metrics.h"
#include "pool/pool.h"
#include "tests/lib/http2/session_pair.h"
#include "tests/lib/net/loop_test.h"
#include "tests/pool/test_endpoint.h"

namespace evenkeel::pool {

// A call as far as the pool sees it: it wants a stream and opens it.
class Caller final : public Waiter {
 public:
  explicit Caller(std::string name = "") : name_(std::move(name)) {}

  void OnRoom(http2::Session& session) override {
    opened_on = &session;
    log.stream =
        session.OpenStream(http2::ToHeaderList(With(http2::GrpcRequest(), "x-name", name_)),
                           http2::EndStream::kYes, log);
  }
  void OnUnavailable(const std::string& reason) override { unavailable.push_back(reason); }
  void OnStillFull() override {
    ++reminders;
    if (leaves) StopWaiting();
  }
  bool may_leave() const override { return is_call; }
  void GiveUp() { StopWaiting(); }

  int reminders = 0;
  bool leaves = false;
  bool is_call = true;

  bool has_stream() const { return log.stream != nullptr; }
  bool done() const { return has_stream() && log.stream->closed(); }

  http2::StreamLog log;
  http2::Session* opened_on = nullptr;
  std::vector<std::string> unavailable;

 private:
  const std::string name_;
};

class PoolTest : public net::LoopTest, public Pool::Observer {
 protected:
  PoolTest() {
    settings_.backoff = {.initial = std::chrono::milliseconds(5),
                         .max = std::chrono::milliseconds(20)};
    settings_.connection.connect_timeout = std::chrono::seconds(15);
  }

  void MakePool() { MakePool({endpoint_.address()}); }
  void MakePool(std::vector<net::SocketAddress> addresses) {
    Pool::Observer& observer = *this;
    pool_ = std::make_unique<Pool>(
        loop_, random_, worker_,
        Pool::Target{.endpoint = std::make_shared<balancer::Endpoint>("endpoint"),
                     .id = metrics_.RegisterEndpoint("cluster", "endpoint"),
                     .addresses = std::move(addresses),
                     .host = "users.example",
                     .limits = limits_,
                     .cluster_limits = cluster_limits_},
        settings_, observer);
  }
  /// A pool with one connection that works.
  void MakeReadyPool() {
    MakePool();
    RunUntil([&] { return pool_->state() == Pool::State::kReady; });
  }

  std::unique_ptr<Caller> Call(std::string name = "") {
    auto caller = std::make_unique<Caller>(std::move(name));
    pool_->Open(*caller);
    return caller;
  }
  static void Answer(http2::StreamLog& log) { Respond(log, http2::EndStream::kYes); }
  void AnswerAll() {
    for (http2::StreamLog* each : endpoint_.calls()) {
      if (!each->answered && !each->stream->closed()) Answer(*each);
    }
  }
  uint64_t ConnectFailures(telemetry::ConnectFailure failure) const {
    const auto* counters = worker_.FindEndpoint(pool_->id());
    return counters == nullptr ? 0
                               : counters->connect_failures[static_cast<size_t>(failure)].value();
  }

  void OnReadyChanged(Pool& pool, const std::string& reason) override {
    changes_.push_back((pool.state() == Pool::State::kReady ? "ready: " : "not ready: ") + reason);
  }
  void OnFailing(Pool&, const std::string& reason) override { failings_.push_back(reason); }

  telemetry::Metrics metrics_;
  telemetry::WorkerMetrics& worker_ = metrics_.AddWorker();
  base::Random random_{1};
  Pool::Settings settings_;
  std::shared_ptr<Limits> limits_ = std::make_shared<Limits>();
  std::shared_ptr<Limits> cluster_limits_ = std::make_shared<Limits>();
  TestEndpoint endpoint_{loop_};
  std::vector<std::string> changes_;
  std::vector<std::string> failings_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace evenkeel::pool
