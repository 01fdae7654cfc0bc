#include "health/socket_probe.h"

#include <utility>

namespace evenkeel::health {
namespace {

// How long the words of a bad answer may take after its status.
constexpr auto kWordsPatience = std::chrono::milliseconds(200);

}  // namespace

SocketProbe::SocketProbe(net::EventLoop& loop, const config::HealthCheck& settings,
                         const net::SocketAddress& address, std::string name, Owner& owner)
    : loop_(loop),
      settings_(settings),
      address_(address),
      name_(std::move(name)),
      owner_(owner),
      later_(loop, [this] { AnswerLater(); }) {}

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
  received_.Add({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (bad_status_ || !received_.has_status_line()) return;
  const auto status = received_.status();
  if (!status) return Answer(ProbeResult::kFailed, "HTTP: " + received_.WhyForeign());
  Judge(*status);
}

void SocketProbe::Judge(int status) {
  if (status == static_cast<int>(settings_.expected_status)) {
    return Answer(ProbeResult::kServing, "HTTP: status " + std::to_string(status));
  }
  bad_status_ = status;
  later_.StartAfter(kWordsPatience);
}

void SocketProbe::AnswerLater() {
  if (!bad_status_) return Answer(ProbeResult::kFailed, "connecting failed: " + failure_);
  const std::string words = received_.Words();
  Answer(ProbeResult::kNotServing,
         "HTTP: status " + std::to_string(*bad_status_) + (words.empty() ? "" : ": " + words));
}

void SocketProbe::OnClosed(std::error_code reason) {
  if (bad_status_) return AnswerLater();
  Answer(ProbeResult::kFailed, reason ? reason.message() : "closed without an answer");
}

void SocketProbe::Answer(ProbeResult result, const std::string& detail) {
  if (!std::exchange(answered_, true)) owner_.OnProbeAnswer(*this, result, detail);
}

}  // namespace evenkeel::health
