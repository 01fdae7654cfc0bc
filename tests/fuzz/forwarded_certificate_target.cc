#include <string>
#include <string_view>

#include "lib/base/check.h"
#include "proxy/call/forwarded_certificate.h"
#include "tests/fuzz/fuzz_target.h"

namespace evenkeel::fuzz {

// As a field's value, what is read and written again means the same. As a certificate's names, what
// is written is one element with those names.
void FuzzForwardedCertificate(std::span<const uint8_t> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  if (const auto elements = proxy::ParseForwarded(text)) {
    CHECK(!elements->empty());
    for (const proxy::ForwardedElement& each : *elements) {
      const std::string written = proxy::FormatForwarded(each);
      for (const char c : written) CHECK(c >= ' ' && c <= '~');
      const auto again = proxy::ParseForwarded(written);
      CHECK(again && again->size() == 1 && again->front().size() == each.size());
      CHECK(proxy::FormatForwarded(again->front()) == written);
    }
  }
  net::CertificateFacts certificate;
  certificate.subject = text;
  certificate.uri_names = {std::string(text), "spiffe://a/b"};
  using Field = config::ForwardClientCertificate::Field;
  const auto own = proxy::ParseForwarded(
      proxy::FormatForwarded(proxy::ElementOf(certificate, {Field::kSubject, Field::kUri})));
  CHECK(own && own->size() == 1 && own->front().size() == 3);
  CHECK(own->front()[2] == (proxy::ForwardedPair{"URI", "spiffe://a/b"}));
}

}  // namespace evenkeel::fuzz
