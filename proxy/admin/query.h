// Query: the values in a request's query (RFC 3986, section 3.4).
#pragma once

#include <string>
#include <string_view>

namespace evenkeel::admin {

/// "%2F" is "/", "+" a space; what is no good escape stays as it is.
std::string PercentDecoded(std::string_view text);

/// What PercentDecoded reads back, with everything escaped but letters, digits and "-._~".
std::string PercentEncoded(std::string_view text);

/// The value of `name` in a query, decoded; empty when it is not there.
std::string QueryValue(std::string_view query, std::string_view name);

}  // namespace evenkeel::admin
