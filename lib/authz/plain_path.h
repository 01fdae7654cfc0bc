// Whether a `:path` can be read in one way only.
#pragma once

#include <string_view>

namespace evenkeel::authz {

/// False where a server may see another method than a rule that compares bytes does: it has an
/// empty segment, "." or ".." as one, a query, a fragment, %-escapes, or `;` or `\`, which some
/// servers take for the end of a segment; or it does not begin with a slash (CVE-2026-33186 of
/// grpc-go).
bool IsPlainPath(std::string_view path);

}  // namespace evenkeel::authz
