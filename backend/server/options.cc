#include "backend/server/options.h"

#include <map>

#include "lib/base/version.h"

namespace evenkeel::backend {
namespace {

constexpr char kDescription[] =
    "user-service: one replica of user.v1.UserService, with the load, faults and reports of a real "
    "one.\nSIGUSR1 turns its health to NOT_SERVING and back; SIGTERM drains and ends it.";
constexpr char kDefaultListen[] = "127.0.0.1:50061";

void AddIdentity(CLI::App& app, ServerOptions& options) {
  app.add_option("--id", options.id,
                 "Sent with every answer as metadata x-served-by (default: the address)");
  app.add_option("--users", options.users, "Users at the start: user-1, user-2, …")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of jitter and faults: the same seed, the same run")
      ->capture_default_str();
}

void AddLoad(CLI::App& app, ServerOptions& options) {
  const std::string group = "Load";
  AddDuration(app, "--latency", options.latency,
              "Time that work on a call takes; SyncUsers: on each message")
      ->group(group);
  AddDuration(app, "--latency-jitter", options.latency_jitter,
              "That time varies evenly by up to this much in both directions; at most --latency")
      ->group(group);
  app.add_option("--concurrency", options.concurrency,
                 "Calls worked on at once; more wait in a queue. 0: no limit")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str()
      ->group(group);
}

void AddFaults(CLI::App& app, ServerOptions& options) {
  const std::string group = "Faults";
  app.add_option("--fail-rate", options.fail_rate, "Share of calls to fail at once, 0 to 1")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str()
      ->group(group);
  const auto read_status = [&options](const std::string& text) {
    const auto status = ParseStatusCode(text);
    if (!status || *status == rpc::StatusCode::kOk) {
      throw CLI::ValidationError(
          "--fail-status", "\"" + text + "\" is not a gRPC error such as UNAVAILABLE, or 1 to 16");
    }
    options.fail_status = *status;
  };
  app.add_option_function<std::string>("--fail-status", read_status,
                                       "Status of those calls, by name or number")
      ->default_str("UNAVAILABLE")
      ->type_name("STATUS")
      ->group(group);
  app.add_option("--require-token", options.require_token,
                 "Calls to UserService need \"authorization: Bearer TOKEN\"")
      ->type_name("TOKEN")
      ->group(group);
  app.add_option("--max-concurrent-streams", options.max_concurrent_streams,
                 "Calls on one connection at once (HTTP/2 setting). 0: no limit")
      ->capture_default_str()
      ->group(group);
  AddDuration(app, "--max-connection-age", options.max_connection_age,
              "Connections get a GOAWAY at about this age. 0: never")
      ->group(group);
  AddDuration(app, "--max-connection-age-grace", options.max_connection_age_grace,
              "Calls still open this long after that GOAWAY are cut off. 0: never")
      ->group(group);
}

void AddReports(CLI::App& app, ServerOptions& options) {
  const std::string group = "Load reports (ORCA)";
  static const std::map<std::string, ServerOptions::Orca> kNames = {
      {"off", ServerOptions::Orca::kOff},
      {"trailer", ServerOptions::Orca::kTrailer},
      {"stream", ServerOptions::Orca::kStream},
      {"both", ServerOptions::Orca::kBoth}};
  const auto read_orca = [&options](const std::string& text) {
    const auto found = kNames.find(text);
    if (found == kNames.end()) {
      throw CLI::ValidationError("--orca", "\"" + text + "\" is not off, trailer, stream or both");
    }
    options.orca = found->second;
  };
  app.add_option_function<std::string>(
         "--orca", read_orca,
         "off, trailer (endpoint-load-metrics-bin), stream (OpenRcaService) or both")
      ->default_str("both")
      ->type_name("KIND")
      ->group(group);
  AddDuration(app, "--orca-min-interval", options.orca_min_interval,
              "Shortest time between two reports of a stream, whatever the client asks for")
      ->group(group);
}

void AddShutdown(CLI::App& app, ServerOptions& options) {
  const std::string group = "Shutdown on SIGTERM or SIGINT";
  AddDuration(app, "--drain-delay", options.drain_delay,
              "Time between turning NOT_SERVING and accepting no more calls")
      ->group(group);
  AddDuration(app, "--grace", options.grace, "Calls still open this long after that are cancelled")
      ->group(group);
}

}  // namespace

base::Result<ServerOptions, EarlyExit> ParseServerOptions(std::vector<std::string> arguments) {
  ServerOptions options;
  options.listen = {*base::Address::Parse(kDefaultListen)};
  CLI::App app(kDescription, "user-service");
  app.set_version_flag("--version", std::string("user-service ") + base::kVersion);
  AddAddresses(app, "--listen", options.listen,
               "host:port, [ipv6]:port or unix:path; port 0: any free one; may be repeated");
  AddIdentity(app, options);
  AddLoad(app, options);
  AddFaults(app, options);
  AddReports(app, options);
  AddTlsFiles(app, options.tls, "Clients must show a certificate that one of these has signed");
  AddShutdown(app, options);
  if (auto exit = ParseArguments(app, std::move(arguments))) return base::Error(*std::move(exit));
  if (options.latency_jitter > options.latency) {
    return base::Error(UsageError(app, "--latency-jitter must not exceed --latency"));
  }
  if (!options.tls.ca.empty() && options.tls.certificate.empty()) {
    return base::Error(UsageError(app, "--tls-ca needs --tls-certificate"));
  }
  if (options.orca_min_interval < std::chrono::milliseconds(1)) {
    return base::Error(UsageError(app, "--orca-min-interval must be at least 1ms"));
  }
  return options;
}

}  // namespace evenkeel::backend
