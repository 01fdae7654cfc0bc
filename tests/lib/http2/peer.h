// Peer: one session with a memory: what it told, event by event, in words.
//
//   "headers", "headers END", "data 5", "data 0 END", "trailers", "sent 5",
//   "closed by peer: CANCEL", with ", refused" or ", never sent" where the other side has not acted
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/http2/session.h"
#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::http2 {

inline std::string Describe(const StreamEnd& end) {
  constexpr const char* kBy[] = {"both", "peer", "us", "connection"};
  constexpr const char* kProcessed[] = {", never sent", ", refused", ""};
  return std::string("closed by ") + kBy[static_cast<int>(end.by)] + ": " +
         std::string(ErrorCodeName(end.code)) + kProcessed[static_cast<int>(end.processed)];
}

/// One stream as its holder sees it: the handle, and what happened on it.
struct StreamLog final : StreamHandler {
  void OnHeaders(HeaderList list, EndStream end) override {
    events.push_back(end == EndStream::kYes ? "headers END" : "headers");
    headers = ToFields(list);
    truncated = list.truncated();
  }
  void OnData(std::span<const uint8_t> bytes, EndStream end) override {
    events.push_back("data " + std::to_string(bytes.size()) +
                     (end == EndStream::kYes ? " END" : ""));
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void OnTrailers(HeaderList list) override {
    events.push_back("trailers");
    trailers = ToFields(list);
  }
  void OnSent(size_t count) override {
    events.push_back("sent " + std::to_string(count));
    sent += count;
  }
  void OnClosed(const StreamEnd& end) override { events.push_back(Describe(end)); }
  bool MayBeReset() const override { return may_be_reset; }
  bool PaysForResets() const override { return pays_for_resets; }

  std::vector<std::string> TakeEvents() { return std::exchange(events, {}); }
  void Release() { stream.reset(); }
  StreamId id() const { return stream->id(); }

  StreamHandle stream;
  std::vector<std::string> events;
  Fields headers;
  bool truncated = false;
  Fields trailers;
  std::string body;
  size_t sent = 0;
  bool answered = false;  // by Respond
  bool may_be_reset = false;
  bool pays_for_resets = true;
};

class Peer final : public SessionHandler {
 public:
  explicit Peer(Role role, const SessionSettings& settings = {})
      : session_(std::make_unique<Session>(role, settings, *this, clock)) {}

  Session& session() { return *session_; }
  void DestroySession() { session_.reset(); }

  /// Client role: opens a stream.
  StreamLog& Open(EndStream end = EndStream::kNo, const Fields& fields = GrpcRequest()) {
    streams.push_back(std::make_unique<StreamLog>());
    StreamLog& log = *streams.back();
    log.stream = session_->OpenStream(ToHeaderList(fields), end, log);
    return log;
  }

  base::Result<void, ConnectionError> Receive(const WireBuilder& wire) {
    return session_->Receive(wire.bytes());
  }
  /// All there is to say now.
  ByteQueue Produce(size_t limit = SIZE_MAX) {
    ByteQueue out;
    session_->Produce(out, limit);
    return out;
  }

  void OnRequest(StreamHandle stream, HeaderList headers, EndStream end) override {
    streams.push_back(std::make_unique<StreamLog>());
    StreamLog& log = *streams.back();
    log.stream = std::move(stream);
    log.stream->SetHandler(log);
    log.OnHeaders(std::move(headers), end);
  }
  void OnSettings() override { ++settings; }
  void OnGoAway(const GoAway& goaway) override {
    goaways.push_back(std::to_string(goaway.last_stream_id) + " " +
                      std::string(ErrorCodeName(goaway.code)) + " " +
                      std::string(goaway.debug_data));
  }
  void OnStreamClosed() override { ++closed_streams; }
  void OnPingAck(uint64_t opaque) override { ping_acks.push_back(opaque); }
  void OnOutput() override { ++outputs; }

  base::ManualClock clock;
  /// Opened here, or requested by the other side; in their order.
  std::vector<std::unique_ptr<StreamLog>> streams;
  std::vector<std::string> goaways;
  std::vector<uint64_t> ping_acks;
  int settings = 0;
  int closed_streams = 0;
  int outputs = 0;

 private:
  std::unique_ptr<Session> session_;
};

}  // namespace evenkeel::http2
