#include "lib/yaml/tls_files.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/tls/pem.h"
#include "lib/yaml/text_file.h"

namespace evenkeel::config {
namespace {

constexpr char kMissing[] = "check the path, which is relative to the file that names it";

class Reading {
 public:
  explicit Reading(const ReadFile& read) : read_(read) {}

  void Listeners(Config& config) {
    for (size_t i = 0; i < config.listeners.size(); ++i) {
      if (!config.listeners[i]->tls) continue;
      ListenerTls& tls = *config.listeners[i].Edit().tls;
      const KeyPath path = (KeyPath() / "listeners")[i] / "tls";
      Pair(path, tls.pair);
      for (ListenerTls::Name& each : tls.names) Pair(path / "names" / each.name, each.pair);
      if (!tls.client_ca.path.empty()) Authorities(path / "client_ca", tls.client_ca);
    }
  }

  void Clusters(Config& config) {
    for (auto& cluster : config.clusters) {
      if (!cluster->tls) continue;
      ClusterTls& tls = *cluster.Edit().tls;
      const KeyPath path = KeyPath() / "clusters" / cluster->name / "tls";
      if (!tls.ca.path.empty()) {
        Authorities(path / "ca", tls.ca);
      } else if (tls.verify) {
        const auto system = tls::SystemAuthorities();
        if (!system) Add(path, system.error());
      }
      if (tls.pair) Pair(path, *tls.pair);
    }
  }

  TlsFiles Take() && { return std::move(result_); }

 private:
  void Pair(const KeyPath& path, KeyPair& pair) {
    const bool has_certificate = Fill(path / "certificate", pair.certificate, result_.certificates);
    const bool has_key = Fill(path / "key", pair.key, result_.keys);
    if (!has_certificate || !has_key) return;
    if (auto fault = tls::CheckPair(pair)) {
      const bool is_key = fault->file == tls::PairFault::File::kKey;
      return Add(path / (is_key ? "key" : "certificate"), std::move(fault->complaint));
    }
    if (auto complaint = tls::OutOfTime(pair.certificate)) {
      Add(path / "certificate", std::move(*complaint), Problem::Kind::kWarning);
    }
  }

  void Authorities(const KeyPath& path, PemFile& file) {
    if (!Fill(path, file, result_.certificates)) return;
    const auto read = tls::ReadAuthorities(file);
    if (!read) Add(path, read.error());
  }

  bool Fill(const KeyPath& path, PemFile& file, std::vector<std::string>& files) {
    const auto [at, is_new] = texts_.try_emplace(file.path, std::string());
    if (is_new) at->second = read_(file.path);
    if (std::ranges::count(files, file.path) == 0) files.push_back(file.path);
    if (!at->second) {
      Add(path, Unreadable(file.path, at->second.error(), kMissing));
      return false;
    }
    file.text = *at->second;
    return true;
  }

  void Add(const KeyPath& path, Complaint complaint, Problem::Kind kind = Problem::Kind::kError) {
    result_.problems.push_back({.path = path,
                                .reason = std::move(complaint.reason),
                                .hint = std::move(complaint.hint),
                                .kind = kind});
  }

  const ReadFile& read_;
  std::map<std::string, base::Result<std::string, int>> texts_;
  TlsFiles result_;
};

}  // namespace

TlsFiles ReadTlsFiles(Config& config, const ReadFile& read) {
  Reading reading(read);
  reading.Listeners(config);
  reading.Clusters(config);
  return std::move(reading).Take();
}

}  // namespace evenkeel::config
