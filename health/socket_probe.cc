#include "health/socket_probe.h"

#include <algorithm>
#include <utility>

namespace evenkeel::health {
namespace {

constexpr size_t kMaxStatusLine = 1024;

}  // namespace

SocketProbe::SocketProbe(net::EventLoop& loop, const config::HealthCheck& settings,
                         const net::SocketAddress& address, std::string name, Owner& owner)
    : loop_(loop),
      settings_(settings),
      address_(address),
      name_(std::move(name)),
      owner_(owner),
      later_(loop, [this] { Answer(ProbeResult::kFailed, "connecting failed: " + failure_); }) {}

void SocketProbe::Start() {
  owner_.OnProbeSent(*this);
  auto stream = net::ByteStream::Connect(loop_, address_, *this);
  if (stream) {
    stream_ = std::move(*stream);
  } else {
    failure_ = stream.error().message();
    later_.StartAfter({});
  }
}

std::string SocketProbe::Request() const {
  std::string text = "GET " + settings_.path + " HTTP/1.1\r\nHost: " +
                     (settings_.authority.empty() ? name_ : settings_.authority) +
                     "\r\nUser-Agent: evenkeel\r\nConnection: close\r\n";
  for (const config::Metadata& each : settings_.metadata) {
    text += each.name + ": " + each.value + "\r\n";
  }
  return text + "\r\n";
}

void SocketProbe::OnConnected() {
  if (!IsHttp()) return Answer(ProbeResult::kServing, "TCP: accepted");
  unsent_ = Request();
  Send();
}

void SocketProbe::OnWritable() { Send(); }

void SocketProbe::Send() {
  if (unsent_.empty()) return;
  const auto written =
      stream_->Write({reinterpret_cast<const uint8_t*>(unsent_.data()), unsent_.size()});
  if (!written) return Answer(ProbeResult::kFailed, "HTTP: " + written.error().message());
  unsent_.erase(0, *written);
}

void SocketProbe::OnBytes(std::span<const uint8_t> bytes) {
  if (answered_) return;
  received_.append(reinterpret_cast<const char*>(bytes.data()),
                   std::min(bytes.size(), kMaxStatusLine));
  if (received_.find('\n') != std::string::npos || received_.size() > kMaxStatusLine) {
    ReadStatusLine();
  }
}

// "HTTP/1.1 200 OK" (RFC 9112, section 4).
void SocketProbe::ReadStatusLine() {
  const size_t space = received_.find(' ');
  if (!received_.starts_with("HTTP/1.") || space == std::string::npos) {
    return Answer(ProbeResult::kFailed, "HTTP: the answer is not HTTP/1");
  }
  const std::string status = received_.substr(space + 1, 3);
  const bool expected = status == std::to_string(settings_.expected_status);
  Answer(expected ? ProbeResult::kServing : ProbeResult::kNotServing, "HTTP: status " + status);
}

void SocketProbe::OnClosed(std::error_code reason) {
  Answer(ProbeResult::kFailed, reason ? reason.message() : "closed without an answer");
}

void SocketProbe::Answer(ProbeResult result, const std::string& detail) {
  if (!std::exchange(answered_, true)) owner_.OnProbeAnswer(*this, result, detail);
}

}  // namespace evenkeel::health
