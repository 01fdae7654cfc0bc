// The page /clusters/NAME/explain: where a would-be call would go now, and why.
#pragma once

#include <string>

#include "proxy/admin/sources.h"

namespace evenkeel::admin {

/// {"policy","picked","score","candidates":[{"endpoint","score"}],"excluded":[{"endpoint","why"}],
/// "notes":[…]}, indented; "picked" is null when there is no endpoint to be had.
std::string ExplainJson(const ExplainView& view);

}  // namespace evenkeel::admin
