// Peer: who is at the other end of a connection, as far as its transport knows.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel::net {

/// What the peer's certificate says.
struct CertificateFacts {
  std::string subject;
  std::vector<std::string> uri_names;
  std::vector<std::string> dns_names;
  std::string sha256;  ///< of the whole certificate, in hex
  std::chrono::system_clock::time_point not_after{};
};

/// What a handshake has settled.
struct SecurityFacts {
  std::string identity;  ///< who the peer has proved to be; empty: nobody in particular
  std::string alpn;      ///< the protocol that both have agreed on; empty: none
  bool resumed = false;  ///< by a ticket of an earlier session
  std::unique_ptr<const CertificateFacts> certificate;  ///< null: it has shown none
};

struct Peer {
  std::string address;  ///< "10.1.2.3", "[::1]", "unix:"; empty once it is gone
  std::unique_ptr<const SecurityFacts> security;  ///< null: a plain connection
};

}  // namespace evenkeel::net
