#include "proxy/call/forwarded_certificate.h"

#include <algorithm>
#include <utility>

namespace evenkeel::proxy {
namespace {

using config::ForwardClientCertificate;
using Field = ForwardClientCertificate::Field;
using Mode = ForwardClientCertificate::Mode;

bool IsOfKey(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Reads a field's value from its front.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool AtEnd() const { return text_.empty(); }
  bool Skip(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void SkipBlanks() {
    while (Skip(' ') || Skip('\t')) continue;
  }
  std::optional<ForwardedPair> Pair() {
    ForwardedPair pair;
    while (!text_.empty() && IsOfKey(text_.front())) pair.key += Next();
    if (pair.key.empty() || !Skip('=')) return std::nullopt;
    if (Skip('"')) {
      if (!ReadQuoted(pair.value)) return std::nullopt;
    } else {
      while (!text_.empty() && std::string_view(",;\"").find(text_.front()) == std::string::npos) {
        pair.value += Next();
      }
    }
    return pair;
  }

 private:
  char Next() {
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }
  // Up to the quote that closes it; false: none does.
  bool ReadQuoted(std::string& value) {
    while (!text_.empty()) {
      const char c = Next();
      if (c == '"') return true;
      const bool is_escape =
          c == '\\' && !text_.empty() && (text_.front() == '"' || text_.front() == '\\');
      value += is_escape ? Next() : c;
    }
    return false;
  }

  std::string_view text_;
};

std::string Sendable(std::string_view value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c >= ' ' && c <= '~') {
      text += c;
    } else {
      text.append({'%', kDigits[byte >> 4], kDigits[byte & 0xf]});
    }
  }
  return text;
}

void AppendPair(const ForwardedPair& pair, std::string& text) {
  const std::string value = Sendable(pair.value);
  text += pair.key + "=";
  // A subject always: what reads the field may count on it.
  const bool is_bare =
      pair.key != "Subject" && value.find_first_of(",;=\"\\ ") == std::string::npos;
  if (is_bare) {
    text += value;
    return;
  }
  text += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  text += '"';
}

// What the client has brought, all fields of the name; nothing: it is not to be kept.
std::optional<std::string> Kept(const http2::HeaderList& request, const net::Peer& client,
                                const ForwardClientCertificate& rule) {
  const auto has_client = [&client](const base::Network& each) {
    return each.Contains(client.address);
  };
  if (rule.mode != Mode::kAppend && rule.mode != Mode::kForward) return std::nullopt;
  if (std::ranges::none_of(rule.trusted, has_client)) return std::nullopt;
  std::string all;
  for (const http2::HeaderField& each : request) {
    if (each.name != kForwardedCertificate || each.value.empty()) continue;
    if (!ParseForwarded(each.value)) return std::nullopt;
    if (!all.empty()) all += ',';
    all.append(each.value);
  }
  return all;
}

}  // namespace

std::optional<std::vector<ForwardedElement>> ParseForwarded(std::string_view value) {
  std::vector<ForwardedElement> elements(1);
  Reader reader(value);
  reader.SkipBlanks();
  while (true) {
    auto pair = reader.Pair();
    if (!pair) return std::nullopt;
    elements.back().push_back(std::move(*pair));
    reader.SkipBlanks();
    if (reader.AtEnd()) return elements;
    if (reader.Skip(',')) {
      elements.emplace_back();
      reader.SkipBlanks();
    } else if (!reader.Skip(';')) {
      return std::nullopt;
    }
  }
}

std::string FormatForwarded(const ForwardedElement& element) {
  std::string text;
  for (const ForwardedPair& each : element) {
    if (!text.empty()) text += ';';
    AppendPair(each, text);
  }
  return text;
}

ForwardedElement ElementOf(const net::CertificateFacts& certificate,
                           const std::vector<Field>& fields) {
  ForwardedElement element;
  const auto has = [&fields](Field field) { return std::ranges::count(fields, field) > 0; };
  if (has(Field::kHash)) element.push_back({"Hash", certificate.sha256});
  if (has(Field::kSubject)) element.push_back({"Subject", certificate.subject});
  if (has(Field::kUri)) {
    for (const std::string& each : certificate.uri_names) element.push_back({"URI", each});
  }
  if (has(Field::kDns)) {
    for (const std::string& each : certificate.dns_names) element.push_back({"DNS", each});
  }
  return element;
}

void ForwardCertificate(http2::HeaderList& request, const net::Peer& client,
                        const ForwardClientCertificate& rule) {
  std::string value;
  if (request.doubtful()) {  // the field may be there
    value = Kept(request, client, rule).value_or("");
    request.Remove(kForwardedCertificate);
  }
  const bool tells = rule.mode == Mode::kSet || rule.mode == Mode::kAppend;
  if (tells && client.security != nullptr && client.security->certificate != nullptr) {
    const std::string own = FormatForwarded(ElementOf(*client.security->certificate, rule.fields));
    if (!value.empty() && !own.empty()) value += ',';
    value += own;
  }
  if (!value.empty()) request.Add(kForwardedCertificate, value);
}

}  // namespace evenkeel::proxy
