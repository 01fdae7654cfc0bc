#include <array>
#include <memory>
#include <string>

#include "lib/base/check.h"
#include "lib/http/byte_queue.h"
#include "lib/tls/context.h"
#include "lib/tls/session.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/lib/tls/test_pki.h"

namespace evenkeel::fuzz {
namespace {

using tls::Context;
using tls::Session;
using State = Session::State;
using Bytes = std::span<const uint8_t>;

// What a handshake may have us send, at most: our chain, a ticket, an alert.
constexpr size_t kMostAnswer = 64 * 1024;

struct Contexts {
  std::shared_ptr<const Context> server;
  std::shared_ptr<const Context> client;
};

// Keys cost more than a handshake: one set for all inputs.
const Contexts& Both() {
  static const Contexts contexts = [] {
    tls::TestPki pki;
    const config::KeyPair pair = pki.Issue({.names = "DNS:a.example"});
    return Contexts{
        *Context::ForListener({.pair = pair,
                               .names = {{"*.b.example", pair}},
                               .client_ca = pki.authority(),
                               .client_certificate = config::ClientCertificate::kRequest}),
        *Context::ForCluster({.ca = pki.authority(), .pair = pair})};
  }();
  return contexts;
}

// A session and what it says; holds it to session.h.
class Side {
 public:
  explicit Side(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  void Begin() { Step({}); }
  void Take(Bytes bytes) {
    if (session_->state() == State::kHandshake) {
      Step(bytes);
    } else {
      session_->SetInput(bytes);
    }
    ReadAll();
    CHECK(output_.size() <= kMostAnswer + bytes.size());
  }
  void Say(Bytes plain) {
    if (session_->state() != State::kOpen || plain.empty()) return;
    const size_t count = session_->Write(plain, output_);
    CHECK(count > 0 && count <= std::min(plain.size(), Session::kRecord));
  }
  void Close() { session_->Close(output_); }
  std::string TakeOutput() {
    std::string bytes(reinterpret_cast<const char*>(output_.bytes().data()), output_.size());
    output_.Clear();
    return bytes;
  }
  const Session& session() const { return *session_; }

 private:
  void Step(Bytes bytes) {
    session_->Handshake(bytes, output_);
    CheckState();
  }
  void ReadAll() {
    std::array<uint8_t, Session::kRecord> plain;
    while (const size_t count = session_->Read(plain, output_)) CHECK(count <= plain.size());
    CheckState();
  }
  void CheckState() {
    CHECK((session_->state() == State::kFailed) ==
          (session_->result() != tls::HandshakeResult::kOk));
    CHECK(session_->state() >= last_);
    last_ = session_->state();
    if (session_->state() == State::kOpen) CHECK(session_->Facts()->alpn == "h2");
  }

  std::unique_ptr<Session> session_;
  http2::ByteQueue output_;
  State last_ = State::kHandshake;
};

// Changes one byte of what is on its way: which, and how, the input says.
void Spoil(std::string& bytes, Bytes& input) {
  if (input.size() < 4 || bytes.empty()) return;
  if (input[0] % 4 == 0) {  // else it arrives as it was sent
    const size_t at = (input[1] * 256U + input[2]) % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ input[3]);
  }
  input = input.subspan(4);
}

Bytes BytesOf(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Both ends are ours; between them the input spoils bytes. What is left of it is said, and then
// arrives as it is.
void FuzzPair(Bytes input) {
  Side client(std::make_unique<Session>(Both().client, "a.example"));
  Side server(std::make_unique<Session>(Both().server));
  client.Begin();
  for (int turn = 0; turn < 4; ++turn) {
    std::string to_server = client.TakeOutput();
    Spoil(to_server, input);
    if (!to_server.empty()) server.Take(BytesOf(to_server));
    std::string to_client = server.TakeOutput();
    Spoil(to_client, input);
    if (!to_client.empty()) client.Take(BytesOf(to_client));
  }
  client.Say(input);
  server.Take(BytesOf(client.TakeOutput()));
  server.Take(input);
  client.Take(input);
  server.Close();
  client.Take(BytesOf(server.TakeOutput()));
}

void FuzzOne(Side side, Bytes input) {
  while (!input.empty()) {
    const size_t size = std::min<size_t>(input.size(), 1 + input[0] * 4U);
    side.Take(input.first(size));
    input = input.subspan(size);
  }
}

}  // namespace

void FuzzTlsSession(Bytes input) {
  if (input.empty()) return;
  const Bytes rest = input.subspan(1);
  switch (input[0] % 3) {
    case 0:
      return FuzzOne(Side(std::make_unique<Session>(Both().server)), rest);
    case 1: {
      Side client(std::make_unique<Session>(Both().client, "a.example"));
      client.Begin();
      return FuzzOne(std::move(client), rest);
    }
    default:
      return FuzzPair(rest);
  }
}

}  // namespace evenkeel::fuzz
