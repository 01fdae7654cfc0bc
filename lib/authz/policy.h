// Policy: rules that say which calls may be made, ready to judge calls by.
//
// As gRPC's own authorisation has it (gRFC A41, A43; Envoy's RBAC): who fits a deny rule is
// refused; else who fits an allow rule may; else nobody may, unless there are no allow rules at
// all. Of the rules of one kind the first that fits counts. Some servers find methods whatever the
// case of their letters, so deny rules ignore it: nobody gets past one by another spelling.
// Immutable, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/authz/call_facts.h"
#include "lib/authz/pattern.h"
#include "lib/base/network.h"
#include "lib/config/access.h"

namespace evenkeel::authz {

class Policy {
 public:
  explicit Policy(const config::Authorization& authorization);

  struct Verdict {
    bool allowed;
    size_t rule;  ///< that decided it, by number; rule_count(): none did
  };
  Verdict Judge(const CallFacts& call) const;

  /// What a rule says of a call.
  struct Opinion {
    std::string_view rule;  ///< its name; lives as long as the policy
    bool denies;            ///< what fits it
    /// The first list that the call does not fit: "methods", "tokens", "claims", "identities",
    /// "metadata" or "addresses"; empty: it fits them all.
    std::string_view misses;
  };
  /// Of all rules, in the order of their numbers.
  std::vector<Opinion> Explain(const CallFacts& call) const;

  /// Rules have numbers from 0: those that deny, then those that allow.
  size_t rule_count() const { return deny_.size() + allow_.size(); }
  size_t deny_count() const { return deny_.size(); }
  /// The rule's name, or "(no rule)" for rule_count(). Lives as long as the policy.
  std::string_view NameOf(size_t rule) const;
  /// Whether verdicts are noted only.
  bool observe() const { return observe_; }

 private:
  /// What the values of one name of metadata, or of one claim, must be like.
  struct Condition {
    std::string name;
    std::vector<Pattern> values;
  };
  struct Rule {
    std::string name;
    std::vector<Pattern> methods;
    std::vector<Pattern> tokens;
    std::vector<Pattern> identities;
    std::vector<base::Network> addresses;
    std::vector<Condition> claims;
    std::vector<Condition> metadata;
  };

  static Rule Compile(const config::AccessRule& rule, Pattern::Case methods);
  static std::string_view Missed(const Rule& rule, const CallFacts& call);
  static std::vector<Condition> ConditionsOf(const std::vector<config::Metadata>& named);
  static bool Fits(const Condition& condition, const http2::HeaderList& metadata);
  static bool Fits(const Condition& condition, const Caller* caller);

  std::vector<Rule> deny_;
  std::vector<Rule> allow_;
  const bool observe_;
};

}  // namespace evenkeel::authz
