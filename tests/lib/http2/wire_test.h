// WireTest: a session on one side, bytes written and frames read by hand on the other.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/lib/http2/frame_reader.h"
#include "tests/lib/http2/session_pair.h"

namespace evenkeel::http2 {

class WireTest : public ::testing::Test {
 protected:
  explicit WireTest(Role role = Role::kServer, const SessionSettings& settings = {})
      : peer_(role, settings) {}

  /// Feeds the session; what it has to say is taken at once.
  void Receive(const WireBuilder& wire) {
    const auto received = peer_.Receive(wire);
    if (!received) error_ = received.error().reason;
    Take();
  }
  /// The frames since the last time, in words.
  std::vector<std::string> Said() {
    Take();
    return Describe(TakeFrames());
  }
  std::vector<Frame> TakeFrames() {
    Take();
    return std::exchange(frames_, {});
  }
  /// Receives a client's hello and forgets the answer.
  void Greet() {
    Receive(WireBuilder().ClientHello());
    TakeFrames();
  }
  StreamLog& stream(size_t index) { return *peer_.streams.at(index); }

  /// The next request on the connection is served as if nothing had happened.
  void ExpectServes(StreamId id) {
    Receive(WireBuilder().Headers(id, GrpcRequest(), EndStream::kYes));
    ASSERT_FALSE(peer_.streams.empty());
    StreamLog& log = *peer_.streams.back();
    ASSERT_FALSE(log.stream->closed());
    EXPECT_EQ(log.headers, GrpcRequest());
    Respond(log, EndStream::kYes);
    EXPECT_THAT(Said(), ::testing::Contains("HEADERS " + std::to_string(id) + " END_STREAM"));
  }

  Peer peer_;
  std::string error_;  // why Receive failed

 private:
  void Take() {
    const ByteQueue bytes = peer_.Produce();
    for (Frame& each : reader_.Read(bytes.bytes())) frames_.push_back(std::move(each));
  }

  FrameReader reader_;
  std::vector<Frame> frames_;
};

}  // namespace evenkeel::http2
