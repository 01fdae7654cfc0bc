#include "backend/tls_files.h"

#include <fstream>
#include <iterator>

namespace evenkeel::backend {

void AddTlsFiles(CLI::App& app, TlsFiles& target, const std::string& ca_description) {
  const auto add = [&app](const char* name, std::string& path, const std::string& description) {
    return app.add_option(name, path, description)
        ->check(CLI::ExistingFile)
        ->type_name("FILE")
        ->group("TLS");
  };
  add("--tls-ca", target.ca, ca_description);
  CLI::Option* const certificate =
      add("--tls-certificate", target.certificate, "Our certificate, its chain after it (PEM)");
  CLI::Option* const key = add("--tls-key", target.key, "Its key (PEM)");
  certificate->needs(key);
  key->needs(certificate);
}

std::string ReadPem(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace evenkeel::backend
