// Hops: the sidecars that a call has been through, so that one which comes round again ends there
// instead of going round until its deadline. The field is kept only among sidecars: it is written
// where a call comes from one, and looked at nowhere else. As CDN-Loop (RFC 8586) and Via are for
// HTTP.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/http/header_list.h"
#include "lib/http2/field_check.h"

namespace evenkeel::proxy {

inline constexpr std::string_view kHopsField = http2::kHopsField;

/// A call comes from the sidecar `from` to the sidecar `own`. Notes that in its headers; false: it
/// has been here before, or at more sidecars than any chain has.
bool AddHop(http2::HeaderList& request, uint32_t from, uint32_t own);

}  // namespace evenkeel::proxy
