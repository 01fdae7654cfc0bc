// CertificateWatch: tells the log of certificates that end soon, have expired, or are renewed after
// that. Pure but for the log: the time is handed in.
//
// Part of the Server; main thread.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "lib/telemetry/log.h"
#include "lib/telemetry/tls_metrics.h"

namespace evenkeel::proxy {

class CertificateWatch {
 public:
  /// `log` outlives it.
  explicit CertificateWatch(telemetry::Log& log) : log_(log) {}

  /// All that there are from now on; no file twice. What has been told of a file is not told again
  /// while its certificate is the same.
  void Set(const std::vector<telemetry::CertificateValidity>& certificates);
  /// To be called each second or so.
  void Look(std::chrono::system_clock::time_point now);

 private:
  enum class State : uint8_t { kFine, kEnds, kExpired };
  struct Known {
    telemetry::CertificateValidity validity;
    State told = State::kFine;
  };

  static State StateOf(const telemetry::CertificateValidity& validity,
                       std::chrono::system_clock::time_point now);

  telemetry::Log& log_;
  std::map<std::string, Known> known_;  // by file
};

}  // namespace evenkeel::proxy
