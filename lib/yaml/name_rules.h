// NameRules: what names and texts of the configuration may look like.
//
// Each rule returns nothing for a good text, else what is wrong and what to write.
#pragma once

#include <optional>
#include <string_view>

#include "lib/yaml/config_error.h"

namespace evenkeel::config {

using Rule = std::optional<Complaint> (*)(std::string_view text);

/// Letters, digits, '-', '_' and '.', 1 to 100: it goes into metrics, logs and URLs as it is.
std::optional<Complaint> CheckClusterName(std::string_view text);
/// An `:authority` to compare with: host or host:port, no wildcards.
std::optional<Complaint> CheckAuthority(std::string_view text);
/// "package.Service", the first part of a gRPC path.
std::optional<Complaint> CheckService(std::string_view text);
/// "GetUser", the second part of a gRPC path.
std::optional<Complaint> CheckMethod(std::string_view text);
/// A name of custom metadata that a route can compare (gRPC over HTTP/2, "Custom-Metadata"):
/// '0'-'9', 'a'-'z', '-', '_' and '.', not `grpc-…`, which is gRPC's own, and not `…-bin`, whose
/// bytes have several spellings on the wire.
std::optional<Complaint> CheckMetadataName(std::string_view text);
/// A name of metadata that we send: as CheckMetadataName, and none that belongs to HTTP/2 or gRPC
/// (te, host, content-type, …): with another value calls would break, or it would be a lie.
std::optional<Complaint> CheckSentName(std::string_view text);
/// ' ' to '~', without spaces around: HTTP/2 would have removed them. What is wrong is said without
/// the value, which may be a secret.
std::optional<Complaint> CheckMetadataValue(std::string_view text);
/// The name of a rule of authorization: as a cluster's, it goes into metrics and logs.
std::optional<Complaint> CheckRuleName(std::string_view text);
/// A text to compare with, "text*", "*text" or "*": ' ' to '~', no spaces around, no other `*`.
std::optional<Complaint> CheckPattern(std::string_view text);
/// The same of "package.Service/Method".
std::optional<Complaint> CheckMethodPattern(std::string_view text);
/// A name of a claim in a JSON Web Token: as CheckIssuer.
std::optional<Complaint> CheckClaimName(std::string_view text);
/// What JSON Web Tokens are compared with: '!' to '~', at least one.
std::optional<Complaint> CheckIssuer(std::string_view text);
/// An algorithm that signs JSON Web Tokens with a key pair: "ES256".
std::optional<Complaint> CheckAlgorithm(std::string_view text);
/// A name of metadata that rules of authorization can look at: as CheckMetadataName, and none that
/// HTTP/2 has for itself (gRFC A43).
std::optional<Complaint> CheckJudgedName(std::string_view text);
/// The path of a file: any text.
std::optional<Complaint> CheckFilePath(std::string_view text);
/// A page of the admin port that may need no token.
std::optional<Complaint> CheckOpenPage(std::string_view text);
/// What a certificate is for: a host name without the dot at its end, or an IP address.
std::optional<Complaint> CheckHost(std::string_view text);
/// A name that clients ask for by TLS: a host name, or "*." and one.
std::optional<Complaint> CheckServedName(std::string_view text);
/// Whom a certificate is to name: a host name, an IP address, or a URI; one of SPIFFE as
/// base::SpiffeId has it.
std::optional<Complaint> CheckSubject(std::string_view text);
/// The name of a zone: as a cluster's name.
std::optional<Complaint> CheckZone(std::string_view text);
/// What stands for an endpoint in a hash: ' ' to '~', at least one.
std::optional<Complaint> CheckHashKey(std::string_view text);
/// gRPC's name of a status other than OK.
std::optional<Complaint> CheckErrorStatus(std::string_view text);
/// A metric of ORCA load reports: ' ' to '~' without spaces, at least one.
std::optional<Complaint> CheckMetricName(std::string_view text);
/// One that weighted_round_robin can compute utilisation from (gRFC A114).
std::optional<Complaint> CheckUtilizationMetric(std::string_view text);

}  // namespace evenkeel::config
