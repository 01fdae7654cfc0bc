#include "lib/tls/context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cctype>

#include "lib/tls/session_callbacks.h"

namespace evenkeel::tls {
namespace {

using base::Error;
using base::Result;

// What RFC 9113, section 9.2.2, leaves of TLS 1.2.
constexpr char kSuites12[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr char kSuites13[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr char kGroups[] = "X25519:P-256:P-384";

// What strangers may have us parse.
constexpr long kMaxCertificates = 32 * 1024;
constexpr int kMaxDepth = 8;

constexpr long kTicketSeconds = 3600;
// Peers whose last session is kept; beyond that handshakes are full ones.
constexpr size_t kMaxResumptions = 4096;

std::string Sentence(const config::Complaint& complaint) {
  return complaint.hint.empty() ? complaint.reason : complaint.reason + "; " + complaint.hint;
}

void Configure(SSL_CTX* handle) {
  SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
  SSL_CTX_set_options(
      handle, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Partial writes: each call makes one record. Buffers are given back between records.
  SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_cipher_list(handle, kSuites12);
  SSL_CTX_set_ciphersuites(handle, kSuites13);
  SSL_CTX_set1_groups_list(handle, kGroups);
  SSL_CTX_set_max_cert_list(handle, kMaxCertificates);
  SSL_CTX_set_max_early_data(handle, 0);
  SSL_CTX_set_timeout(handle, kTicketSeconds);
  SSL_CTX_set_verify_depth(handle, kMaxDepth);
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(handle), X509_V_FLAG_PARTIAL_CHAIN);
}

// Whether `name` is `pattern`, or `pattern` is "*." and what follows the first label of `name`.
bool Matches(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return pattern == name;
  const size_t dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 && name.substr(dot) == pattern.substr(1);
}

}  // namespace

void SslFree::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void SslFree::operator()(ssl_session_st* session) const { SSL_SESSION_free(session); }
void SslFree::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Context::~Context() = default;

Result<Context::Handle, std::string> Context::Make(Role role, const config::KeyPair* pair,
                                                   const StorePtr& trusted) {
  Handle handle(SSL_CTX_new(role == Role::kServer ? TLS_server_method() : TLS_client_method()));
  if (!handle) return Error(std::string("OpenSSL has no memory for a TLS context"));
  Configure(handle.get());
  if (trusted) SSL_CTX_set1_cert_store(handle.get(), trusted.get());
  if (pair == nullptr) return handle;
  if (const auto fault = CheckPair(*pair)) return Error(Sentence(fault->complaint));
  auto chain = ReadCertificates(pair->certificate);
  const auto key = ReadKey(pair->key);
  bool good = SSL_CTX_use_certificate(handle.get(), chain->front().get()) == 1 &&
              SSL_CTX_use_PrivateKey(handle.get(), key->get()) == 1;
  for (size_t i = 1; good && i < chain->size(); ++i) {
    good = SSL_CTX_add1_chain_cert(handle.get(), (*chain)[i].get()) == 1;
  }
  if (good) return handle;
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return Error(pair->certificate.path +
               " cannot be used: " + (reason == nullptr ? "OpenSSL refuses it" : reason));
}

Result<std::shared_ptr<const Context>, std::string> Context::ForListener(
    const config::ListenerTls& tls, Tickets tickets) {
  const std::shared_ptr<Context> context(new Context(Role::kServer));
  context->tickets_ = std::move(tickets);
  if (const auto taken = context->TakeListener(tls); !taken) return Error(taken.error());
  return std::shared_ptr<const Context>(context);
}

Result<std::shared_ptr<const Context>, std::string> Context::ForCluster(
    const config::ClusterTls& tls) {
  const std::shared_ptr<Context> context(new Context(Role::kClient));
  if (const auto taken = context->TakeCluster(tls); !taken) return Error(taken.error());
  return std::shared_ptr<const Context>(context);
}

Result<void, std::string> Context::TakeListener(const config::ListenerTls& tls) {
  StorePtr trusted;
  asks_client_ = !tls.client_ca.path.empty();
  requires_client_ = asks_client_ && tls.client_certificate == config::ClientCertificate::kRequire;
  refuses_unknown_ = tls.unknown_name == config::ListenerTls::UnknownName::kRefuse;
  if (asks_client_) {
    auto read = ReadAuthorities(tls.client_ca);
    if (!read) return Error(Sentence(read.error()));
    trusted = std::move(*read);
  }
  const auto make = [&](const config::KeyPair& pair) -> Result<Handle, std::string> {
    auto made = Make(Role::kServer, &pair, trusted);
    if (made) {
      SSL_CTX_set_session_cache_mode(made->get(), SSL_SESS_CACHE_OFF);
      if (tls.min_version == config::TlsVersion::k13) {
        SSL_CTX_set_min_proto_version(made->get(), TLS1_3_VERSION);
      }
      ServerCallbacks::Install(made->get(), *this);
    }
    return made;
  };
  auto handle = make(tls.pair);
  if (!handle) return Error(handle.error());
  handle_ = std::move(*handle);
  for (const config::ListenerTls::Name& each : tls.names) {
    auto named = make(each.pair);
    if (!named) return Error(named.error());
    named_.push_back({each.name, std::move(*named)});
  }
  return {};
}

Result<void, std::string> Context::TakeCluster(const config::ClusterTls& tls) {
  name_ = tls.name;
  subjects_ = tls.subjects;
  verifies_ = tls.verify;
  StorePtr trusted;
  if (verifies_) {
    auto read = tls.ca.path.empty() ? SystemAuthorities() : ReadAuthorities(tls.ca);
    if (!read) return Error(Sentence(read.error()));
    trusted = std::move(*read);
  }
  auto handle = Make(Role::kClient, tls.pair ? &*tls.pair : nullptr, trusted);
  if (!handle) return Error(handle.error());
  handle_ = std::move(*handle);
  ClientCallbacks::Install(handle_.get(), *this);
  return {};
}

ssl_ctx_st* Context::Find(std::string_view name) const {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower.ends_with('.')) lower.pop_back();
  const auto exact = std::ranges::find(named_, lower, &Named::name);
  if (exact != named_.end()) return exact->handle.get();
  const auto matching = std::ranges::find_if(
      named_, [&lower](const Named& each) { return Matches(each.name, lower); });
  return matching == named_.end() ? nullptr : matching->handle.get();
}

ResumptionPtr Context::TakeResumption(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = resumptions_.extract(key);
  return found.empty() ? nullptr : std::move(found.mapped());
}

void Context::KeepResumption(const std::string& key, ResumptionPtr session) const {
  const std::lock_guard lock(mutex_);
  if (resumptions_.size() < kMaxResumptions || resumptions_.contains(key)) {
    resumptions_[key] = std::move(session);
  }
}

}  // namespace evenkeel::tls
