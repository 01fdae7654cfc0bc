#include "lib/tls/session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/base/check.h"
#include "lib/tls/peer_certificate.h"

namespace evenkeel::tls {
namespace {

// More is no handshake: chains are bounded to half of it.
constexpr size_t kMaxHandshake = 64 * 1024;

// Changes of keys (RFC 8446, section 4.6.3) that a peer may ask for beyond one for each MiB of its
// data: each costs us several times what it costs the peer.
constexpr uint32_t kMaxKeyUpdates = 64;

constexpr std::string_view kAlpn = "h2";

bool IsAddress(const std::string& host) {
  return host.find(':') != std::string::npos ||
         (!host.empty() && host.find_first_not_of("0123456789.") == std::string::npos);
}

HandshakeResult ResultOfReason(int reason) {
  switch (reason) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return HandshakeResult::kNoCertificate;
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return HandshakeResult::kNoAlpn;
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return HandshakeResult::kNoCommonVersion;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
      return HandshakeResult::kNoCommonParameters;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return HandshakeResult::kNotTls;
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
      return HandshakeResult::kAbuse;
    default:
      // OpenSSL numbers the alerts that it gets from 1000 on.
      return reason >= SSL_AD_REASON_OFFSET ? HandshakeResult::kRefusedByPeer
                                            : HandshakeResult::kProtocolError;
  }
}

}  // namespace

// OpenSSL's way to the bytes: reads what the session was given, writes to the output. It answers no
// control that it does not know: some would have OpenSSL believe in offloads.
struct SessionBio {
  static const BIO_METHOD* Method() {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "session");
      BIO_meth_set_read(made, &Read);
      BIO_meth_set_write(made, &Write);
      BIO_meth_set_ctrl(made, &Control);
      return made;
    }();
    return method;
  }

  static int Read(BIO* bio, char* into, int size) {
    auto& session = *static_cast<Session*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const size_t count = std::min(session.input_.size(), static_cast<size_t>(size));
    if (count == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(into, session.input_.data(), count);
    session.input_ = session.input_.subspan(count);
    return static_cast<int>(count);
  }

  static int Write(BIO* bio, const char* from, int size) {
    auto& session = *static_cast<Session*>(BIO_get_data(bio));
    session.output_->Append({reinterpret_cast<const uint8_t*>(from), static_cast<size_t>(size)});
    return size;
  }

  static long Control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
};

Session::Session(std::shared_ptr<const Context> context, std::string host, std::string resume_key)
    : context_(std::move(context)),
      host_(context_->name().empty() ? std::move(host) : context_->name()),
      // No session is resumed for another name: what it proved is checked no more.
      resume_key_(resume_key.empty() ? std::move(resume_key) : host_ + "@" + resume_key),
      ssl_(SSL_new(context_->handle_.get())) {
  CHECK(ssl_ != nullptr);
  BIO* const bio = BIO_new(SessionBio::Method());
  CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_msg_callback(
      ssl_.get(), [](int written, int, int type, const void* bytes, size_t size, SSL* ssl, void*) {
        if (written != 0 || type != SSL3_RT_HANDSHAKE || size == 0) return;
        static_cast<Session*>(SSL_get_app_data(ssl))
            ->OnMessage(*static_cast<const unsigned char*>(bytes));
      });
  Ask();
}

// What is asked of the peer. On the session: the name that a client asks for changes a server's
// certificate, not this.
void Session::Ask() {
  const auto judge = [](int good, X509_STORE_CTX* verification) {
    const auto* ssl = static_cast<SSL*>(
        X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* const session = static_cast<Session*>(SSL_get_app_data(ssl));
    return session->Judge(good == 1, verification) ? 1 : 0;
  };
  if (context_->role() == Context::Role::kServer) {
    int mode = SSL_VERIFY_NONE;
    if (context_->asks_client()) mode = SSL_VERIFY_PEER;
    if (context_->requires_client_) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_set_verify(ssl_.get(), mode, judge);
    // What a ticket proves is the past: with client certificates each handshake proves anew.
    SSL_set_num_tickets(ssl_.get(), context_->asks_client() ? 0 : 1);
    if (context_->asks_client()) SSL_set_options(ssl_.get(), SSL_OP_NO_TICKET);
    SSL_set_accept_state(ssl_.get());
    return;
  }
  SSL_set_verify(ssl_.get(), context_->verifies() ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, judge);
  if (!host_.empty() && !IsAddress(host_)) SSL_set_tlsext_host_name(ssl_.get(), host_.c_str());
  if (!resume_key_.empty()) {
    if (const ResumptionPtr last = context_->TakeResumption(resume_key_)) {
      SSL_set_session(ssl_.get(), last.get());
    }
  }
  SSL_set_connect_state(ssl_.get());
}

// Without a shutdown OpenSSL takes the session for broken, and no one may resume it.
Session::~Session() {
  if (state_ == State::kOpen || state_ == State::kClosed) {
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
}

void Session::Handshake(std::span<const uint8_t> input, http2::ByteQueue& output) {
  handshake_bytes_ += input.size();
  input_ = input;
  output_ = &output;
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_.get());
  if (done == 1) {
    Finish();
  } else {
    FailWith(SSL_get_error(ssl_.get(), done));
  }
  if (state_ == State::kHandshake && handshake_bytes_ > kMaxHandshake) {
    Fail(HandshakeResult::kAbuse, "a handshake of more than 64 KiB");
  }
  output_ = nullptr;
}

void Session::Finish() {
  const unsigned char* protocol = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &protocol, &length);
  if (std::string_view(reinterpret_cast<const char*>(protocol), length) != kAlpn) {
    return Fail(HandshakeResult::kNoAlpn, "it has chosen no protocol by ALPN");
  }
  state_ = State::kOpen;
}

size_t Session::Read(std::span<uint8_t> plain, http2::ByteQueue& output) {
  if (state_ != State::kOpen) return 0;
  output_ = &output;
  ERR_clear_error();
  size_t count = 0;
  const int read = SSL_read_ex(ssl_.get(), plain.data(), plain.size(), &count);
  if (read != 1) {
    count = 0;
    FailWith(SSL_get_error(ssl_.get(), read));
  }
  received_ += count;
  if (state_ == State::kOpen && wrong_role_message_) {
    Fail(HandshakeResult::kAbuse, "a handshake in a session that is open");
  } else if (state_ == State::kOpen && key_updates_ > kMaxKeyUpdates + (received_ >> 20)) {
    Fail(HandshakeResult::kAbuse, "too many changes of keys");
  }
  output_ = nullptr;
  return count;
}

size_t Session::Write(std::span<const uint8_t> plain, http2::ByteQueue& output) {
  output_ = &output;
  ERR_clear_error();
  size_t count = 0;
  const size_t most = std::min(plain.size(), kRecord);
  const int written = SSL_write_ex(ssl_.get(), plain.data(), most, &count);
  if (written != 1) {
    count = 0;
    FailWith(SSL_get_error(ssl_.get(), written));
  }
  output_ = nullptr;
  return count;
}

void Session::Close(http2::ByteQueue& output) {
  if (state_ != State::kOpen && state_ != State::kClosed) return;
  output_ = &output;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  output_ = nullptr;
}

void Session::Fail(HandshakeResult result, std::string detail) {
  state_ = State::kFailed;
  result_ = result;
  detail_ = std::move(detail);
}

void Session::FailWith(int ssl_error) {
  if (ssl_error == SSL_ERROR_WANT_READ) return;
  if (ssl_error == SSL_ERROR_ZERO_RETURN) {
    state_ = State::kClosed;
    return;
  }
  const unsigned long error = ERR_peek_error();
  const char* const reason = ERR_reason_error_string(error);
  ERR_clear_error();
  // Verification and the ClientHello have said more already.
  if (result_ != HandshakeResult::kOk) return Fail(result_, std::move(detail_));
  Fail(ResultOfReason(ERR_GET_REASON(error)), reason == nullptr ? "" : reason);
}

bool Session::Judge(bool good, x509_store_ctx_st* verification) {
  X509* const certificate = X509_STORE_CTX_get_current_cert(verification);
  const std::vector<std::string>& subjects = context_->subjects();
  if (good && X509_STORE_CTX_get_error_depth(verification) == 0 &&
      context_->role() == Context::Role::kClient) {
    good = subjects.empty() ? IsFor(*certificate, host_)
                            : std::ranges::any_of(subjects, [&](const std::string& each) {
                                return IsFor(*certificate, each);
                              });
    if (!good) X509_STORE_CTX_set_error(verification, X509_V_ERR_HOSTNAME_MISMATCH);
  }
  if (good) return true;
  const int error = X509_STORE_CTX_get_error(verification);
  result_ = ResultOfVerification(error);
  detail_ = Describe(certificate, error);
  if (result_ == HandshakeResult::kWrongName) {
    detail_ += "; wanted is " + (subjects.empty() ? host_ : subjects.front());
  }
  return false;
}

void Session::OnMessage(int type) {
  if (state_ != State::kOpen) return;
  if (type == SSL3_MT_KEY_UPDATE) {
    ++key_updates_;
  } else if (type != SSL3_MT_NEWSESSION_TICKET) {
    wrong_role_message_ = true;
  }
}

bool Session::KeepResumption(ssl_session_st* made) const {
  if (resume_key_.empty()) return false;
  context_->KeepResumption(resume_key_, ResumptionPtr(made));
  return true;
}

bool Session::resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

std::unique_ptr<net::SecurityFacts> Session::Facts() const {
  auto facts = std::make_unique<net::SecurityFacts>();
  facts->alpn = kAlpn;
  facts->resumed = resumed();
  // The verdict alone says nothing: it is good where there was no certificate, too.
  X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return facts;
  auto shown = std::make_unique<net::CertificateFacts>(FactsOf(*certificate));
  const bool asked = context_->role() == Context::Role::kServer || context_->verifies();
  if (asked && SSL_get_verify_result(ssl_.get()) == X509_V_OK) facts->identity = IdentityOf(*shown);
  facts->certificate = std::move(shown);
  return facts;
}

}  // namespace evenkeel::tls
