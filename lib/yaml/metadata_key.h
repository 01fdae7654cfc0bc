// MetadataKey: a key type, as key_types.h explains; a map of names of metadata to their values.
#pragma once

#include <vector>

#include "lib/config/metadata.h"
#include "lib/yaml/key_types.h"

namespace evenkeel::config {

struct MetadataKey : Leaf {
  Rule rule;  ///< of the names

  explicit MetadataKey(Rule rule = CheckMetadataName) : rule(rule) {}

  void Read(const Place& place, std::vector<Metadata>& out) const;
  KeyFacts Facts(const std::vector<Metadata>&) const { return {.type = "map of names to values"}; }
  Written Write(const std::vector<Metadata>& metadata) const;
};

}  // namespace evenkeel::config
