// SidecarTest: a real Server with one worker on loopback, between a client and endpoints that the
// test plays itself, on its own loop.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "proxy/server/server.h"
#include "tests/lib/http2/session_pair.h"
#include "tests/lib/net/loop_test.h"
#include "tests/pool/test_endpoint.h"

namespace evenkeel::proxy {

using http2::EndStream;
using http2::ErrorCode;
using http2::Fields;
using http2::GrpcRequest;
using http2::GrpcResponse;
using http2::StreamLog;
using http2::With;
using http2::Without;

class SidecarTest : public net::LoopTest {
 protected:
  /// One attempt as an endpoint sees it.
  struct Arrival {
    size_t endpoint;
    StreamLog* log;
  };

  SidecarTest() {
    config_.listeners.emplace_back().Edit().address = *base::Address::Parse("127.0.0.1:0");
    config_.listeners[0].Edit().cluster = "users";
    config::Cluster& cluster = config_.clusters.emplace_back().Edit();
    cluster.name = "users";
    cluster.health_check.reset();
    cluster.outlier_detection.reset();
    cluster.connection.initial_backoff = std::chrono::milliseconds(10);
    cluster.connection.max_backoff = std::chrono::milliseconds(50);
    cluster.connection.connect_timeout = std::chrono::seconds(15);
  }

  /// Starts the sidecar in front of so many endpoints, connects to it, and waits until it is
  /// connected to each of them.
  void Start(size_t endpoints = 2) {
    while (endpoints_.size() < endpoints) AddEndpoint();
    Launch();
    RunUntil([&] { return Ready() == endpoints; });
    client_ = Connect();
  }
  pool::TestEndpoint& AddEndpoint() {
    const size_t number = endpoints_.size();
    endpoints_.push_back(std::make_unique<pool::TestEndpoint>(loop_));
    endpoints_.back()->on_request = [this, number](StreamLog& log) {
      arrivals_.push_back({number, &log});
    };
    config_.clusters[0].Edit().endpoints.emplace_back().address =
        *base::Address::Parse(endpoints_.back()->name());
    return *endpoints_.back();
  }
  /// Starts the sidecar and waits for nothing.
  void Launch() {
    auto started = Server::Start(loop_, config_,
                                 {.workers = 1,
                                  .drain_timeout = std::chrono::seconds(5),
                                  .seed = 1,
                                  .make_sink = make_sink_},
                                 sockets_, metrics_, log_);
    ASSERT_TRUE(started) << started.error();
    server_ = std::move(*started);
  }
  std::unique_ptr<rpc::ConnectionPeer> Connect() {
    auto client = std::make_unique<rpc::ConnectionPeer>(loop_, http2::Role::kClient);
    client->connection().Connect(
        net::SocketAddress::From(*base::Address::Parse(server_->listening_on()[0])));
    RunUntil([&] { return client->settings > 0; });
    return client;
  }

  /// A call of the client; with kNo its body is to follow.
  StreamLog& Call(EndStream end = EndStream::kYes, const Fields& fields = GrpcRequest()) {
    return client_->Open(end, fields);
  }
  /// The next attempt that reaches an endpoint.
  Arrival Arrived() {
    RunUntil([&] { return arrivals_.size() > next_arrival_; });
    return arrivals_.at(next_arrival_++);
  }
  bool NothingArrives() {
    Settle();
    return arrivals_.size() == next_arrival_;
  }
  /// Until the client has its final status, which it returns.
  std::string Finished(StreamLog& log) {
    RunUntil([&] { return log.stream->closed(); });
    return StatusOf(log);
  }

  static std::string FieldOf(const Fields& fields, std::string_view name) {
    const auto found = std::ranges::find(fields, name, &http2::Field::name);
    return found == fields.end() ? "" : found->value;
  }
  static std::string StatusOf(const StreamLog& log) {
    return FieldOf(log.trailers.empty() ? log.headers : log.trailers, "grpc-status");
  }
  static std::string MessageOf(const StreamLog& log) {
    return FieldOf(log.trailers.empty() ? log.headers : log.trailers, "grpc-message");
  }

  /// The answer of an endpoint that has nothing to say but a status.
  static void Answer(StreamLog& log, const std::string& status = "0") {
    log.stream->SubmitHeaders(http2::ToHeaderList(With(GrpcResponse(), "grpc-status", status)),
                              EndStream::kYes);
    log.answered = true;
  }

  int64_t InFlight() const {
    int64_t sum = 0;
    for (const auto& cluster : server_->Clusters()) {
      for (const auto& each : cluster.endpoints) sum += each.in_flight;
    }
    return sum;
  }
  size_t Ready() const {
    size_t ready = 0;
    for (const auto& cluster : server_->Clusters()) {
      for (const auto& each : cluster.endpoints) ready += each.ready_workers > 0;
    }
    return ready;
  }

  config::Config config_;
  std::function<std::unique_ptr<telemetry::CallSink>(unsigned worker)> make_sink_;
  net::ListeningSockets sockets_;
  telemetry::Metrics metrics_;
  std::ostringstream log_text_;
  telemetry::Log log_{telemetry::LogLevel::kError, telemetry::LogFormat::kText, log_text_};
  std::vector<std::unique_ptr<pool::TestEndpoint>> endpoints_;
  std::vector<Arrival> arrivals_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<rpc::ConnectionPeer> client_;

 private:
  size_t next_arrival_ = 0;
};

}  // namespace evenkeel::proxy
