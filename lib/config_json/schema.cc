#include "lib/config_json/schema.h"

#include <string_view>
#include <utility>
#include <vector>

#include "lib/config_json/json.h"
#include "lib/yaml/config_reader.h"

namespace evenkeel::admin {
namespace {

constexpr std::string_view kAnyName = "<name>";
constexpr std::string_view kList = "list of: ";

// A key and those inside it.
struct Key {
  using Keys = std::vector<std::pair<std::string, Key>>;

  config::KeyFacts facts{};
  Keys inside{};    // of the map, or of the list's items
  Keys in_place{};  // of a map that may stand in place of the list

  static Key& In(Keys& keys, std::string_view name) {
    for (auto& [known, key] : keys) {
      if (known == name) return key;
    }
    return keys.emplace_back(name, Key{}).second;
  }
};

// "clusters.<name>.endpoints[].address" leads through four keys; a list is the key of its items.
Key KeyTree() {
  Key root;
  root.facts.type = "map";
  for (const config::KeyFacts& facts : config::KnownKeys()) {
    Key* key = &root;
    std::string_view rest = facts.path;
    bool in_place = false;
    while (!rest.empty()) {
      std::string_view name = rest.substr(0, rest.find('.'));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      const bool of_items = name.ends_with("[]");
      if (of_items) name.remove_suffix(2);
      key = &Key::In(in_place ? key->in_place : key->inside, name);
      in_place = !of_items && key->facts.type.starts_with(kList);
    }
    key->facts = facts;
  }
  return root;
}

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Json Reference(const char* name) { return {{"$ref", std::string("#/definitions/") + name}}; }

Json SchemaOf(const Key& key, std::string_view type);

Json MapOf(const Key& key) {
  Json schema = {{"type", "object"}};
  if (key.inside.empty()) {
    schema["additionalProperties"] = Json(false);
    if (key.facts.type == "map of names to values") {
      schema["additionalProperties"] = Reference("text");
    } else if (key.facts.type == "map of names to patterns, or lists of them") {
      const Json list = {{"type", "array"}, {"minItems", 1}, {"items", Reference("text")}};
      schema["additionalProperties"] = {{"anyOf", {Reference("text"), list}}};
    } else if (key.facts.type == "map of cluster names to whole numbers") {
      schema["additionalProperties"] = {{"type", "integer"}, {"minimum", 0}};
    }
    return schema;
  }
  if (key.inside.front().first == kAnyName) {
    schema["additionalProperties"] = MapOf(key.inside.front().second);
    schema["minProperties"] = 1;
    return schema;
  }
  schema["additionalProperties"] = false;
  for (const auto& [name, inside] : key.inside) {
    schema["properties"][name] = SchemaOf(inside, inside.facts.type);
    if (inside.facts.required) schema["required"].push_back(name);
  }
  if (Has(key.facts.type, "one name")) {
    schema["minProperties"] = 1;
    schema["maxProperties"] = 1;
  }
  return schema;
}

Json NumberOf(const config::KeyFacts& facts, const char* type) {
  Json number = {{"type", type}};
  if (facts.min) number["minimum"] = *facts.min;
  if (facts.max) number["maximum"] = *facts.max;
  return {{"anyOf", {number, Reference("variable")}}};
}

// YAML 1.1, which many editors read, takes off for false, and any YAML 1.2 for a number.
Json WordsOf(const config::KeyFacts& facts) {
  Json words = {{"enum", facts.words}};
  if (facts.words.front() == "off") words["enum"].push_back(false);
  for (const std::string& each : facts.words) {
    const bool is_number = each.find_first_not_of("0123456789.") == std::string::npos;
    if (is_number) words["enum"].push_back(Json::parse(each));
  }
  return words;
}

// What stands for a value that is no map and no list; null where there is no such thing.
Json ScalarOf(const config::KeyFacts& facts, std::string_view type) {
  if (type.starts_with("whole number")) return NumberOf(facts, "integer");
  if (type.starts_with("number")) return NumberOf(facts, "number");
  if (type.starts_with("duration")) return Reference("duration");
  if (type.starts_with("size")) return Reference("size");
  if (type.starts_with("true or false")) {
    return {{"anyOf", {{{"type", "boolean"}}, Reference("variable")}}};
  }
  if (type.starts_with("address")) return Reference("address");
  if (!facts.words.empty()) return {{"anyOf", {WordsOf(facts), Reference("variable")}}};
  return type.starts_with("map") ? Json() : Reference("text");
}

// "list of: address or map; or DNS name; or map with file": what stands after the first of them.
Json InPlaceOf(const Json& list, const Key& key) {
  if (key.in_place.empty()) return list;
  const Key map{.facts = {}, .inside = key.in_place};
  return {{"anyOf", {Reference("text"), MapOf(map), list}}};
}

Json SchemaOf(const Key& key, std::string_view type) {
  if (type.starts_with(kList)) {
    const std::string_view item = type.substr(0, type.find(';')).substr(kList.size());
    return InPlaceOf({{"type", "array"}, {"minItems", 1}, {"items", SchemaOf(key, item)}}, key);
  }
  const Json scalar = ScalarOf(key.facts, type);
  if (!Has(type, "map")) return scalar;
  const Json map = MapOf(key);
  return scalar.is_null() ? map : Json{{"anyOf", {scalar, map}}};
}

// What is there to say, in the words of docs/configuration.md.
void Describe(Json& schema, const Key& key, const std::string& path) {
  const config::KeyFacts& facts = key.facts;
  std::string text = facts.type;
  if (!facts.range.empty()) text += ", " + facts.range;
  if (facts.required) text += "; required";
  if (!facts.fallback.empty()) text += "; default " + facts.fallback;
  if (!path.empty()) schema["description"] = text;
}

void DescribeAll(Json& schema, const Key& key, const std::string& path) {
  Describe(schema, key, path);
  for (const auto& [name, inside] : key.in_place) {
    DescribeAll(schema["anyOf"][1]["properties"][name], inside, path + "." + name);
  }
  Json* map = &schema;
  while (map->contains("items") || map->contains("anyOf")) {
    map = map->contains("items") ? &(*map)["items"] : &(*map)["anyOf"].back();
  }
  for (const auto& [name, inside] : key.inside) {
    const std::string below = path + "." + name;
    if (name == kAnyName) {
      DescribeAll((*map)["additionalProperties"], inside, "");
    } else if (map->contains("properties")) {
      DescribeAll((*map)["properties"][name], inside, below);
    }
  }
}

Json Definitions() {
  constexpr char kVariable[] = "\\$\\{";
  const auto pattern = [](std::string_view form) -> Json {
    return {{"type", "string"}, {"pattern", "^(" + std::string(form) + ")$|\\$\\{"}};
  };
  return {{"variable", {{"type", "string"}, {"pattern", kVariable}}},
          {"text", {{"type", {"string", "number", "boolean"}}}},
          {"duration", pattern("[0-9]+(ms|s|m|h)")},
          {"size",
           {{"anyOf", {{{"type", "integer"}, {"minimum", 0}}, pattern("[0-9]+(KiB|MiB|GiB)?")}}}},
          {"address", pattern("unix:.+|.+:[0-9]+")}};
}

}  // namespace

std::string SchemaJson() {
  const Key root = KeyTree();
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "Evenkeel configuration"},
                 {"definitions", Definitions()}};
  Json keys = MapOf(root);
  DescribeAll(keys, root, "");
  // A file that includes others, or is included, may have these from them or for them.
  keys["anyOf"] = Json::array({{{"required", {"include"}}}});
  for (const Json& key : keys["required"]) keys["anyOf"].push_back({{"required", {key}}});
  keys.erase("required");
  const Json file = {{"type", "string"}, {"minLength", 1}};
  keys["properties"]["include"] = {
      {"description", "file, or list of files; optional: their listeners and clusters are added"},
      {"anyOf", {file, {{"type", "array"}, {"items", file}}}}};
  schema.update(keys);
  return ToText(schema);
}

}  // namespace evenkeel::admin
