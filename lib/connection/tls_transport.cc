#include "lib/connection/tls_transport.h"

#include <algorithm>
#include <array>
#include <utility>

#include "lib/base/check.h"
#include "lib/http2/foreign_protocol.h"
#include "lib/net/byte_stream.h"

namespace evenkeel::rpc {
namespace {

// What is encrypted before the kernel has taken it: it cannot be taken back, and calls in it are
// delayed by all of it.
constexpr size_t kMostAhead = 64 * 1024;

// A client that has still much to say gets our alert all the same (Connection has the same).
constexpr auto kLinger = std::chrono::seconds(1);

// One read's worth and what OpenSSL may have had before.
constexpr size_t kPlainBuffer = 96 * 1024;

// TLS's own content types are 20 to 24; a connection begins with a handshake (RFC 8446, 5.1).
constexpr uint8_t kHandshakeRecord = 22;

constexpr std::string_view kHttp2 = "PRI * HTTP/2.0\r\n";
constexpr char kNeedsTls[] = "this port speaks TLS; the client speaks HTTP/2 in plain text";
constexpr std::string_view kHttp1Answer =
    "HTTP/1.1 400 Bad Request\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 44\r\n"
    "Connection: close\r\n"
    "\r\n"
    "This port speaks gRPC over TLS, no HTTP/1.1\n";

// What a write makes and the kernel takes at once: one for all connections of a thread.
http2::ByteQueue& FreshOutput() {
  static thread_local http2::ByteQueue queue(2 * kMostAhead);
  return queue;
}

std::span<uint8_t> PlainBuffer() {
  static thread_local const std::unique_ptr<uint8_t[]> buffer(new uint8_t[kPlainBuffer]);
  return {buffer.get(), kPlainBuffer};
}

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// SETTINGS, without any, and GOAWAY(0, INADEQUATE_SECURITY) (RFC 9113, sections 3.4 and 7).
std::string InadequateSecurity() {
  constexpr std::string_view text = kNeedsTls;
  std::string frames("\0\0\0\4\0\0\0\0\0", 9);
  frames += std::string("\0\0", 2) + static_cast<char>(8 + text.size());
  frames += std::string("\7\0\0\0\0\0\0\0\0\0\0\0\0\x0c", 14);
  return frames.append(text);
}

class Encrypted final : public Transports {
 public:
  Encrypted(std::shared_ptr<const tls::Context> context, Plaintext plaintext,
            std::shared_ptr<const Transports> below)
      : context_(std::move(context)), plaintext_(plaintext), below_(std::move(below)) {}

  std::string_view scheme() const override { return "https"; }

  std::unique_ptr<net::Transport> Accept(net::EventLoop& loop, base::FileDescriptor socket,
                                         net::Transport::Handler& handler) const override {
    return std::make_unique<TlsTransport>(loop, std::move(socket), context_, plaintext_, *below_,
                                          handler);
  }

  base::Result<std::unique_ptr<net::Transport>, std::error_code> Connect(
      net::EventLoop& loop, const net::SocketAddress& address, const std::string& host,
      net::Transport::Handler& handler) const override {
    auto transport = TlsTransport::Connect(loop, address, host, context_, handler);
    if (!transport) return base::Error(transport.error());
    return std::unique_ptr<net::Transport>(std::move(*transport));
  }

 private:
  const std::shared_ptr<const tls::Context> context_;
  const Plaintext plaintext_;
  const std::shared_ptr<const Transports> below_;
};

}  // namespace

std::shared_ptr<const Transports> TlsTransports(std::shared_ptr<const tls::Context> context,
                                                Plaintext plaintext,
                                                std::shared_ptr<const Transports> below) {
  return std::make_shared<Encrypted>(std::move(context), plaintext, std::move(below));
}

std::shared_ptr<const Transports> TlsTransports(std::shared_ptr<const tls::Context> context) {
  return TlsTransports(std::move(context), Plaintext::kRefuse);
}

TlsTransport::TlsTransport(net::EventLoop& loop, std::unique_ptr<tls::Session> session,
                           net::Transport::Handler& handler)
    : loop_(loop), handler_(handler), session_(std::move(session)), is_server_(false) {}

TlsTransport::TlsTransport(net::EventLoop& loop, base::FileDescriptor socket,
                           std::shared_ptr<const tls::Context> context, Plaintext plaintext,
                           const Transports& below, net::Transport::Handler& handler)
    : loop_(loop),
      handler_(handler),
      session_(std::make_unique<tls::Session>(std::move(context))),
      is_server_(true),
      accepts_plain_(plaintext == Plaintext::kAccept) {
  net::Transport::Handler& self = *this;
  stream_ = below.Accept(loop, std::move(socket), self);
  peer_.address = stream_->peer().address;
  if (stream_->open()) state_ = State::kHandshake;
}

base::Result<std::unique_ptr<TlsTransport>, std::error_code> TlsTransport::Connect(
    net::EventLoop& loop, const net::SocketAddress& address, const std::string& host,
    std::shared_ptr<const tls::Context> context, net::Transport::Handler& handler) {
  auto session = std::make_unique<tls::Session>(std::move(context), host, address.ToString());
  std::unique_ptr<TlsTransport> made(new TlsTransport(loop, std::move(session), handler));
  net::Transport::Handler& self = *made;
  auto stream = net::ByteStream::Connect(loop, address, self);
  if (!stream) return base::Error(stream.error());
  made->stream_ = std::move(*stream);
  made->peer_.address = made->stream_->peer().address;
  return made;
}

TlsTransport::~TlsTransport() { loop_.CancelDeferred(*this); }

void TlsTransport::OnConnected() {
  state_ = State::kHandshake;
  peer_.address = stream_->peer().address;
  if (is_server_) return;  // the client speaks first
  begun_ = true;
  loop_.Defer(*this);
}

void TlsTransport::OnBytes(std::span<const uint8_t> bytes) {
  switch (state_) {
    case State::kOpen:
      session_->SetInput(bytes);
      return Deliver();
    case State::kPlain:
      return handler_.OnBytes(bytes);
    case State::kHandshake:
      if (!std::exchange(begun_, true) && bytes.front() != kHandshakeRecord) {
        return OnFirstBytes(bytes);
      }
      input_.Append(bytes);
      stream_->PauseReading();
      return loop_.Defer(*this);
    default:
      return;  // lingering: what still comes is of no use
  }
}

void TlsTransport::OnFirstBytes(std::span<const uint8_t> bytes) {
  if (!accepts_plain_) return AnswerPlain(bytes);
  state_ = State::kPlain;
  session_.reset();
  handler_.OnConnected();
  handler_.OnBytes(bytes);
}

// Told in the protocol that it speaks, as far as that can be known.
void TlsTransport::AnswerPlain(std::span<const uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t shown = std::min(text.size(), kHttp2.size());
  std::string detail = "it does not speak TLS";
  if (shown > 2 && text.substr(0, shown) == kHttp2.substr(0, shown)) {
    detail = "it speaks HTTP/2 in plain text";
    (void)stream_->Write(Bytes(InadequateSecurity()));
  } else if (const std::string_view foreign = http2::ForeignProtocol(text); !foreign.empty()) {
    detail = "it speaks " + std::string(foreign);
    (void)stream_->Write(Bytes(kHttp1Answer));
  }
  Fail(tls::ToErrorCode(tls::HandshakeResult::kNotTls), std::move(detail));
}

void TlsTransport::RunDeferred() {
  if (state_ != State::kHandshake) return;
  http2::ByteQueue& output = Output();
  session_->Handshake(input_.bytes(), output);
  SendOwn(output);
  if (state_ != State::kHandshake) return;
  using SessionState = tls::Session::State;
  if (session_->state() == SessionState::kFailed) {
    return Fail(tls::ToErrorCode(session_->result()), session_->detail());
  }
  if (session_->state() == SessionState::kOpen) {
    Open();
  } else if (session_->state() == SessionState::kClosed) {
    return Close(tls::ToErrorCode(tls::HandshakeResult::kClosed));
  }
  input_.Clear();
  if (!reading_paused_) stream_->ResumeReading();
}

void TlsTransport::Open() {
  state_ = State::kOpen;
  peer_.security = session_->Facts();
  handler_.OnConnected();
  Deliver();  // what came with the last message of the handshake
}

// All that OpenSSL has: no event comes for what it holds.
void TlsTransport::Deliver() {
  const std::span<uint8_t> buffer = PlainBuffer();
  http2::ByteQueue& output = Output();
  size_t filled = 0;
  while (const size_t count = session_->Read(buffer.subspan(filled), output)) {
    filled += count;
    if (buffer.size() - filled >= tls::Session::kRecord) continue;
    handler_.OnBytes(buffer.first(std::exchange(filled, 0)));
  }
  SendOwn(output);
  if (filled > 0) handler_.OnBytes(buffer.first(filled));
  if (state_ != State::kOpen) return;
  if (session_->state() == tls::Session::State::kClosed) return Close({});
  if (session_->state() != tls::Session::State::kFailed) return;
  Fail(tls::ToErrorCode(session_->result()), session_->detail());
}

http2::ByteQueue& TlsTransport::Output() { return pending_.empty() ? FreshOutput() : pending_; }

base::Result<size_t, std::error_code> TlsTransport::Write(std::span<const uint8_t> bytes) {
  if (state_ == State::kPlain) return stream_->Write(bytes);
  if (state_ != State::kOpen) return base::Error(failure_);
  size_t left = 0;
  while (true) {
    http2::ByteQueue& output = Output();
    if (!Encrypt(bytes.subspan(left + ahead_), output)) {
      output.Clear();
      return base::Error(tls::ToErrorCode(session_->result()));
    }
    const auto sent = Send(output);
    // What has left is told first; the same error comes again.
    if (!sent && left == 0) return base::Error(sent.error());
    if (!sent) {
      stream_->AwaitWritable();
      break;
    }
    left += *sent;
    if (!pending_.empty() || left == bytes.size()) break;
  }
  waits_ = left < bytes.size();
  return left;
}

bool TlsTransport::Encrypt(std::span<const uint8_t> bytes, http2::ByteQueue& output) {
  while (!bytes.empty() && output.size() < kMostAhead) {
    const uint64_t begin = sent_ + output.size();
    const size_t count = session_->Write(bytes, output);
    if (count == 0) return false;
    records_.push_back({begin, count});
    ahead_ += count;
    bytes = bytes.subspan(count);
  }
  return true;
}

// Returns how much plaintext has left by it; what the kernel does not take stands in pending_.
base::Result<size_t, std::error_code> TlsTransport::Send(http2::ByteQueue& output) {
  if (output.empty()) return 0;
  const auto taken = stream_->Write(output.bytes());
  if (!taken) {
    output.Clear();
    return base::Error(taken.error());
  }
  sent_ += *taken;
  output.Consume(*taken);
  if (&output != &pending_ && !output.empty()) {
    pending_.Append(output.bytes());
    output.Clear();
  }
  size_t left = 0;
  auto kept = records_.begin();
  for (; kept != records_.end() && kept->begin < sent_; ++kept) left += kept->plain;
  records_.erase(records_.begin(), kept);
  ahead_ -= left;
  return left;
}

// What TLS says by itself, and the rest of a record that has begun to leave. While the connection
// waits, its records leave in Write, which tells of them.
void TlsTransport::SendOwn(http2::ByteQueue& output) {
  if (output.empty() || (waits_ && &output == &pending_)) return;
  if (!stream_->open()) return output.Clear();
  if (const auto sent = Send(output); !sent) {
    failure_ = sent.error();  // reading tells the connection
    return;
  }
  ShutdownIfSent();
}

void TlsTransport::OnWritable() {
  if (state_ == State::kPlain) return handler_.OnWritable();
  if (std::exchange(waits_, false)) {
    handler_.OnWritable();
  } else {
    SendOwn(pending_);
  }
}

void TlsTransport::ShutdownWrite() {
  if (state_ == State::kPlain) return stream_->ShutdownWrite();
  if (state_ != State::kOpen) return;
  http2::ByteQueue& output = Output();
  session_->Close(output);
  shuts_down_ = true;
  SendOwn(output);
  ShutdownIfSent();
}

void TlsTransport::ShutdownIfSent() {
  if (shuts_down_ && pending_.empty()) stream_->ShutdownWrite();
}

void TlsTransport::AwaitWritable() {
  waits_ = true;
  stream_->AwaitWritable();
}

void TlsTransport::PauseReading() {
  reading_paused_ = true;
  stream_->PauseReading();
}

void TlsTransport::ResumeReading() {
  reading_paused_ = false;
  stream_->ResumeReading();
}

size_t TlsTransport::kernel_bytes() const { return stream_->kernel_bytes() + pending_.held(); }

// A client that fails says so at once: another endpoint may serve the call.
void TlsTransport::Fail(std::error_code reason, std::string detail) {
  failure_ = reason;
  detail_ = std::move(detail);
  if (!is_server_) return Close(reason);
  state_ = State::kFailed;
  shuts_down_ = true;
  ShutdownIfSent();
  stream_->ResumeReading();
  linger_ = std::make_unique<net::Timer>(loop_, [this] { Close(failure_); });
  linger_->StartAfter(kLinger);
}

void TlsTransport::OnClosed(std::error_code reason) {
  if (state_ == State::kClosed) return;
  if (state_ == State::kFailed) return Close(failure_);
  // One that came and went without a word asked for no handshake: load balancers look in like that.
  if (state_ != State::kHandshake || !begun_) return Close(reason);
  detail_ = reason ? reason.message() : "";
  Close(tls::ToErrorCode(tls::HandshakeResult::kClosed));
}

void TlsTransport::Close(std::error_code reason) {
  state_ = State::kClosed;
  if (failure_ == std::error_code()) failure_ = reason;
  loop_.CancelDeferred(*this);
  if (linger_) linger_->Stop();
  stream_->PauseReading();
  handler_.OnClosed(reason);
}

}  // namespace evenkeel::rpc
