#include "lib/net/takeover.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "lib/net/socket_address.h"
#include "lib/net/takeover_message.h"

namespace evenkeel::net {
namespace {

using base::Error;
using base::Result;

constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};

Result<TakeoverMessage, std::string> Receive(const base::FileDescriptor& socket) {
  auto message = ReceiveTakeover(socket.get());
  if (!message) return Error("the running process does not answer: " + message.error().message());
  if (message->text.empty()) return Error(std::string("the running process hung up"));
  if (message->text.starts_with(kTakeoverError)) {
    return Error("the running process says: " + message->text.substr(std::strlen(kTakeoverError)));
  }
  return std::move(*message);
}

void AddLines(std::string_view text, std::vector<std::string>& lines) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    lines.emplace_back(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

// Empty and errno 0 when nobody listens at `path`.
base::FileDescriptor ConnectTo(const base::Address& address) {
  const SocketAddress peer = SocketAddress::From(address);
  base::FileDescriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket) return socket;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (::connect(socket.get(), peer.get(), peer.size()) == 0) return socket;
  if (errno == ENOENT || errno == ECONNREFUSED) errno = 0;
  return {};
}

}  // namespace

Result<std::unique_ptr<Takeover>, std::string> Takeover::Ask(const std::string& path) {
  const std::string where = "cannot take over from the process at " + path + ": ";
  const auto address = base::Address::Parse("unix:" + path);
  if (!address) return Error(where + address.error());
  base::FileDescriptor socket = ConnectTo(*address);
  if (!socket && errno == 0) return nullptr;
  if (!socket) {
    return Error(where + std::strerror(errno) +
                 "; run as the same user, or give another --takeover-socket");
  }
  if (!IsPeerTrusted(socket.get())) {
    return Error(where + "another user runs it; give another --takeover-socket");
  }
  std::unique_ptr<Takeover> takeover(new Takeover(std::move(socket)));
  if (auto got = takeover->ReceiveSockets(); !got) {
    return Error(where + got.error() + "; stop it with SIGTERM and start without --takeover");
  }
  return takeover;
}

Result<void, std::string> Takeover::ReceiveSockets() {
  if (auto sent = SendTakeover(socket_.get(), kTakeoverHello); !sent) {
    return Error(sent.error().message());
  }
  while (true) {
    auto message = Receive(socket_);
    if (!message) return Error(message.error());
    if (message->text == kTakeoverEnd) return {};
    if (message->text.starts_with(kTakeoverServing)) {
      AddLines(message->text.substr(std::strlen(kTakeoverServing)), serving_);
      continue;
    }
    const bool is_more = message->text.starts_with(kTakeoverMore) && !groups_.empty();
    if (message->sockets.empty() || (!is_more && !message->text.starts_with(kTakeoverSockets))) {
      return Error("it says \"" + message->text + "\", which this version does not know");
    }
    if (!is_more) groups_.push_back({message->text.substr(std::strlen(kTakeoverSockets)), {}});
    for (base::FileDescriptor& each : message->sockets)
      groups_.back().sockets.push_back(std::move(each));
  }
}

Result<void, std::string> Takeover::Finish() {
  if (auto sent = SendTakeover(socket_.get(), kTakeoverAccepting); !sent) {
    return Error("the predecessor is gone: " + sent.error().message());
  }
  const auto answer = Receive(socket_);
  if (!answer) return Error(answer.error());
  if (answer->text != kTakeoverDraining) return Error("the predecessor says: " + answer->text);
  return {};
}

}  // namespace evenkeel::net
