// TlsFiles: reads the certificates and keys that a configuration names, and says what is wrong with
// them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/config/validate.h"

namespace evenkeel::config {

struct TlsFiles {
  /// Certificates that are not valid now are warnings, the rest errors.
  std::vector<Problem> problems{};
  /// Each file once, in the order of the configuration: those of certificates, and those of keys.
  std::vector<std::string> certificates{};
  std::vector<std::string> keys{};
};

/// A file's text, or errno.
using ReadFile = std::function<base::Result<std::string, int>(const std::string& path)>;

/// Fills in the texts of all files that listeners and clusters name for TLS; each file is read
/// once. A good configuration is one with which tls::Context can be made. No problem has a word of
/// what a file of a key holds.
TlsFiles ReadTlsFiles(Config& config, const ReadFile& read);

}  // namespace evenkeel::config
