#include "lib/authz/policy.h"

#include <algorithm>

#include "lib/http/same_text.h"

namespace evenkeel::authz {
namespace {

constexpr std::string_view kNoRule = "(no rule)";

bool AnyMatches(const std::vector<Pattern>& patterns, std::string_view value) {
  return std::ranges::any_of(patterns,
                             [value](const Pattern& each) { return each.Matches(value); });
}

std::vector<Pattern> PatternsOf(const std::vector<std::string>& texts,
                                Pattern::Case letters = Pattern::Case::kCounts) {
  std::vector<Pattern> patterns;
  for (const std::string& each : texts) patterns.emplace_back(each, letters);
  return patterns;
}

}  // namespace

Policy::Policy(const config::Authorization& authorization) : observe_(authorization.observe) {
  for (const auto& each : authorization.deny) {
    deny_.push_back(Compile(each, Pattern::Case::kIgnored));
  }
  for (const auto& each : authorization.allow) {
    allow_.push_back(Compile(each, Pattern::Case::kCounts));
  }
}

Policy::Rule Policy::Compile(const config::AccessRule& rule, Pattern::Case methods) {
  return {.name = rule.name,
          .methods = PatternsOf(rule.methods, methods),
          .tokens = PatternsOf(rule.tokens),
          .identities = PatternsOf(rule.identities),
          .addresses = rule.addresses,
          .claims = ConditionsOf(rule.claims),
          .metadata = ConditionsOf(rule.metadata)};
}

std::vector<Policy::Condition> Policy::ConditionsOf(const std::vector<config::Metadata>& named) {
  std::vector<Condition> conditions;
  for (const config::Metadata& each : named) {
    auto known = std::ranges::find(conditions, each.name, &Condition::name);
    if (known == conditions.end()) known = conditions.insert(known, Condition{each.name, {}});
    known->values.emplace_back(each.value);
  }
  return conditions;
}

Policy::Verdict Policy::Judge(const CallFacts& call) const {
  for (size_t i = 0; i < deny_.size(); ++i) {
    if (Missed(deny_[i], call).empty()) return {false, i};
  }
  for (size_t i = 0; i < allow_.size(); ++i) {
    if (Missed(allow_[i], call).empty()) return {true, deny_.size() + i};
  }
  return {allow_.empty(), rule_count()};
}

std::string_view Policy::NameOf(size_t rule) const {
  if (rule < deny_.size()) return deny_[rule].name;
  return rule < rule_count() ? allow_[rule - deny_.size()].name : kNoRule;
}

std::vector<Policy::Opinion> Policy::Explain(const CallFacts& call) const {
  std::vector<Opinion> opinions;
  for (const Rule& each : deny_) opinions.push_back({each.name, true, Missed(each, call)});
  for (const Rule& each : allow_) opinions.push_back({each.name, false, Missed(each, call)});
  return opinions;
}

// What is compared soonest comes first.
std::string_view Policy::Missed(const Rule& rule, const CallFacts& call) {
  if (!rule.methods.empty() && !AnyMatches(rule.methods, call.method)) return "methods";
  if (!rule.tokens.empty() &&
      (call.caller == nullptr || !AnyMatches(rule.tokens, call.caller->token))) {
    return "tokens";
  }
  for (const Condition& each : rule.claims) {
    if (!Fits(each, call.caller)) return "claims";
  }
  if (!rule.identities.empty() &&
      std::ranges::none_of(call.identities, [&rule](const std::string& each) {
        return AnyMatches(rule.identities, each);
      })) {
    return "identities";
  }
  for (const Condition& each : rule.metadata) {
    if (!Fits(each, call.metadata)) return "metadata";
  }
  if (!rule.addresses.empty() &&
      std::ranges::none_of(rule.addresses, [&call](const base::Network& each) {
        return each.Contains(call.address);
      })) {
    return "addresses";
  }
  return {};
}

// Values of several fields count as one, joined by commas (gRFC A41). A name that is not there fits
// nothing.
bool Policy::Fits(const Condition& condition, const http2::HeaderList& metadata) {
  std::string_view value;
  std::string joined;
  size_t count = 0;
  for (const http2::HeaderField field : metadata) {
    if (!http2::SameText(field.name, condition.name)) continue;
    if (++count == 1) {
      value = field.value;
    } else {
      if (count == 2) joined = value;
      joined.append(",").append(field.value);
    }
  }
  if (count == 0) return false;
  return AnyMatches(condition.values, count == 1 ? value : joined);
}

bool Policy::Fits(const Condition& condition, const Caller* caller) {
  if (caller == nullptr) return false;
  const auto claim = std::ranges::find(caller->claims, condition.name, &jwt::Claim::name);
  return claim != caller->claims.end() &&
         std::ranges::any_of(claim->values, [&condition](const std::string& each) {
           return AnyMatches(condition.values, each);
         });
}

}  // namespace evenkeel::authz
