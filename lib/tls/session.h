// Session: one TLS connection (RFC 5246, RFC 8446): bytes in, bytes out; no socket.
//
//   handshake ──> open ──> closed      (the peer has said that no more comes)
//       └───────────┴────> failed      (its alert, if any, is in the output)
// Pure but for the wall clock that certificates are held against. Belongs to a transport, used on
// its thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "lib/http/byte_queue.h"
#include "lib/net/peer.h"
#include "lib/tls/context.h"
#include "lib/tls/handshake_result.h"

struct bio_st;
struct x509_store_ctx_st;

namespace evenkeel::tls {

class Session {
 public:
  enum class State : uint8_t { kHandshake, kOpen, kClosed, kFailed };
  /// Plaintext in one record at most (RFC 8446, section 5.1).
  static constexpr size_t kRecord = 16 * 1024;

  /// `host` is the endpoint's, without port or brackets, where the context names none; client role
  /// only. `resume_key` tells peers apart whose sessions may be resumed; empty: none is.
  explicit Session(std::shared_ptr<const Context> context, std::string host = {},
                   std::string resume_key = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  State state() const { return state_; }

  /// Takes a step of the handshake with what came; a client's first one has no input. What is to
  /// be sent is added to `output`. What has come beyond the handshake is kept for Read. Only while
  /// kHandshake.
  void Handshake(std::span<const uint8_t> input, http2::ByteQueue& output);

  /// What comes next from the peer. Then Read until it returns 0: OpenSSL keeps what is not read.
  void SetInput(std::span<const uint8_t> input) { input_ = input; }
  /// Decrypts into `plain`, of at least a record; 0: it needs more, or state() has changed.
  /// `output` gets what TLS itself has to say.
  size_t Read(std::span<uint8_t> plain, http2::ByteQueue& output);
  /// Encrypts the first bytes into one record, up to kRecord of them, fewer where the peer wants
  /// smaller records. Returns how many; 0: it has failed. Precondition: open, and at least a byte.
  size_t Write(std::span<const uint8_t> plain, http2::ByteQueue& output);
  /// Adds a close_notify, where the session is open.
  void Close(http2::ByteQueue& output);

  /// Why it has failed, or kOk.
  HandshakeResult result() const { return result_; }
  /// What there is to say beyond the class, for the log and the admin port; never for peers. May be
  /// empty.
  const std::string& detail() const { return detail_; }
  /// Whether the handshake was an abbreviated one.
  bool resumed() const;
  /// When open: who the peer is.
  std::unique_ptr<net::SecurityFacts> Facts() const;

 private:
  friend struct ServerCallbacks;
  friend struct ClientCallbacks;
  friend struct SessionBio;

  void Finish();
  void Fail(HandshakeResult result, std::string detail);
  void FailWith(int ssl_error);
  /// Whether OpenSSL's verdict stands, on a certificate of the chain that the peer has shown.
  bool Judge(bool good, x509_store_ctx_st* verification);
  void OnMessage(int type);
  /// Takes the session over, where it may be resumed.
  bool KeepResumption(ssl_session_st* made) const;
  void Ask();

  const std::shared_ptr<const Context> context_;
  const std::string host_;  // what the peer's certificate has to be for
  const std::string resume_key_;
  std::unique_ptr<ssl_st, SslFree> ssl_;
  std::span<const uint8_t> input_;
  http2::ByteQueue* output_ = nullptr;  // while OpenSSL works
  State state_ = State::kHandshake;
  HandshakeResult result_ = HandshakeResult::kOk;
  std::string detail_;
  size_t handshake_bytes_ = 0;
  uint64_t received_ = 0;
  uint32_t key_updates_ = 0;
  bool wrong_role_message_ = false;  // a handshake that must not be in an open session
};

}  // namespace evenkeel::tls
