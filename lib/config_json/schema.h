// Schema: the JSON Schema of the configuration, made from the parser's own list of keys, so that
// editors know what the parser knows. docs/evenkeel.schema.json is a copy; a test keeps it one.
#pragma once

#include <string>

namespace evenkeel::admin {

/// JSON Schema, draft 7. It knows every key, type, choice and range of plain numbers; not the
/// ranges of durations and sizes, nor what the parser says about keys together. ${NAME} is allowed
/// where the parser expands it.
std::string SchemaJson();

}  // namespace evenkeel::admin
