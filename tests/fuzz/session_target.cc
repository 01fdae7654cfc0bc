#include <algorithm>
#include <list>
#include <memory>
#include <string>

#include "lib/base/check.h"
#include "lib/base/random.h"
#include "lib/http2/session.h"
#include "tests/fuzz/frame_of_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::fuzz {
namespace {

using http2::EndStream;

constexpr size_t kMaxUnsent = 256 * 1024;

http2::HeaderList Headers(http2::Role role) {
  http2::HeaderList headers;
  if (role == http2::Role::kServer) {
    headers.Add(":status", "200");
  } else {
    headers.Add(":method", "POST");
    headers.Add(":scheme", "http");
    headers.Add(":path", "/a.B/C");
    headers.Add(":authority", "a");
  }
  headers.Add("content-type", "application/grpc");
  return headers;
}

// Holds a stream and the session to the legal order of its events (http2/stream.h), and now and
// then acts while it is told of one.
class Holder final : public http2::StreamHandler {
 public:
  Holder(http2::Role role, base::Random& random) : role_(role), random_(random) {}

  void OnHeaders(http2::HeaderList, EndStream end) override {
    CHECK(role_ == http2::Role::kClient && state_ == State::kIdle);
    state_ = end == EndStream::kYes ? State::kEnded : State::kBody;
    MayAct();
  }
  void OnData(std::span<const uint8_t> bytes, EndStream end) override {
    CHECK(state_ == State::kBody);
    received_ += bytes.size();
    if (end == EndStream::kYes) state_ = State::kEnded;
    MayAct();
  }
  void OnTrailers(http2::HeaderList) override {
    CHECK(state_ == State::kBody);
    state_ = State::kEnded;
    MayAct();
  }
  void OnSent(size_t count) override {
    CHECK(state_ != State::kClosed && count <= submitted_);
    submitted_ -= count;
    MayAct();
  }
  void OnClosed(const http2::StreamEnd&) override {
    CHECK(state_ != State::kClosed);
    state_ = State::kClosed;
    MayAct();
  }

  void Requested(http2::StreamHandle stream, EndStream end) {
    stream_ = std::move(stream);
    stream_->SetHandler(*this);
    state_ = end == EndStream::kYes ? State::kEnded : State::kBody;
  }
  void Opened(http2::StreamHandle stream) {
    stream_ = std::move(stream);
    headers_sent_ = true;
  }

  /// Something that a user might do now.
  void Act() {
    const EndStream end = random_.Below(3) == 0 ? EndStream::kYes : EndStream::kNo;
    switch (random_.Below(7)) {
      case 0:
        return stream_.reset();
      case 1:
        return stream_->Reset(http2::ErrorCode::kInternalError);
      case 2:
        stream_->ReturnCredit(received_);
        received_ = 0;
        return;
      default:
        return Say(end);
    }
  }
  bool held() const { return stream_ != nullptr; }

 private:
  enum class State { kIdle, kBody, kEnded, kClosed };

  void MayAct() {
    if (held() && random_.Below(8) == 0) Act();
  }

  void Say(EndStream end) {
    if (ended_) return;
    if (!headers_sent_) {
      stream_->SubmitHeaders(Headers(role_), end);
      headers_sent_ = true;
      ended_ = end == EndStream::kYes;
    } else if (random_.Below(3) == 0) {
      stream_->SubmitTrailers(Headers(http2::Role::kServer));
      ended_ = true;
    } else if (stream_->unsent() < kMaxUnsent) {
      const std::string bytes(random_.Below(40'000), 'x');
      if (!stream_->closed()) submitted_ += bytes.size();
      stream_->SubmitData({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, end);
      ended_ = end == EndStream::kYes;
    }
  }

  const http2::Role role_;
  base::Random& random_;
  State state_ = State::kIdle;
  bool headers_sent_ = false;
  bool ended_ = false;
  size_t received_ = 0;
  size_t submitted_ = 0;
  http2::StreamHandle stream_;
};

// A session, its user, and a peer that sends the input in pieces.
class Driver final : public http2::SessionHandler {
 public:
  Driver(http2::Role role, uint64_t seed)
      : role_(role), random_(seed), session_(role, {.stream_window = 1'000}, *this, clock_) {}

  void Run(std::span<const uint8_t> wire) {
    if (role_ == http2::Role::kClient) OpenStreams();
    Produce(SIZE_MAX);
    while (!wire.empty() && alive_) {
      const size_t size = std::min<size_t>(wire.size(), 1 + random_.Below(200));
      alive_ = session_.Receive(wire.first(size)).has_value();
      wire = wire.subspan(size);
      Act();
    }
    if (random_.Below(2) == 0) session_.Abort(http2::ErrorCode::kInternalError, produced_);
  }

  void OnRequest(http2::StreamHandle stream, http2::HeaderList, EndStream end) override {
    CHECK(role_ == http2::Role::kServer);
    holders_.emplace_back(role_, random_).Requested(std::move(stream), end);
  }
  void OnSettings() override {}
  void OnGoAway(const http2::GoAway&) override {}
  void OnStreamClosed() override {
    if (role_ == http2::Role::kClient && random_.Below(4) == 0) OpenStreams();
  }
  void OnPingAck(uint64_t) override {}
  void OnOutput() override {}

 private:
  void OpenStreams() {
    const uint64_t streams = 1 + random_.Below(4);
    for (uint64_t i = 0; i < streams && session_.stream_room() > 0; ++i) {
      Holder& holder = holders_.emplace_back(role_, random_);
      holder.Opened(session_.OpenStream(Headers(role_), EndStream::kNo, holder));
    }
  }

  void Act() {
    for (Holder& each : holders_) {
      if (each.held() && random_.Below(3) == 0) each.Act();
    }
    if (role_ == http2::Role::kClient && random_.Below(20) == 0) OpenStreams();
    if (random_.Below(4) == 0) clock_.Advance(std::chrono::milliseconds(random_.Below(400)));
    if (random_.Below(50) == 0) session_.SubmitGoAway(http2::ErrorCode::kNoError, "");
    Produce(random_.Below(3) == 0 ? SIZE_MAX : random_.Below(20'000));
  }

  void Produce(size_t limit) {
    http2::ByteQueue out;
    session_.Produce(out, limit);
    produced_ += out.size();
  }

  const http2::Role role_;
  base::Random random_;
  bool alive_ = true;
  uint64_t produced_ = 0;
  std::list<Holder> holders_;  // dies after the session: a handle may outlive it
  base::ManualClock clock_;
  http2::Session session_;
};

void FuzzFrames(http2::Role role, std::span<const uint8_t> input) {
  if (input.empty()) return;
  const bool server = role == http2::Role::kServer;
  http2::WireBuilder wire;
  server ? wire.ClientHello() : wire.ServerHello();
  const uint8_t seed = input[0];
  input = input.subspan(1);
  while (input.size() >= kFrameHead) {
    input = AddFrame(input, server ? http2::GrpcRequest() : http2::GrpcResponse(), wire);
  }
  Driver(role, seed).Run(wire.bytes());
}

void Fuzz(http2::Role role, std::span<const uint8_t> input) {
  if (input.empty()) return;
  Driver(role, input[0]).Run(input.subspan(1));
}

}  // namespace

void FuzzServerSession(std::span<const uint8_t> input) { Fuzz(http2::Role::kServer, input); }
void FuzzClientSession(std::span<const uint8_t> input) { Fuzz(http2::Role::kClient, input); }
void FuzzServerFrames(std::span<const uint8_t> input) { FuzzFrames(http2::Role::kServer, input); }
void FuzzClientFrames(std::span<const uint8_t> input) { FuzzFrames(http2::Role::kClient, input); }

}  // namespace evenkeel::fuzz
