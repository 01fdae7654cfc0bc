#include "tests/world/peers/client.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "lib/base/address.h"
#include "lib/base/check.h"
#include "lib/net/socket_address.h"

namespace evenkeel::world {
namespace {

using http2::EndStream;
using http2::ErrorCode;

constexpr auto kReconnectAfter = std::chrono::milliseconds(20);

std::span<const uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string TimeoutText(base::Duration timeout) {
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(timeout).count()) +
         "u";
}

}  // namespace

// One call as its client sees it.
class Client::Stream final : public http2::StreamHandler {
 public:
  Stream(Client& client, Connection& connection, CallFacts& facts)
      : client_(client), connection_(connection), facts_(facts) {}

  void Start(http2::Session& session);
  const CallFacts& facts() const { return facts_; }
  bool closed() const { return closed_; }

  void OnHeaders(http2::HeaderList headers, EndStream end) override {
    TakeExecution(headers);
    if (end == EndStream::kYes) return TakeStatus(headers);
    if (facts_.plan.half_closes_late) HalfClose();
  }
  void OnData(std::span<const uint8_t> bytes, EndStream end) override {
    received_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (execution_ >= 0 && expected_.empty()) {
      expected_ = Messages(facts_.id + 1000 * static_cast<uint64_t>(execution_ + 1),
                           facts_.plan.answers, facts_.plan.answer_size);
    }
    if (std::string_view(expected_).substr(0, received_.size()) != received_) {
      client_.ledger_.Blame(facts_, "the answer's bytes are not those that were sent");
    }
    if (end == EndStream::kYes) client_.ledger_.Blame(facts_, "an answer ended without trailers");
    unread_ += bytes.size();
    if (reads_) Read();
  }
  void OnTrailers(http2::HeaderList trailers) override {
    TakeExecution(trailers);
    TakeStatus(trailers);
  }
  void OnSent(size_t) override {}
  void OnClosed(const http2::StreamEnd& end) override;

 private:
  void After(base::Duration delay, void (Stream::*what)()) {
    client_.world_.After(delay, [weak = std::weak_ptr(alive_), what, this] {
      if (!weak.lock()) return;
      client_.loop_.Post([weak, what, this] {
        if (weak.lock() && !closed_) (this->*what)();
      });
    });
  }
  void SayNext() {
    if (said_ >= facts_.plan.messages) return;
    const std::string bytes = Messages(facts_.id, 1, facts_.plan.size, said_++);
    const bool last = said_ == facts_.plan.messages && !facts_.plan.half_closes_late;
    stream_->SubmitData(Bytes(bytes), last ? EndStream::kYes : EndStream::kNo);
    if (said_ < facts_.plan.messages) After(facts_.plan.between, &Stream::SayNext);
  }
  void HalfClose() {
    while (said_ < facts_.plan.messages) {
      const std::string bytes = Messages(facts_.id, 1, facts_.plan.size, said_++);
      stream_->SubmitData(Bytes(bytes), EndStream::kNo);
    }
    if (!std::exchange(half_closed_, true)) stream_->SubmitData({}, EndStream::kYes);
  }
  void Cancel() {
    facts_.cancelled = true;
    stream_->Reset(ErrorCode::kCancel);
  }
  void Read() {
    reads_ = true;
    if (unread_ > 0) stream_->ReturnCredit(std::exchange(unread_, 0));
  }
  void TakeExecution(const http2::HeaderList& headers) {
    const auto text = headers.Find("x-execution");
    if (!text) return;
    int number = -1;
    std::from_chars(text->data(), text->data() + text->size(), number);
    if (execution_ >= 0 && number != execution_) {
      client_.ledger_.Blame(facts_, "an answer is put together from two attempts");
    }
    execution_ = number;
  }
  void TakeStatus(const http2::HeaderList& headers) {
    facts_.status = std::string(headers.Find("grpc-status").value_or(""));
    facts_.message = std::string(headers.Find("grpc-message").value_or(""));
    if (facts_.status.empty()) client_.ledger_.Blame(facts_, "an answer ends without grpc-status");
    if (!headers.Find("x-execution")) return;
    if (execution_ < 0 || static_cast<size_t>(execution_) >= facts_.executions.size()) {
      return client_.ledger_.Blame(facts_, "an answer is nobody's");
    }
    const Execution& said = facts_.executions[static_cast<size_t>(execution_)];
    if (said.status != facts_.status) {
      client_.ledger_.Blame(facts_, "has status " + facts_.status + ", the replica said " +
                                        (said.status.empty() ? "nothing" : said.status));
    }
    if (facts_.status != "0") return;
    if (!said.whole_request) client_.ledger_.Blame(facts_, "is OK although a request was cut off");
    const size_t size = static_cast<size_t>(facts_.plan.answers) * (facts_.plan.answer_size + 5);
    if (received_.size() != size) {
      client_.ledger_.Blame(facts_, "is OK with " + std::to_string(received_.size()) + " of " +
                                        std::to_string(size) + " bytes");
    }
  }

  Client& client_;
  Connection& connection_;
  CallFacts& facts_;
  int execution_ = -1;
  uint32_t said_ = 0;  // messages
  bool half_closed_ = false;
  bool reads_ = true;
  bool closed_ = false;
  size_t unread_ = 0;
  std::string received_;
  std::string expected_;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  http2::StreamHandle stream_;
};

class Client::Connection final : public http2::SessionHandler, public rpc::Connection::Owner {
 public:
  explicit Connection(Client& client)
      : client_(client),
        connection_(client.loop_, http2::Role::kClient, http2::SessionSettings{}, *this, *this) {
    connection_.Connect(net::SocketAddress::From(*base::Address::Parse(client.address_)));
  }
  ~Connection() {
    // Nobody hears of these any more.
    for (const auto& each : streams_) {
      if (each->closed()) continue;
      if (CallFacts* const call = client_.ledger_.Find(each->facts().id)) call->lost = true;
    }
  }

  bool MayCall() {
    return connection_.open() && !goaway_ && connection_.session().stream_room() > 0;
  }
  void Begin(CallFacts& facts) {
    streams_.push_back(std::make_unique<Stream>(client_, *this, facts));
    streams_.back()->Start(connection_.session());
  }
  bool goaway() const { return goaway_; }
  size_t open_calls() const {
    return static_cast<size_t>(
        std::ranges::count_if(streams_, [](const auto& each) { return !each->closed(); }));
  }

  void OnRequest(http2::StreamHandle, http2::HeaderList, EndStream) override {}
  void OnSettings() override {}
  void OnGoAway(const http2::GoAway& goaway) override {
    goaway_ = true;
    ++client_.goaways_;
    if (goaway.code != ErrorCode::kNoError) {
      client_.ledger_.Blame("the sidecar ended a client's connection: " +
                            std::string(goaway.debug_data));
    }
  }
  void OnStreamClosed() override {
    client_.loop_.Post([weak = std::weak_ptr(alive_), this] {
      if (!weak.lock()) return;
      std::erase_if(streams_, [](const auto& each) { return each->closed(); });
    });
  }
  void OnPingAck(uint64_t) override {}
  void OnOutput() override { connection_.FlushLater(); }
  void OnOpen() override {}
  void OnLost(const rpc::Connection::Loss& loss) override {
    lost_ = true;
    if (loss.kind == rpc::Connection::Loss::Kind::kProtocolError) {
      client_.ledger_.Blame("a client: the sidecar broke HTTP/2: " + loss.reason);
    }
    client_.OnLost();
  }
  void OnTraffic(size_t, size_t) override {}
  bool lost() const { return lost_; }

 private:
  friend class Stream;
  Client& client_;
  bool goaway_ = false;
  bool lost_ = false;
  rpc::Connection connection_;
  std::list<std::unique_ptr<Stream>> streams_;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

void Client::Stream::Start(http2::Session& session) {
  const CallPlan& plan = facts_.plan;
  http2::HeaderList headers;
  headers.Add(":method", "POST");
  headers.Add(":scheme", "http");
  headers.Add(":path", "/world.Service/Call");
  headers.Add(":authority", "world");
  headers.Add("te", "trailers");
  headers.Add("content-type", "application/grpc");
  if (plan.timeout > base::Duration::zero()) headers.Add("grpc-timeout", TimeoutText(plan.timeout));
  headers.Add("x-call", std::to_string(facts_.id));
  const bool ends = plan.messages == 0 && !plan.half_closes_late;
  stream_ = session.OpenStream(headers, ends ? EndStream::kYes : EndStream::kNo, *this);
  if (plan.reads_after > base::Duration::zero()) {
    reads_ = false;
    After(plan.reads_after, &Stream::Read);
  }
  if (plan.patience > base::Duration::zero()) After(plan.patience, &Stream::Cancel);
  // Where the half-close waits for the answer, one message at least asks for that.
  if (plan.messages > 0) SayNext();
}

void Client::Stream::OnClosed(const http2::StreamEnd& end) {
  closed_ = true;
  ++facts_.ends;
  facts_.ended = client_.world_.now();
  facts_.reset = end.code;
  if (end.by == http2::StreamEnd::By::kConnection) facts_.lost = true;
  if (facts_.ends > 1) client_.ledger_.Blame(facts_, "ended twice");
}

Client::Client(World& world, net::EventLoop& loop, Ledger& ledger, std::string address)
    : world_(world), loop_(loop), ledger_(ledger), address_(std::move(address)) {
  loop_.Post([weak = std::weak_ptr(alive_), this] {
    if (weak.lock()) Connect();
  });
}

Client::~Client() = default;

void Client::Connect() { connection_ = std::make_unique<Connection>(*this); }

void Client::Call(const CallPlan& plan) {
  loop_.Post([weak = std::weak_ptr(alive_), this, plan] {
    if (!weak.lock() || retired_ || !connection_) return;
    if (connection_->goaway()) {
      leaving_.push_back(std::move(connection_));
      return Connect();
    }
    if (connection_->MayCall()) connection_->Begin(ledger_.Begin(plan));
  });
}

void Client::Vanish() {
  loop_.Post([weak = std::weak_ptr(alive_), this] {
    if (!weak.lock()) return;
    connection_.reset();
    if (!retired_) Connect();
  });
}

size_t Client::open_calls() const {
  size_t count = connection_ ? connection_->open_calls() : 0;
  for (const auto& each : leaving_) count += each->open_calls();
  return count;
}

void Client::OnLost() {
  loop_.Post([weak = std::weak_ptr(alive_), this] {
    if (!weak.lock()) return;
    std::erase_if(leaving_, [](const auto& each) { return each->lost(); });
    if (!connection_ || !connection_->lost()) return;
    connection_.reset();
    world_.After(kReconnectAfter, [weak, this] {
      if (!weak.lock()) return;
      loop_.Post([weak, this] {
        if (weak.lock() && !retired_ && !connection_) Connect();
      });
    });
  });
}

}  // namespace evenkeel::world
