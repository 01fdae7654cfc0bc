#include "lib/yaml/metadata_key.h"

namespace evenkeel::config {

void MetadataKey::Read(const Place& place, std::vector<Metadata>& out) const {
  if (place.node().kind != YamlNode::Kind::kMap) {
    return place.FailType("a map", "write {name: value}");
  }
  const Text value("metadata value", CheckMetadataValue);
  for (const YamlNode::Entry* entry : place.Entries()) {
    if (const auto complaint = rule(entry->key)) place.Key(*entry).Fail(*complaint);
    Metadata& metadata = out.emplace_back();
    metadata.name = entry->key;
    metadata.from_outside = entry->value->has_variables;
    if (entry->value->secret.empty()) {
      ReadValue(value, place.Value(*entry), metadata.value);
    } else if (const auto complaint = CheckMetadataValue(entry->value->secret)) {
      place.Value(*entry).Fail(*complaint);
    } else {
      metadata.value = entry->value->secret;
    }
  }
}

Written MetadataKey::Write(const std::vector<Metadata>& metadata) const {
  if (metadata.empty()) return {};
  Written map{.kind = Written::Kind::kMap};
  for (const Metadata& each : metadata) {
    map.Set(each.name, {.kind = IsSecret(each) ? Written::Kind::kSecret : Written::Kind::kText,
                        .text = each.value});
  }
  return map;
}

}  // namespace evenkeel::config
