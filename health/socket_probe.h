// SocketProbe: a check by TCP (something accepts), or by HTTP/1.1 (GET has the expected status), on
// a connection of its own that is closed after it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "health/http_answer.h"
#include "health/probe.h"
#include "lib/config/health.h"
#include "lib/net/byte_stream.h"
#include "lib/net/timer.h"

namespace evenkeel::health {

class SocketProbe final : public Probe, private net::ByteStream::Handler {
 public:
  /// `settings`, of type tcp or http, must outlive it. `name` is the endpoint's address, the
  /// default for `Host`.
  SocketProbe(net::EventLoop& loop, const config::HealthCheck& settings,
              const net::SocketAddress& address, std::string name, Owner& owner);

  void Start() override;

 private:
  bool IsHttp() const { return settings_.type == config::HealthCheck::Type::kHttp; }
  std::string Request() const;
  void OnConnected() override;
  void OnBytes(std::span<const uint8_t> bytes) override;
  void OnWritable() override;
  void OnClosed(std::error_code reason) override;
  void Send();
  void Judge(int status);
  void AnswerLater();
  void Answer(ProbeResult result, const std::string& detail);

  net::EventLoop& loop_;
  const config::HealthCheck& settings_;
  const net::SocketAddress address_;
  const std::string name_;
  Owner& owner_;
  bool answered_ = false;
  std::string unsent_;
  HttpAnswer received_;
  std::optional<int> bad_status_;  // the rest of the answer is awaited, for its words
  std::string failure_;            // of Connect, told in a turn of its own
  net::Timer later_;
  std::unique_ptr<net::ByteStream> stream_;
};

}  // namespace evenkeel::health
