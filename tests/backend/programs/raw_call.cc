#include "tests/backend/programs/raw_call.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/address.h"

namespace evenkeel::backend {
namespace {

int Connect(const std::string& text) {
  const auto address = base::Address::Parse(text);
  sockaddr_in socket_address{};
  socket_address.sin_family = AF_INET;
  socket_address.sin_port = htons(address->port());
  inet_pton(AF_INET, address->host().c_str(), &socket_address.sin_addr);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(socket, reinterpret_cast<sockaddr*>(&socket_address), sizeof(socket_address)),
            0);
  return socket;
}

// gRPC's length-prefixed message, uncompressed.
std::string Frame(const std::string& message) {
  const uint32_t size = htonl(static_cast<uint32_t>(message.size()));
  std::string frame(1, '\0');
  frame.append(reinterpret_cast<const char*>(&size), sizeof(size));
  return frame + message;
}

}  // namespace

RawCall::RawCall(const std::string& address, const std::string& path, const std::string& message)
    : session_(http2::Role::kClient, {}, *this, clock_) {
  http2::HeaderList request;
  request.Add(":method", "POST");
  request.Add(":scheme", "http");
  request.Add(":path", path);
  request.Add(":authority", address);
  request.Add("content-type", "application/grpc");
  request.Add("te", "trailers");
  stream_ = session_.OpenStream(request, http2::EndStream::kNo, *this);
  const std::string frame = Frame(message);
  stream_->SubmitData({reinterpret_cast<const uint8_t*>(frame.data()), frame.size()},
                      http2::EndStream::kYes);
  const int socket = Connect(address);
  Run(socket);
  close(socket);
}

void RawCall::Run(int socket) {
  uint8_t buffer[4096];
  while (!closed_) {
    http2::ByteQueue out;
    session_.Produce(out, SIZE_MAX);
    EXPECT_EQ(send(socket, out.bytes().data(), out.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(out.size()));
    const ssize_t size = recv(socket, buffer, sizeof(buffer), 0);
    ASSERT_GT(size, 0);
    ASSERT_TRUE(session_.Receive({buffer, static_cast<size_t>(size)}));
  }
}

void RawCall::OnHeaders(http2::HeaderList headers, http2::EndStream /*end*/) {
  headers_ = std::move(headers);
}

void RawCall::OnData(std::span<const uint8_t> bytes, http2::EndStream /*end*/) {
  stream_->ReturnCredit(bytes.size());
}

void RawCall::OnTrailers(http2::HeaderList trailers) { trailers_ = std::move(trailers); }

std::string DecodeBinary(std::string_view base64) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : base64.substr(0, base64.find('='))) {
    bits = (bits << 6) | static_cast<uint32_t>(kAlphabet.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> count) & 0xff);
  }
  return bytes;
}

}  // namespace evenkeel::backend
