// Suggestion: the hint for an unknown name: the one that was probably meant, or the list
// of those there are.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace evenkeel::config {

/// `did you mean "cluster"?`, or `known keys: a, b, c` when none is close. `nouns` is "keys",
/// "clusters" and so on; empty `known` gives `there are no clusters`.
std::string Suggest(std::string_view name, std::span<const std::string> known,
                    std::string_view nouns);

/// The known name closest to `name`, or empty when none is close: at most a third of its letters
/// were mistyped. Letter case and '-' for '_' do not count.
std::string_view Closest(std::string_view name, std::span<const std::string> known);

}  // namespace evenkeel::config
