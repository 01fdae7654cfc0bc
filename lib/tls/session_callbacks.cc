#include "lib/tls/session_callbacks.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "lib/tls/session.h"

namespace evenkeel::tls {
namespace {

constexpr std::array<unsigned char, 3> kH2{2, 'h', '2'};

// Of the extensions of a ClientHello: what follows a length of two bytes that is all of it.
std::optional<std::string_view> WithLength(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const size_t length =
      static_cast<unsigned char>(bytes[0]) * 256U + static_cast<unsigned char>(bytes[1]);
  if (bytes.size() - 2 != length) return std::nullopt;
  return bytes.substr(2);
}

// The name that is asked for (RFC 6066, section 3): one entry of type 0. Empty: none.
std::string_view ServerName(SSL* ssl) {
  const unsigned char* data = nullptr;
  size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &data, &size) != 1) return {};
  const auto list = WithLength({reinterpret_cast<const char*>(data), size});
  if (!list || list->size() < 3 || list->front() != 0) return {};
  return WithLength(list->substr(1)).value_or(std::string_view());
}

int OnAlpn(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
           unsigned offered_length, void*) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, length, kH2.data(), kH2.size(), offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

// A ticket is good where it was made: for the same name, of the same listener.
void SetTicketScope(SSL* ssl, const std::string& listener, std::string_view name) {
  std::string scope = listener + '\0';
  scope += name;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(scope.data(), scope.size(), digest.data(), &length, EVP_sha256(), nullptr);
  SSL_set_session_id_context(ssl, digest.data(), length);
}

// Readies `cipher` and `mac` for a ticket; false: OpenSSL cannot.
bool SetTicketKey(const TicketKeys::Key& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
                  EVP_MAC_CTX* mac, bool encrypts) {
  char digest[] = "sha256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY,
                                        const_cast<unsigned char*>(key.mac.data()), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1 &&
         EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv,
                           encrypts ? 1 : 0) == 1;
}

}  // namespace

// Where the certificate is chosen: OpenSSL's callback for the name comes after it has looked at a
// ticket. Without ALPN its callback for that does not come at all.
int ServerCallbacks::OnClientHello(SSL* ssl, int* alert, void* argument) {
  const auto& context = *static_cast<const Context*>(argument);
  auto& session = *static_cast<Session*>(SSL_get_app_data(ssl));
  const unsigned char* data = nullptr;
  size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &data,
                                &size) != 1) {
    *alert = SSL_AD_NO_APPLICATION_PROTOCOL;
    session.result_ = HandshakeResult::kNoAlpn;
    return SSL_CLIENT_HELLO_ERROR;
  }
  const std::string_view name = ServerName(ssl);
  SSL_CTX* const named = name.empty() ? nullptr : context.Find(name);
  if (named == nullptr && context.refuses_unknown_) {
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    session.result_ = HandshakeResult::kUnknownName;
    return SSL_CLIENT_HELLO_ERROR;
  }
  if (named != nullptr) SSL_set_SSL_CTX(ssl, named);
  SetTicketScope(ssl, context.tickets_.scope, named == nullptr ? std::string_view() : name);
  return SSL_CLIENT_HELLO_SUCCESS;
}

// As OpenSSL wants it (SSL_CTX_set_tlsext_ticket_key_evp_cb): -1 failed, 0 no such key, 1 good,
// 2 good and to be replaced.
int ServerCallbacks::OnTicket(SSL* ssl, unsigned char* name, unsigned char* iv,
                              EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int encrypts) {
  TicketKeys& keys = *static_cast<Session*>(SSL_get_app_data(ssl))->context_->tickets_.keys;
  if (encrypts != 0) {
    const TicketKeys::Key key = keys.Current();
    std::ranges::copy(key.name, name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
    return SetTicketKey(key, iv, cipher, mac, true) ? 1 : -1;
  }
  const auto found = keys.Find(std::span<const unsigned char, 16>(name, 16));
  if (!found) return 0;
  if (!SetTicketKey(found->key, iv, cipher, mac, false)) return -1;
  return found->is_current ? 1 : 2;
}

void ServerCallbacks::Install(SSL_CTX* handle, const Context& context) {
  SSL_CTX_set_client_hello_cb(handle, &OnClientHello, const_cast<Context*>(&context));
  SSL_CTX_set_alpn_select_cb(handle, &OnAlpn, nullptr);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(handle, &OnTicket);
}

void ClientCallbacks::Install(SSL_CTX* handle, const Context&) {
  SSL_CTX_set_alpn_protos(handle, kH2.data(), kH2.size());
  SSL_CTX_set_session_cache_mode(handle, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(handle, [](SSL* ssl, SSL_SESSION* made) {
    const auto& session = *static_cast<const Session*>(SSL_get_app_data(ssl));
    return session.KeepResumption(made) ? 1 : 0;
  });
}

}  // namespace evenkeel::tls
