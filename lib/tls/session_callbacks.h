// What OpenSSL asks of us in the middle of a handshake. Within lib/tls only.
#pragma once

struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;
struct ssl_ctx_st;
struct ssl_st;

namespace evenkeel::tls {

class Context;

/// Server role: which certificate by SNI, h2 by ALPN and nothing else, tickets.
struct ServerCallbacks {
  /// `context` outlives `handle`.
  static void Install(ssl_ctx_st* handle, const Context& context);
  static int OnClientHello(ssl_st* ssl, int* alert, void* context);
  static int OnTicket(ssl_st* ssl, unsigned char* name, unsigned char* iv,
                      evp_cipher_ctx_st* cipher, evp_mac_ctx_st* mac, int encrypts);
};

/// Client role: h2 by ALPN; sessions that may be resumed.
struct ClientCallbacks {
  static void Install(ssl_ctx_st* handle, const Context& context);
};

}  // namespace evenkeel::tls
