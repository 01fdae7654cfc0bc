#include "lib/connection/client_call.h"

#include <gmock/gmock.h>

#include "lib/net/listener.h"
#include "lib/rpc/message_reader.h"
#include "tests/lib/connection/connection_peer.h"
#include "tests/lib/http2/session_pair.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::rpc {
namespace {

using http2::EndStream;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Framed(std::string_view message) {
  const auto bytes = FrameMessage(message);
  return {bytes.begin(), bytes.end()};
}

class ClientCallTest : public net::LoopTest, public ClientCall::Handler {
 protected:
  ClientCallTest() {
    auto sockets = net::OpenListeners(*base::Address::Parse("127.0.0.1:0"), 1);
    address_ = net::SocketAddress::OfSocket(sockets->front().get());
    listener_.emplace(loop_, std::move(sockets->front()), [this](base::FileDescriptor socket) {
      server_.connection().Attach(std::move(socket));
    });
    client_.connection().Connect(address_);
    RunUntil([&] { return client_.settings > 0; });
  }

  /// Asks, and gives what the server sees of it.
  http2::StreamLog& Ask(size_t max_answer = 1000) {
    ClientCall::Handler& handler = *this;
    call_ = std::make_unique<ClientCall>(client_.session(),
                                         CallHeaders(client_.session(), "/a.B/C", "b"), "question",
                                         max_answer, handler);
    RunUntil([&] { return !server_.streams.empty() && !server_.streams.back()->body.empty(); });
    return *server_.streams.back();
  }
  static void End(http2::StreamLog& log, const std::string& status) {
    http2::HeaderList trailers;
    trailers.Add("grpc-status", status);
    trailers.Add("grpc-message", "why");
    log.stream->SubmitTrailers(trailers);
  }
  void OnMessage(std::string_view message) override { messages_.emplace_back(message); }
  void OnEnd(const Status& status) override { ends_.push_back(status); }
  void OnLost(const std::string& reason) override { losses_.push_back(reason); }

  net::SocketAddress address_ = net::SocketAddress::From(base::Address());
  std::optional<net::Listener> listener_;
  ConnectionPeer server_{loop_, http2::Role::kServer};
  ConnectionPeer client_{loop_, http2::Role::kClient};
  std::unique_ptr<ClientCall> call_;
  std::vector<std::string> messages_;
  std::vector<Status> ends_;
  std::vector<std::string> losses_;
};

TEST_F(ClientCallTest, SendsOneMessageAndHandsOnEachAnswerAndTheStatus) {
  http2::StreamLog& log = Ask();
  EXPECT_EQ(log.body, Framed("question"));
  Respond(log);
  SendData(log, Framed("one") + Framed("two"));
  End(log, "5");
  RunUntil([&] { return !ends_.empty(); });
  EXPECT_THAT(messages_, ElementsAre("one", "two"));
  EXPECT_EQ(ends_[0].code, StatusCode::kNotFound);
  EXPECT_EQ(ends_[0].message, "why");
  EXPECT_THAT(losses_, IsEmpty());
}

TEST_F(ClientCallTest, AnAnswerBeyondTheLimitEndsIt) {
  http2::StreamLog& log = Ask(3);
  Respond(log);
  SendData(log, Framed("four"));
  RunUntil([&] { return !ends_.empty(); });
  EXPECT_EQ(ends_[0].code, StatusCode::kInternal);
  EXPECT_THAT(messages_, IsEmpty());
}

TEST_F(ClientCallTest, AResetIsAStatus) {
  Ask().stream->Reset(http2::ErrorCode::kEnhanceYourCalm);
  RunUntil([&] { return !ends_.empty(); });
  EXPECT_THAT(ends_[0].message, HasSubstr("ENHANCE_YOUR_CALM"));
}

TEST_F(ClientCallTest, ARefusedOneAndALostConnectionAreNoStatus) {
  Ask().stream->Reset(http2::ErrorCode::kRefusedStream);
  RunUntil([&] { return losses_.size() == 1; });
  Ask();
  client_.connection().Abort("over");
  EXPECT_THAT(losses_, ElementsAre("the connection was lost", "the connection was lost"));
  EXPECT_THAT(ends_, IsEmpty());
}

TEST_F(ClientCallTest, DestroyingItCancelsIt) {
  http2::StreamLog& log = Ask();
  call_.reset();
  RunUntil([&] { return log.stream->closed(); });
  EXPECT_THAT(log.events.back(), HasSubstr("CANCEL"));
}

}  // namespace
}  // namespace evenkeel::rpc
