#include "lib/yaml/tls_reader.h"

#include <array>
#include <cctype>
#include <filesystem>
#include <string>
#include <string_view>

#include "lib/yaml/flag_key.h"
#include "lib/yaml/key_types.h"
#include "lib/yaml/name_rules.h"
#include "lib/yaml/word_key.h"

namespace evenkeel::config {
namespace {

using namespace std::string_view_literals;

// The path of a file, relative to the file that names it. What it holds is compared and never
// shown.
struct PemFileKey : Leaf {
  void Read(const Place& place, PemFile& file) const {
    const std::string* text = place.Text("a file", "");
    if (!text) return;
    if (const auto complaint = CheckFilePath(*text)) return place.Fail(*complaint);
    const std::filesystem::path from = place.errors().FileOf(place.mark());
    file.path = (from.parent_path() / *text).string();
  }
  KeyFacts Facts(const PemFile&) const { return {.type = "file"}; }
  Written Write(const PemFile& file) const {
    if (file.path.empty()) return {};
    Written written = WrittenText(file.path);
    written.unseen = file.text;
    return written;
  }
};

void ReadPair(MapReader& map, KeyPair& pair) {
  map.Required("certificate", pair.certificate, PemFileKey());
  map.Required("key", pair.key, PemFileKey());
}

struct NamesKey : NamedGroups<void (*)(MapReader&, ListenerTls::Name&)> {
  NamesKey()
      : NamedGroups<void (*)(MapReader&, ListenerTls::Name&)>{
            {[](MapReader& map, ListenerTls::Name& name) { ReadPair(map, name.pair); }},
            CheckServedName} {}

  void Read(const Place& place, std::vector<ListenerTls::Name>& out) const {
    NamedGroups::Read(place, out);
    for (ListenerTls::Name& each : out) {
      for (char& c : each.name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
};

void ReadListener(MapReader& map, ListenerTls& tls) {
  ReadPair(map, tls.pair);
  map.Optional("names", tls.names, NamesKey());
  map.OptionalIf(!tls.names.empty(),
                 {"there are no names that are known", "add names, or remove this"}, "unknown_name",
                 tls.unknown_name, WordKey(std::array{"default"sv, "refuse"sv}));
  map.Optional("client_ca", tls.client_ca, PemFileKey());
  map.OptionalIf(!tls.client_ca.path.empty(),
                 {"without client_ca nobody is asked for a certificate",
                  "add client_ca: FILE, or remove this"},
                 "client_certificate", tls.client_certificate,
                 WordKey(std::array{"request"sv, "require"sv}));
  map.Optional("min_version", tls.min_version, WordKey(std::array{"1.2"sv, "1.3"sv}));
  map.Optional("plaintext", tls.plaintext, WordKey(std::array{"refuse"sv, "accept"sv}));
  map.Optional("max_handshakes", tls.max_handshakes, Number(ListenerTls::kMaxHandshakes));
}

void ReadCluster(MapReader& map, ClusterTls& tls) {
  map.Optional("ca", tls.ca, PemFileKey());
  map.Optional("name", tls.name, Text("host name or IP address", CheckHost));
  map.Optional("subjects", tls.subjects, List{Text("DNS name, IP address or URI", CheckSubject)});
  KeyPair pair = tls.pair.value_or(KeyPair());
  map.Optional("certificate", pair.certificate, PemFileKey());
  map.Optional("key", pair.key, PemFileKey());
  map.Optional("verify", tls.verify, FlagKey());
  const bool has_certificate = !pair.certificate.path.empty();
  const bool has_key = !pair.key.path.empty();
  if (has_certificate && !has_key && map.IsGood()) {
    map.Fail({"has a certificate and no key", "add key: FILE, its private key"});
  } else if (has_key && !has_certificate && map.IsGood()) {
    map.Fail({"has a key and no certificate", "add certificate: FILE"});
  }
  if (has_certificate && has_key) tls.pair = std::move(pair);
}

}  // namespace

void ReadListenerTls(MapReader& map, Listener& listener) {
  map.Optional("tls", listener.tls, Group{ReadListener});
}

void ReadClusterTls(MapReader& map, Cluster& cluster) {
  map.Optional("tls", cluster.tls, Group{ReadCluster});
}

}  // namespace evenkeel::config
