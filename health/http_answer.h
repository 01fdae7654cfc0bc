// HttpAnswer: what a server says to a GET over HTTP/1.1, as far as a probe needs it: its status,
// and the beginning of its body for people. Pure; takes any bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::health {

class HttpAnswer {
 public:
  /// Keeps the first 4 KiB of all.
  void Add(std::string_view bytes);

  /// The status line is there, or so much that there will be none.
  bool has_status_line() const;
  /// 100 to 999; nothing: the answer is no HTTP/1 (RFC 9112, section 4).
  std::optional<int> status() const;
  /// Why it is no HTTP/1, for people.
  std::string WhyForeign() const;
  /// The first lines of the body that has come, printable, joined by "; ", at most 300 bytes.
  std::string Words() const;

 private:
  std::string received_;
};

}  // namespace evenkeel::health
