// x-forwarded-client-cert: what an endpoint hears of the client's certificate.
//
// The form is Envoy's: elements by `,`, one for each proxy on the way, each of pairs by `;`, such
// as `Hash=ab12;URI=spiffe://example.org/web`. A value in quotes may have any of `,;=`; in it
// \ stands before a " or a \. Where Envoy writes By and URI without quotes, whatever they hold, and
// the first of several URIs only, we quote what must be and write all. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/client_connection.h"
#include "lib/http/header_list.h"
#include "lib/http2/field_check.h"
#include "lib/net/peer.h"

namespace evenkeel::proxy {

inline constexpr std::string_view kForwardedCertificate = http2::kForwardedCertificate;

struct ForwardedPair {
  std::string key;
  std::string value;  ///< without its quotes
  bool operator==(const ForwardedPair&) const = default;
};
using ForwardedElement = std::vector<ForwardedPair>;

/// A field's elements; nothing where it has not the form, as where a quote is not closed: what
/// stands behind it would seem to be within.
std::optional<std::vector<ForwardedElement>> ParseForwarded(std::string_view value);

/// The form of one element. Bytes that no field may have are percent-encoded (RFC 3986).
std::string FormatForwarded(const ForwardedElement& element);

/// What `certificate` has of `fields`.
ForwardedElement ElementOf(const net::CertificateFacts& certificate,
                           const std::vector<config::ForwardClientCertificate::Field>& fields);

/// Makes the field of `client`'s request what `rule` says; what it has brought goes, unless the
/// rule keeps it. What has not the form is never kept.
void ForwardCertificate(http2::HeaderList& request, const net::Peer& client,
                        const config::ForwardClientCertificate& rule);

}  // namespace evenkeel::proxy
