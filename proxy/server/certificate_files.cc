#include "proxy/server/certificate_files.h"

#include <utility>

#include "lib/tls/pem.h"

namespace evenkeel::proxy {

std::vector<telemetry::CertificateValidity> CertificateFiles::Read(const config::Config& config) {
  KnownByPath next;
  for (const config::Listener& listener : config.listeners) {
    if (!listener.tls) continue;
    Add(listener.tls->pair.certificate, next);
    for (const config::ListenerTls::Name& each : listener.tls->names) {
      Add(each.pair.certificate, next);
    }
    Add(listener.tls->client_ca, next);
  }
  for (const config::Cluster& cluster : config.clusters) {
    if (!cluster.tls) continue;
    Add(cluster.tls->ca, next);
    if (cluster.tls->pair) Add(cluster.tls->pair->certificate, next);
  }
  known_ = std::move(next);
  std::vector<telemetry::CertificateValidity> all;
  for (const auto& [path, known] : known_) all.push_back(known.validity);
  return all;
}

void CertificateFiles::Add(const config::PemFile& file, KnownByPath& next) {
  if (file.path.empty() || next.contains(file.path)) return;
  auto found = known_.extract(file.path);
  if (!found.empty() && found.mapped().text == file.text) {
    next.insert(std::move(found));
  } else if (const auto first = tls::FirstEnd(file)) {
    next.emplace(file.path, Known{file.text, {file.path, first->not_before, first->not_after}});
  }
}

}  // namespace evenkeel::proxy
