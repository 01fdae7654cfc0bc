// ServerOptions: the command line of user-service as validated values. `user-service --help` and
// docs/backend.md are the manual; the names here are the flags' names there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/flags.h"
#include "backend/tls_files.h"
#include "lib/base/address.h"
#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/rpc/status.h"

namespace evenkeel::backend {

struct ServerOptions {
  std::vector<base::Address> listen;  ///< at least one
  std::string id;                     ///< value of x-served-by; empty: the first listening address
  uint32_t users = 1000;              ///< users at the start
  uint64_t seed = 1;                  ///< of jitter and faults

  base::Duration latency{};
  base::Duration latency_jitter{};  ///< at most latency
  uint32_t concurrency = 0;         ///< 0: no limit

  double fail_rate = 0;  ///< 0 to 1
  rpc::StatusCode fail_status = rpc::StatusCode::kUnavailable;
  std::string require_token;  ///< empty: none required
  TlsFiles tls;               ///< without a certificate: plain text

  enum class Orca { kOff, kTrailer, kStream, kBoth };
  Orca orca = Orca::kBoth;
  base::Duration orca_min_interval = std::chrono::seconds(30);

  base::Duration drain_delay = std::chrono::milliseconds(500);
  base::Duration grace = std::chrono::seconds(10);

  uint32_t max_concurrent_streams = 0;        ///< 0: no limit
  base::Duration max_connection_age{};        ///< 0: no limit
  base::Duration max_connection_age_grace{};  ///< 0: no limit
};

/// `arguments` are those after the program's name.
base::Result<ServerOptions, EarlyExit> ParseServerOptions(std::vector<std::string> arguments);

}  // namespace evenkeel::backend
