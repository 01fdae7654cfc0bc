#include "health/http_answer.h"

#include <algorithm>

namespace evenkeel::health {
namespace {

constexpr size_t kMost = 4096;
constexpr size_t kMaxStatusLine = 1024;
constexpr size_t kMaxWords = 300;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void HttpAnswer::Add(std::string_view bytes) {
  received_ += bytes.substr(0, kMost - std::min(kMost, received_.size()));
}

bool HttpAnswer::has_status_line() const {
  return received_.find('\n') != std::string::npos || received_.size() > kMaxStatusLine;
}

// "HTTP/1.1 200 OK"
std::optional<int> HttpAnswer::status() const {
  const std::string_view line = std::string_view(received_).substr(0, received_.find('\n'));
  const size_t space = line.find(' ');
  if (!line.starts_with("HTTP/1.") || space == std::string_view::npos) return std::nullopt;
  const std::string_view code = line.substr(space + 1, 3);
  if (code.size() != 3 || !std::ranges::all_of(code, IsDigit) || code[0] == '0')
    return std::nullopt;
  return (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
}

std::string HttpAnswer::WhyForeign() const {
  // Alerts and handshakes of TLS (RFC 8446, section 5.1); the frame that begins HTTP/2's answers.
  if (received_.starts_with("\x15\x03") || received_.starts_with("\x16\x03")) {
    return "the answer is TLS, not HTTP/1";
  }
  if (received_.size() >= 9 && received_[3] == 4) return "the answer is HTTP/2, not HTTP/1";
  return "the answer is not HTTP/1";
}

std::string HttpAnswer::Words() const {
  const size_t head = received_.find("\r\n\r\n");
  std::string words;
  if (head == std::string::npos) return words;
  bool in_line = true;
  for (const char each : std::string_view(received_).substr(head + 4)) {
    if (words.size() >= kMaxWords) break;
    if (each == '\n') {
      in_line = false;
    } else if (each >= ' ' && each <= '~') {
      if (!in_line && !words.empty()) words += "; ";
      in_line = true;
      words += each;
    }
  }
  return words;
}

}  // namespace evenkeel::health
