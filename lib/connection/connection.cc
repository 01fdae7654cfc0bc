#include "lib/connection/connection.h"

#include <utility>

namespace evenkeel::rpc {
namespace {

// One write's worth. Credit for forwarded bytes returns when they enter the output, so this also
// bounds what a peer that does not read makes us hold beyond its streams' windows.
constexpr size_t kOutputLimit = 128 * 1024;

// What a flush makes and the kernel takes at once, which is nearly all there ever is: one buffer
// for all connections of a thread, so that they need none of their own while nothing holds them up.
http2::ByteQueue& FreshOutput() {
  static thread_local http2::ByteQueue queue(2 * kOutputLimit);
  return queue;
}

// Frames (ACKs, refusals, credit) that a peer may make us queue without reading them; more, and we
// stop reading from it (CVE-2019-9512, -9514, -9515). Our own resets are none of its doing.
constexpr size_t kMaxQueuedAnswers = 1000;

// Closing a socket with unread input makes the kernel send RST, which can destroy our last bytes at
// the peer: after FIN we read on until the peer closes, but not for ever.
constexpr auto kLinger = std::chrono::seconds(1);

// For a peer that speaks HTTP/1.1 or something else, to which the session's frames would mean
// nothing. Clients of TLS know such an answer, too: "wrong version number", "first record does not
// look like a TLS handshake".
constexpr std::string_view kNotHttp2 =
    "HTTP/1.1 505 HTTP Version Not Supported\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 71\r\n"
    "Connection: close\r\n"
    "\r\n"
    "This port speaks gRPC: HTTP/2 with prior knowledge, no HTTP/1, no TLS.\n";

http2::SessionSettings WithScheme(http2::SessionSettings settings, std::string_view scheme) {
  settings.scheme = scheme;
  return settings;
}

}  // namespace

Connection::Connection(net::EventLoop& loop, http2::Role role,
                       const http2::SessionSettings& settings, http2::SessionHandler& handler,
                       Owner& owner, std::shared_ptr<const Transports> transports)
    : loop_(loop),
      owner_(owner),
      transports_(std::move(transports)),
      session_(role, WithScheme(settings, transports_->scheme()), handler, loop),
      timer_(loop, [this] { OnTimer(); }) {}

Connection::~Connection() { loop_.CancelFlush(*this); }

void Connection::Attach(base::FileDescriptor socket) {
  transport_ = transports_->Accept(loop_, std::move(socket), *this);
  if (transport_->open()) state_ = State::kOpen;
  // Our SETTINGS wait for the first bytes: a client that speaks HTTP/1 then gets an answer it can
  // read, and one that speaks HTTP/2 gets them no later, since its preface comes at once.
}

void Connection::Connect(const net::SocketAddress& address, const std::string& host) {
  auto transport = transports_->Connect(loop_, address, host, *this);
  if (transport) {
    transport_ = std::move(*transport);
  } else {
    // In a turn of its own, so that the owner hears of every failure in the same way.
    end_ = {Loss::Kind::kConnectFailed, transport.error().message(), transport.error()};
    timer_.StartAfter({});
  }
}

void Connection::SetUserTimeout(base::Duration timeout) {
  if (transport_) transport_->SetUserTimeout(timeout);
}

void Connection::SetTcpKeepalive(base::Duration idle) {
  if (transport_) transport_->SetTcpKeepalive(idle);
}

void Connection::Abort(std::string reason) { Lose({Loss::Kind::kAborted, std::move(reason)}); }

void Connection::Drop(std::string reason) {
  if (transport_) transport_->ResetAtEnd();
  Abort(std::move(reason));
}

void Connection::SetReading(bool on) {
  held_back_ = !on;
  if (state_ == State::kOpen) PauseOrResume();
}

size_t Connection::held() const {
  return session_.held() + output_.held() + (transport_ ? transport_->kernel_bytes() : 0);
}

void Connection::OnConnected() {
  state_ = State::kOpen;
  FlushLater();
  owner_.OnOpen();
}

void Connection::OnBytes(std::span<const uint8_t> bytes) {
  owner_.OnTraffic(bytes.size(), 0);
  // While closing, what still comes is read to the end and ignored.
  if (state_ == State::kOpen || state_ == State::kDeaf) Receive(bytes);
  if (state_ == State::kOpen) WatchHeaderBlock();
}

// Each block has its own time, also where every read ends inside one.
void Connection::WatchHeaderBlock() {
  if (!session_.mid_block()) {
    if (timer_.running()) timer_.Stop();
  } else if (!timer_.running() || timed_block_ != session_.blocks_received()) {
    timed_block_ = session_.blocks_received();
    timer_.StartAfter(block_timeout_);
  }
}

void Connection::Receive(std::span<const uint8_t> bytes) {
  const auto received = session_.Receive(bytes);
  // What there is to write has announced itself, but for our first SETTINGS and an end without last
  // words.
  if (received && (session_.wants_output() || session_.finished())) return FlushLater();
  if (received || state_ != State::kOpen) return;
  Loss loss{Loss::Kind::kProtocolError, received.error().reason, {}, received.error().code};
  if (loss.code != http2::ErrorCode::kHttp11Required) return Fail(std::move(loss));
  output_.Append({reinterpret_cast<const uint8_t*>(kNotHttp2.data()), kNotHttp2.size()});
  if (Write(output_)) StartClosing(std::move(loss));
}

void Connection::OnTimer() {
  if (state_ != State::kOpen) return Lose(end_);
  session_.Fail(http2::Abuse::kEndlessBlock);
  Fail({Loss::Kind::kProtocolError, session_.failure(), {}, session_.failure_code()});
}

void Connection::Fail(Loss loss) {
  state_ = State::kFailed;
  end_ = std::move(loss);
  timer_.StartAfter(kLinger);  // a peer that does not read never takes the GOAWAY
  FlushLater();
  owner_.OnBroken(end_.reason);
}

void Connection::OnWritable() {
  blocked_ = false;
  Flush();
}

void Connection::OnClosed(std::error_code reason) {
  if (state_ == State::kConnecting && reason) {
    return Lose({.kind = Loss::Kind::kConnectFailed,
                 .reason = reason.message(),
                 .error = reason,
                 .detail = std::string(transport_->failure_detail())});
  }
  const std::string cause = reason ? reason.message() : "closed by peer";
  Lose({.kind = reason ? Loss::Kind::kReset : Loss::Kind::kClosed,
        .reason = cause + session_.WhyNotBegun(),
        .error = reason,
        .detail = std::string(transport_->failure_detail())});
}

void Connection::Flush() {
  if (state_ == State::kDeaf) return DropOutput();
  if (state_ != State::kOpen && state_ != State::kFailed) return;
  while (!blocked_) {
    http2::ByteQueue& fresh = output_.empty() ? FreshOutput() : output_;
    if (fresh.size() < kOutputLimit) session_.Produce(fresh, kOutputLimit);
    if (fresh.empty()) break;
    const bool taken = Write(fresh);
    if (&fresh != &output_) {
      if (taken) output_.Append(fresh.bytes());
      fresh.Clear();
    }
    if (!taken) return;
  }
  // However long nothing leaves, streams that have been reset end.
  if (blocked_) session_.Produce(output_, 0);
  owner_.OnFlushed();
  PauseOrResume();
  if (blocked_) return;
  if (state_ == State::kFailed) return StartClosing(end_);
  if (!session_.finished()) return;
  if (session_.failure().empty()) return StartClosing({Loss::Kind::kClosed, "closed"});
  StartClosing({Loss::Kind::kProtocolError, session_.failure(), {}, session_.failure_code()});
}

// Returns whether the peer takes bytes at all; what has not left stays in `output`.
bool Connection::Write(http2::ByteQueue& output) {
  const auto written = transport_->Write(output.bytes());
  if (!written) {
    StopWriting({Loss::Kind::kReset, written.error().message(), written.error()});
    return false;
  }
  bytes_sent_ += *written;
  owner_.OnTraffic(0, *written);
  output.Consume(*written);
  blocked_ = !output.empty();
  return true;
}

void Connection::PauseOrResume() {
  const bool congested = blocked_ && session_.queued_answers() > kMaxQueuedAnswers;
  const bool pause = congested || held_back_;
  if (pause == paused_) return;
  paused_ = pause;
  if (paused_) {
    transport_->PauseReading();
  } else {
    transport_->ResumeReading();
  }
}

// A peer that answers, closes and goes has said all before our write fails: its answers, or the
// GOAWAY that lets calls be repeated elsewhere, may be more than one read.
void Connection::StopWriting(Loss loss) {
  if (state_ != State::kOpen) return Lose(std::move(loss));
  state_ = State::kDeaf;
  end_ = std::move(loss);
  transport_->ResumeReading();
  timer_.StartAfter(kLinger);
  owner_.OnBroken(end_.reason);
  DropOutput();
}

// For what must end all the same: streams that have been reset.
void Connection::DropOutput() {
  session_.Produce(output_, 0);
  output_.Clear();
  owner_.OnFlushed();
}

void Connection::StartClosing(Loss loss) {
  state_ = State::kClosing;
  end_ = std::move(loss);
  session_.Abort(http2::ErrorCode::kNoError, bytes_sent_);
  transport_->ShutdownWrite();
  transport_->ResumeReading();
  timer_.StartAfter(kLinger);
}

void Connection::Lose(Loss loss) {
  if (state_ == State::kLost) return;
  // What ended it stays the reason, whatever becomes of the final frames.
  if (state_ == State::kFailed || state_ == State::kDeaf || state_ == State::kClosing) loss = end_;
  state_ = State::kLost;
  timer_.Stop();
  if (transport_) transport_->PauseReading();
  session_.Abort(http2::ErrorCode::kInternalError, bytes_sent_);
  owner_.OnLost(loss);
}

}  // namespace evenkeel::rpc
