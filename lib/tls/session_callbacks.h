// What OpenSSL asks of us in the middle of a handshake. Within lib/tls only.
#pragma once

struct ssl_ctx_st;
struct ssl_st;

namespace evenkeel::tls {

class Context;

/// Server role: which certificate by SNI, h2 by ALPN and nothing else.
struct ServerCallbacks {
  /// `context` outlives `handle`.
  static void Install(ssl_ctx_st* handle, const Context& context);
  static int OnClientHello(ssl_st* ssl, int* alert, void* context);
};

/// Client role: h2 by ALPN; sessions that may be resumed.
struct ClientCallbacks {
  static void Install(ssl_ctx_st* handle, const Context& context);
};

}  // namespace evenkeel::tls
