#include "proxy/program/ready_command.h"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "health/socket_probe.h"
#include "lib/config/health.h"
#include "lib/net/event_loop.h"
#include "lib/net/resolver.h"
#include "lib/net/timer.h"
#include "lib/yaml/token_file.h"

namespace evenkeel::proxy {
namespace {

using base::Error;
using base::Result;

config::HealthCheck GetReady(const std::string& token) {
  config::HealthCheck check;
  check.type = config::HealthCheck::Type::kHttp;
  check.path = "/ready";
  if (!token.empty()) check.metadata = {{"authorization", "Bearer " + token}};
  return check;
}

// The same question that health checks of type http put to endpoints.
class Question final : private health::Probe::Owner {
 public:
  Question(const net::SocketAddress& address, std::string name, const std::string& token)
      : settings_(GetReady(token)),
        probe_(loop_, settings_, address, std::move(name), *this),
        deadline_(loop_, [this] { End("no answer in time"); }) {}

  Result<void, std::string> Ask(base::Duration timeout) {
    deadline_.StartAfter(timeout);
    probe_.Start();
    if (!ended_) loop_.Run();
    if (!failure_.empty()) return Error(failure_);
    return {};
  }

 private:
  void OnProbeSent(health::Probe&) override {}
  void OnWatchEnded(health::Probe&, const rpc::Status&) override {}
  void OnNoRoomToWatch(health::Probe&) override {}
  void OnProbeLost(health::Probe&, const std::string& reason) override { End(reason); }
  void OnProbeAnswer(health::Probe&, health::ProbeResult result,
                     const std::string& detail) override {
    End(result == health::ProbeResult::kServing ? "" : detail);
  }
  void End(const std::string& failure) {
    ended_ = true;
    failure_ = failure;
    loop_.Stop();
  }

  const config::HealthCheck settings_;
  net::EventLoop loop_;
  bool ended_ = false;
  std::string failure_;
  health::SocketProbe probe_;
  net::Timer deadline_;
};

}  // namespace

Result<void, std::string> AskReady(const base::Address& admin, base::Duration timeout,
                                   const std::string& token) {
  const auto addresses = net::Resolve(admin);
  if (!addresses) return Error(admin.ToString() + ": " + addresses.error());
  return Question(addresses->front(), admin.ToString(), token)
      .Ask(timeout)
      .map_error([&](auto failure) { return admin.ToString() + ": " + failure; });
}

int SayWhetherReady(const ReadyCommand& command) {
  std::string token;
  if (!command.token_file.empty()) {
    auto tokens = config::ReadTokens(command.token_file);
    if (!tokens) {
      std::cerr << tokens.error().reason << "; " << tokens.error().hint << '\n';
      return kUsageExitCode;
    }
    token = std::move(tokens->front());
  }
  const auto ready = AskReady(command.admin, command.timeout, token);
  if (ready) return EXIT_SUCCESS;
  std::cerr << "not ready: " << ready.error() << '\n';
  return EXIT_FAILURE;
}

}  // namespace evenkeel::proxy
