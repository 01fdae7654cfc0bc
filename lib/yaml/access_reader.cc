#include "lib/yaml/access_reader.h"

#include <filesystem>
#include <string_view>

#include "lib/yaml/flag_key.h"
#include "lib/yaml/name_rules.h"
#include "lib/yaml/network_key.h"

namespace evenkeel::config {
namespace {

// A map of names to a pattern each, or to a list of them.
struct ConditionsKey : Leaf {
  Rule rule;  ///< of the names

  explicit ConditionsKey(Rule rule) : rule(rule) {}

  void Read(const Place& place, std::vector<Metadata>& out) const {
    constexpr char kForm[] = "write {name: value}, or {name: [value, value*]}";
    if (place.node().kind != YamlNode::Kind::kMap) return place.FailType("a map", kForm);
    const Text pattern("pattern", CheckPattern);
    for (const YamlNode::Entry* entry : place.Entries()) {
      if (const auto complaint = rule(entry->key)) place.Key(*entry).Fail(*complaint);
      const Place value = place.Value(*entry);
      std::vector<std::string> patterns;
      if (value.node().kind == YamlNode::Kind::kList) {
        ReadValue(List{pattern}, value, patterns);
      } else {
        ReadValue(pattern, value, patterns.emplace_back());
      }
      for (std::string& each : patterns) {
        out.push_back({entry->key, std::move(each), value.node().has_variables});
      }
    }
  }
  KeyFacts Facts(const std::vector<Metadata>&) const {
    return {.type = "map of names to patterns, or lists of them"};
  }
  Written Write(const std::vector<Metadata>& conditions) const {
    if (conditions.empty()) return {};
    Written map{.kind = Written::Kind::kMap};
    for (const Metadata& each : conditions) {
      Written list{.kind = Written::Kind::kList};
      if (const Written* known = map.Find(each.name)) list = *known;
      list.items.push_back({.kind = IsSecret(each) ? Written::Kind::kSecret : Written::Kind::kText,
                            .text = each.value});
      map.Set(each.name, std::move(list));
    }
    return map;
  }
};

// The path of a file, relative to the file that names it. Of what it holds nothing is shown.
struct TokenFileKey : Leaf {
  void Read(const Place& place, std::string& out) const {
    const std::string* text = place.Text("a file", "write the path of a file of tokens");
    if (!text) return;
    if (const auto complaint = CheckFilePath(*text)) return place.Fail(*complaint);
    const std::filesystem::path from = place.errors().FileOf(place.mark());
    out = (from.parent_path() / *text).string();
  }
  KeyFacts Facts(const std::string&) const { return {.type = "file"}; }
  Written Write(const std::string& file) const { return WrittenText(file); }
};

void ReadBearerTokens(MapReader& map, BearerTokens& tokens) {
  map.Required("file", tokens.file, TokenFileKey());
  map.Optional("name_to_metadata", tokens.name_to_metadata, Text("metadata name", CheckSentName));
}

// A map of claims to names of metadata.
struct ClaimsKey : Leaf {
  void Read(const Place& place, std::vector<ClaimToMetadata>& out) const {
    if (place.node().kind != YamlNode::Kind::kMap) {
      return place.FailType("a map", "write {claim: metadata}");
    }
    for (const YamlNode::Entry* entry : place.Entries()) {
      if (const auto complaint = CheckClaimName(entry->key)) place.Key(*entry).Fail(*complaint);
      ClaimToMetadata& each = out.emplace_back();
      each.claim = entry->key;
      ReadValue(Text("metadata name", CheckSentName), place.Value(*entry), each.metadata);
    }
  }
  KeyFacts Facts(const std::vector<ClaimToMetadata>&) const {
    return {.type = "map of names to values"};
  }
  Written Write(const std::vector<ClaimToMetadata>& claims) const {
    if (claims.empty()) return {};
    Written map{.kind = Written::Kind::kMap};
    for (const auto& each : claims) map.Set(each.claim, WrittenText(each.metadata));
    return map;
  }
};

void ReadIssuer(MapReader& map, JwtIssuer& issuer) {
  map.Required("issuer", issuer.issuer, Text("text", CheckIssuer));
  map.Required("audiences", issuer.audiences, List{Text("text", CheckIssuer)});
  map.Required("jwks", issuer.jwks_file, Group{[](MapReader& map, std::string& file) {
                 map.Required("file", file, TokenFileKey());
               }});
  map.Optional("algorithms", issuer.algorithms, List{Text("algorithm", CheckAlgorithm)});
  map.Optional("skew", issuer.skew, Number(JwtIssuer::kSkew));
  map.Optional("claims_to_metadata", issuer.claims_to_metadata, ClaimsKey());
}

void ReadRule(MapReader& map, AccessRule& rule) {
  map.Required("name", rule.name, Text("rule name", CheckRuleName));
  map.Optional("identities", rule.identities, List{Text("pattern", CheckPattern)});
  map.Optional("tokens", rule.tokens, List{Text("pattern", CheckPattern)});
  map.Optional("claims", rule.claims, ConditionsKey(CheckClaimName));
  map.Optional("methods", rule.methods, List{Text("method pattern", CheckMethodPattern)});
  map.Optional("metadata", rule.metadata, ConditionsKey(CheckJudgedName));
  map.Optional("addresses", rule.addresses, List{NetworkKey()});
  map.Elsewhere("paths", "write methods: [package.Service/Method]");
  map.Elsewhere("principals", "write identities");
  map.Elsewhere("headers", "write metadata");
}

void ReadRules(MapReader& map, Authorization& authorization) {
  map.Optional("deny", authorization.deny, List{Group{ReadRule}});
  map.Optional("allow", authorization.allow, List{Group{ReadRule}});
  map.Optional("observe", authorization.observe, FlagKey());
  if (authorization.empty() && map.IsGood()) {
    map.Fail({"has no rule", "add allow: or deny:, or write off"});
  }
}

}  // namespace

void ReadAuthentication(MapReader& map, Authentication& authentication) {
  map.Optional("jwt", authentication.jwt, List{Group{ReadIssuer}});
  map.Optional("bearer_tokens", authentication.bearer_tokens, Group{ReadBearerTokens});
  map.Optional("required", authentication.required, FlagKey());
  map.Optional("forward", authentication.forward, FlagKey());
  if (!authentication.bearer_tokens && authentication.jwt.empty() && map.IsGood()) {
    map.Fail({"accepts no credential", "add bearer_tokens: {file: FILE}, or jwt:"});
  }
}

void AuthorizationKey::Read(const Place& place, std::optional<Authorization>& out) const {
  out.emplace();
  if (!place.node().IsScalar()) return Group{ReadRules}.Read(place, *out);
  if (place.node().text == "off") return;
  place.FailType("a map or off", "write {allow: [{name: …}]}, or off");
}

void AuthorizationKey::Nested(const std::string& path, const std::optional<Authorization>&,
                              Catalog& catalog) const {
  Group{ReadRules}.Nested(path, Authorization(), catalog);
}

Written AuthorizationKey::Write(const std::optional<Authorization>& value) const {
  if (!value) return {};
  return value->empty() ? WrittenText("off") : Group{ReadRules}.WriteMap(*value);
}

}  // namespace evenkeel::config
