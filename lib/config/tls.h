// TLS of a listener and of a cluster, as configured: certificates, keys, who is trusted.
//
// Plain values, part of config.h's Listener and Cluster. Files are named by path, and hold what was
// read when the configuration was: another text is another configuration, so that a certificate
// that rotates is a reload like any other. No text of theirs is ever shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/bounds.h"

namespace evenkeel::config {

/// A file in PEM (RFC 7468).
struct PemFile {
  std::string path;  ///< empty: none
  std::string text;  ///< as read; may be a private key
  bool operator==(const PemFile&) const = default;
};

/// A certificate, its chain after it, and its key; both or neither.
struct KeyPair {
  PemFile certificate;
  PemFile key;
  bool operator==(const KeyPair&) const = default;
};

enum class TlsVersion : uint8_t { k12, k13 };

/// What a client must show of itself.
enum class ClientCertificate : uint8_t {
  kRequest,  ///< it may show none; one that it shows must be good
  kRequire,
};

/// `tls:` of a listener.
struct ListenerTls {
  KeyPair pair;
  /// Another pair for clients that ask for a name (SNI, RFC 6066).
  struct Name {
    std::string name;  ///< "a.example", or "*.example" for one label below it; lower case
    KeyPair pair;
    bool operator==(const Name&) const = default;
  };
  std::vector<Name> names{};
  enum class UnknownName : uint8_t {
    kDefault,  ///< `pair` is shown
    kRefuse,   ///< alert 112; so is a client that asks for no name
  } unknown_name = UnknownName::kDefault;
  /// Who signs clients' certificates; none: they are not asked for one.
  PemFile client_ca{};
  ClientCertificate client_certificate = ClientCertificate::kRequire;
  TlsVersion min_version = TlsVersion::k12;
  enum class Plaintext : uint8_t { kRefuse, kAccept } plaintext = Plaintext::kRefuse;
  /// Handshakes of a worker that wait for their turn; beyond that it accepts no more connections
  /// for a moment. One takes about a millisecond of CPU.
  uint32_t max_handshakes = 200;
  static constexpr WholeNumbers kMaxHandshakes{1, 100'000};
  bool operator==(const ListenerTls&) const = default;
};

/// `tls:` of a cluster.
struct ClusterTls {
  /// Who signs endpoints' certificates; none: whom the system trusts.
  PemFile ca{};
  /// Asked for by SNI, and what the certificate must be for; empty: the endpoint's host.
  std::string name{};
  /// One of these names, of DNS, IP or URI, must be in the certificate; empty: `name` must.
  std::vector<std::string> subjects{};
  /// What we show of ourselves to who asks; none: nothing.
  std::optional<KeyPair> pair{};
  /// Whether the peer is who it should be; else anybody may be.
  bool verify = true;
  bool operator==(const ClusterTls&) const = default;
};

}  // namespace evenkeel::config
