// EffectChecks: settings that change nothing beside the others; warnings.
//
// Part of validate.h.
#pragma once

#include <vector>

#include "lib/config/validate.h"

namespace evenkeel::config {

void CheckEffects(const Config& config, std::vector<Problem>& problems);

}  // namespace evenkeel::config
