// TlsFiles: the flags by which user-service and user-client speak TLS, and what is in the files.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace evenkeel::backend {

/// Paths of PEM files; empty: none.
struct TlsFiles {
  std::string ca;           ///< who signs the other side's certificate
  std::string certificate;  ///< our own, its chain after it; with `key` or not at all
  std::string key;
};

/// Adds --tls-ca, --tls-certificate and --tls-key. `ca_description`: what the first one is for.
/// `target` must outlive `app`.
void AddTlsFiles(CLI::App& app, TlsFiles& target, const std::string& ca_description);

/// The text of a file that was there when the flags were read; empty: for no path.
std::string ReadPem(const std::string& path);

}  // namespace evenkeel::backend
