// SessionPair: a client's and a server's session joined in memory.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/lib/http2/peer.h"

namespace evenkeel::http2 {

class SessionPair {
 public:
  explicit SessionPair(const SessionSettings& client_settings = {},
                       const SessionSettings& server_settings = {})
      : client(Role::kClient, client_settings), server(Role::kServer, server_settings) {
    Exchange();
  }

  /// Moves bytes both ways until both are silent.
  void Exchange() {
    while (Move(client, server) + Move(server, client) > 0) {
    }
  }
  /// Moves what one has to say now; says how many bytes that was.
  static size_t Move(Peer& from, Peer& to, size_t limit = SIZE_MAX) {
    const ByteQueue bytes = from.Produce(limit);
    const auto received = to.session().Receive(bytes.bytes());
    EXPECT_TRUE(received) << received.error().reason;
    return bytes.size();
  }

  /// A stream that both sides know; the server has its headers.
  struct Both {
    StreamLog& at_client;
    StreamLog& at_server;
  };
  Both Open(EndStream end = EndStream::kNo, const Fields& fields = GrpcRequest()) {
    StreamLog& at_client = client.Open(end, fields);
    Exchange();
    return {at_client, *server.streams.back()};
  }

  Peer client;
  Peer server;
};

inline void Respond(StreamLog& log, EndStream end = EndStream::kNo) {
  log.stream->SubmitHeaders(ToHeaderList(GrpcResponse()), end);
  log.answered = true;
}
inline void SendData(StreamLog& log, std::string_view bytes, EndStream end = EndStream::kNo) {
  log.stream->SubmitData(AsBytes(bytes), end);
}
inline void SendTrailers(StreamLog& log) {
  log.stream->SubmitTrailers(ToHeaderList({{"grpc-status", "0"}}));
}

}  // namespace evenkeel::http2
