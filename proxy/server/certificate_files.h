// CertificateFiles: how long the certificates that configurations name are valid.
//
// Main thread. To read one takes a tenth of a millisecond, so that what has not changed is not read
// again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/telemetry/tls_metrics.h"

namespace evenkeel::proxy {

class CertificateFiles {
 public:
  /// Of the files of `config`: own certificates, and those who sign others'. By path.
  std::vector<telemetry::CertificateValidity> Read(const config::Config& config);

 private:
  struct Known {
    std::string text;
    telemetry::CertificateValidity validity;
  };
  using KnownByPath = std::map<std::string, Known>;

  /// Moves what is known of the file, or reads it, to `next`.
  void Add(const config::PemFile& file, KnownByPath& next);

  KnownByPath known_;
};

}  // namespace evenkeel::proxy
