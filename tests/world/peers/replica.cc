#include "tests/world/peers/replica.h"

#include <algorithm>
#include <charconv>
#include <list>
#include <utility>

#include "lib/base/address.h"
#include "lib/base/check.h"

namespace evenkeel::world {
namespace {

using http2::EndStream;
using http2::ErrorCode;

uint64_t NumberOf(const http2::HeaderList& headers, std::string_view name) {
  uint64_t value = 0;
  const std::string_view text = headers.Find(name).value_or("");
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::span<const uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

class Replica::Connection final : public http2::SessionHandler, public rpc::Connection::Owner {
 public:
  Connection(Replica& replica, base::FileDescriptor socket)
      : replica_(replica),
        connection_(replica.loop_, http2::Role::kServer, replica.settings_, *this, *this) {
    connection_.Attach(std::move(socket));
  }

  rpc::Connection& connection() { return connection_; }
  std::list<std::unique_ptr<Call>>& calls() { return calls_; }

  void OnRequest(http2::StreamHandle stream, http2::HeaderList headers, EndStream end) override;
  void OnSettings() override {}
  void OnGoAway(const http2::GoAway&) override {}
  void OnStreamClosed() override {
    replica_.loop_.Post([weak = std::weak_ptr(alive_), this] {
      if (!weak.lock()) return;
      std::erase_if(health_streams_, [](const auto& each) { return each->closed(); });
    });
  }
  void OnPingAck(uint64_t) override {}
  void OnOutput() override { connection_.FlushLater(); }
  void OnOpen() override {}
  void OnLost(const rpc::Connection::Loss& loss) override {
    if (loss.kind == rpc::Connection::Loss::Kind::kProtocolError) {
      replica_.ledger_.Blame("replica " + std::to_string(replica_.number_) +
                             ": the sidecar broke HTTP/2: " + loss.reason);
    }
    replica_.OnLost(*this);
  }
  void OnTraffic(size_t, size_t) override {}

 private:
  friend class Call;
  // A stream of which nobody wants to hear any more.
  struct Unheard final : http2::StreamHandler {
    void OnHeaders(http2::HeaderList, EndStream) override {}
    void OnData(std::span<const uint8_t>, EndStream) override {}
    void OnTrailers(http2::HeaderList) override {}
    void OnSent(size_t) override {}
    void OnClosed(const http2::StreamEnd&) override {}
  };

  Replica& replica_;
  rpc::Connection connection_;
  std::list<std::unique_ptr<Call>> calls_;
  Unheard health_;
  std::vector<http2::StreamHandle> health_streams_;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

// One execution of a call.
class Replica::Call final : public http2::StreamHandler {
 public:
  Call(Replica& replica, Connection& connection, http2::StreamHandle stream, CallFacts& call)
      : replica_(replica),
        connection_(connection),
        facts_(call),
        number_(call.executions.size()),
        stream_(std::move(stream)) {
    facts_.executions.push_back({.replica = replica.number_, .began = replica.world_.now()});
    ++replica_.executed_;
    stream_->SetHandler(*this);
  }

  void Start(EndStream end) {
    const Mood& mood = replica_.mood_;
    World& world = replica_.world_;
    uint64_t drawn = world.random().Below(1000);
    const auto takes = [&drawn](uint32_t share) {
      const bool hit = drawn < share;
      drawn -= share;
      return hit;
    };
    if (takes(mood.refuses)) {
      Now().refused = true;
      return stream_->Reset(ErrorCode::kRefusedStream);
    }
    const base::Duration delay = world.Between(mood.least_delay, mood.most_delay);
    if (takes(mood.hangs)) {
      way_ = Way::kHangs;
    } else if (takes(mood.fails)) {
      way_ = Way::kFails;
    } else if (takes(mood.fails_late)) {
      way_ = Way::kFailsLate;
    } else if (takes(mood.resets)) {
      way_ = Way::kResets;
    } else if (takes(mood.answers_early)) {
      way_ = Way::kEarly;
    }
    if (end == EndStream::kYes) OnRequestEnd();
    if (way_ == Way::kFails || way_ == Way::kEarly || way_ == Way::kResets) Later(delay);
    // A stream of answers may begin before the request has ended.
    if (way_ == Way::kWell && facts_.plan.half_closes_late) Later(delay);
  }

  void OnHeaders(http2::HeaderList, EndStream) override {}
  void OnData(std::span<const uint8_t> bytes, EndStream end) override {
    received_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::string_view expected = Expected();
    if (expected.substr(0, received_.size()) != received_) {
      replica_.ledger_.Blame(facts_, "the request's bytes are not those that were sent");
    }
    if (stream_) stream_->ReturnCredit(bytes.size());
    if (end == EndStream::kYes) OnRequestEnd();
  }
  void OnTrailers(http2::HeaderList) override {
    replica_.ledger_.Blame(facts_, "a request has trailers that nobody sent");
  }
  void OnSent(size_t) override {}
  void OnClosed(const http2::StreamEnd&) override {
    Now().ended = true;
    closed_ = true;
    replica_.loop_.Post([weak = std::weak_ptr(alive_), this] {
      if (weak.lock()) Remove();
    });
  }

 private:
  enum class Way { kWell, kHangs, kFails, kFailsLate, kResets, kEarly };

  Execution& Now() { return facts_.executions[number_]; }
  const std::string& Expected() {
    if (expected_.empty()) {
      expected_ = Messages(facts_.id, facts_.plan.messages, facts_.plan.size);
    }
    return expected_;
  }

  void OnRequestEnd() {
    Now().whole_request = received_ == Expected() || facts_.plan.messages == 0;
    if (!Now().whole_request && !facts_.cancelled && !facts_.lost) {
      replica_.ledger_.Blame(facts_, "a request ended before all of it had come");
    }
    if (way_ == Way::kWell && facts_.plan.half_closes_late && begun_) return SayEnd();
    if (way_ == Way::kWell || way_ == Way::kFailsLate) {
      Later(replica_.world_.Between(replica_.mood_.least_delay, replica_.mood_.most_delay));
    }
  }

  void Later(base::Duration delay) {
    replica_.world_.After(delay, [weak = std::weak_ptr(alive_), this] {
      if (!weak.lock()) return;
      replica_.loop_.Post([weak, this] {
        if (weak.lock() && !closed_) Answer();
      });
    });
  }

  void Answer() {
    switch (way_) {
      case Way::kHangs:
        return;
      case Way::kFails:
        return SayEnd("14");
      case Way::kEarly:
        return SayEnd("9");
      case Way::kResets:
        if (replica_.world_.OnceIn(2)) SayHeaders();
        return stream_->Reset(ErrorCode::kInternalError);
      case Way::kFailsLate:
        SayHeaders();
        SayMessages(facts_.plan.answers / 2);
        return SayEnd("13");
      case Way::kWell:
        if (begun_) return;
        SayHeaders();
        SayMessages(facts_.plan.answers);
        if (!facts_.plan.half_closes_late || Now().whole_request) SayEnd();
    }
  }

  void SayHeaders() {
    if (std::exchange(begun_, true)) return;
    Now().answers = true;
    http2::HeaderList headers;
    headers.Add(":status", "200");
    headers.Add("content-type", "application/grpc");
    headers.Add("x-execution", std::to_string(number_));
    stream_->SubmitHeaders(std::move(headers), EndStream::kNo);
  }
  void SayMessages(uint32_t count) {
    if (count == 0) return;
    const std::string bytes =
        Messages(facts_.id + 1000 * (number_ + 1), count, facts_.plan.answer_size);
    stream_->SubmitData(Bytes(bytes), EndStream::kNo);
  }
  void SayEnd(const std::string& status = "0") {
    if (ended_) return;
    ended_ = true;
    Now().status = status;
    http2::HeaderList trailers;
    if (!begun_) {
      trailers.Add(":status", "200");
      trailers.Add("content-type", "application/grpc");
    }
    trailers.Add("grpc-status", status);
    trailers.Add("x-execution", std::to_string(number_));
    if (begun_) return stream_->SubmitTrailers(std::move(trailers));
    stream_->SubmitHeaders(std::move(trailers), EndStream::kYes);
  }

  void Remove() {
    std::erase_if(connection_.calls_, [this](const auto& each) { return each.get() == this; });
  }

  Replica& replica_;
  Connection& connection_;
  CallFacts& facts_;
  const size_t number_;  // of the execution
  Way way_ = Way::kWell;
  bool begun_ = false;   // its answer
  bool ended_ = false;   // likewise
  bool closed_ = false;  // the stream
  std::string received_;
  std::string expected_;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  http2::StreamHandle stream_;
};

void Replica::Connection::OnRequest(http2::StreamHandle stream, http2::HeaderList headers,
                                    EndStream end) {
  // It has no health service, as most have none.
  if (headers.Find(":path").value_or("").starts_with("/grpc.health.v1.Health/")) {
    http2::HeaderList answer;
    answer.Add(":status", "200");
    answer.Add("content-type", "application/grpc");
    answer.Add("grpc-status", "12");
    stream->SetHandler(health_);
    stream->SubmitHeaders(std::move(answer), EndStream::kYes);
    health_streams_.push_back(std::move(stream));
    return;
  }
  CallFacts* const call = replica_.ledger_.Find(NumberOf(headers, "x-call"));
  if (call == nullptr) {
    return replica_.ledger_.Blame("a replica got a call that nobody has made: " +
                                  std::string(headers.Find(":path").value_or("")));
  }
  calls_.push_back(std::make_unique<Call>(replica_, *this, std::move(stream), *call));
  calls_.back()->Start(end);
}

Replica::Replica(World& world, net::EventLoop& loop, Ledger& ledger, size_t number)
    : world_(world),
      loop_(loop),
      ledger_(ledger),
      number_(number),
      address_("127.0.1." + std::to_string(number + 1) + ":50051") {
  settings_.max_resets = 1'000'000;  // what the sidecar does to it is not what is watched here
}

Replica::~Replica() = default;

void Replica::Rise() {
  if (listener_) return;
  auto sockets = net::OpenListeners(*base::Address::Parse(address_), 1);
  CHECK(sockets.has_value());
  listener_ = std::make_unique<net::Listener>(
      loop_, std::move(sockets->front()),
      [this](base::FileDescriptor socket) { Accept(std::move(socket)); });
}

void Replica::Die() {
  listener_.reset();
  connections_.clear();
}

void Replica::Leave() {
  listener_.reset();
  SayGoAway();
}

void Replica::SayGoAway() {
  for (const auto& each : connections_) {
    each->connection().session().SubmitGoAway(ErrorCode::kNoError, "leaving");
  }
}

size_t Replica::open_calls() const {
  size_t count = 0;
  for (const auto& each : connections_) count += each->calls().size();
  return count;
}

void Replica::Accept(base::FileDescriptor socket) {
  connections_.push_back(std::make_unique<Connection>(*this, std::move(socket)));
}

void Replica::OnLost(Connection& connection) {
  const auto found =
      std::ranges::find(connections_, &connection, [](const auto& each) { return each.get(); });
  CHECK(found != connections_.end());
  loop_.DeleteLater(std::move(*found));
  connections_.erase(found);
}

}  // namespace evenkeel::world
