// JSON strings for log lines; whole documents are `admin`'s business.
#pragma once

#include <string>
#include <string_view>

namespace evenkeel::telemetry {

/// Appends `text` as a JSON string, quotes included (RFC 8259, section 7). Each byte that is no
/// part of valid UTF-8 (RFC 3629) becomes U+FFFD, so that the line is always valid JSON.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace evenkeel::telemetry
