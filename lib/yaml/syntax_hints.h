// SyntaxHints: slips that a YAML parser misses or reports far from where they are: quotes without
// an end, comments as other languages write them, characters that only look like a space or a
// quote.
//
// Each finds one in a file's text. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "lib/config/complaint.h"

namespace evenkeel::config {

/// Something wrong at an offset into the text.
struct Slip {
  size_t offset;
  Complaint complaint;
};

/// Whether the text in quotes that begins at `start` ends; so does text without quotes.
bool HasClosingQuote(std::string_view text, size_t start);

/// In the text in quotes that begins at `start`, the last one before the parser gave up or the file
/// ended: a quote without an end, or one that ends where other text in quotes was to begin.
std::optional<Slip> FindOpenQuote(std::string_view text, size_t start);

/// The first bracket or quote of the text that is not closed, as far as it can be told: one in a
/// line's midst is not closed by what stands less indented. For a text in which a parser has
/// stumbled: it may be wrong about others.
std::optional<Slip> FindUnclosed(std::string_view text);

/// Whether a comment of another language begins here: // or /*.
bool BeginsSlashComment(std::string_view text);
/// What to say of it.
Complaint SlashComment(std::string_view text);

/// Such a comment at the beginning of the line that `offset` is in, or of the one above.
std::optional<Slip> FindSlashComment(std::string_view text, size_t offset);

/// A no-break space, another space or quote that is none to YAML, within `part` of the text.
std::optional<Slip> FindLookAlike(std::string_view part);

}  // namespace evenkeel::config
