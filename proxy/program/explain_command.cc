#include "proxy/program/explain_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "lib/authz/plain_path.h"
#include "lib/authz/policy.h"
#include "lib/config/complaint.h"
#include "lib/rpc/message.h"
#include "lib/yaml/loader.h"
#include "proxy/program/error_display.h"
#include "proxy/route/access_rules.h"
#include "proxy/route/route_table.h"

namespace evenkeel::proxy {
namespace {

using base::Error;
using base::Result;

// A line of the answer: what it is about, and what there is to say of that.
void Add(std::string& text, std::string_view subject, std::string_view words) {
  text.append(subject).append(subject.size() < 10 ? 10 - subject.size() : 1, ' ');
  text.append(words).append("\n");
}

Result<const config::Listener*, std::string> FindListener(const config::Config& config,
                                                          const std::string& address) {
  std::string known;
  for (const config::Listener& each : config.listeners) {
    if (address.empty() && config.listeners.size() == 1) return &each;
    if (each.address.ToString() == address) return &each;
    known += (known.empty() ? "" : ", ") + each.address.ToString();
  }
  return Error(address.empty() ? "say which listener by --listener; there are " + known
                               : "no listener " + config::Quoted(address) + "; there are " + known);
}

class Explainer {
 public:
  Explainer(const config::Config& config, const config::Listener& listener,
            const ExplainCommand& command)
      : config_(config), listener_(listener), command_(command) {}

  /// An error where the command makes no sense.
  Result<Explanation, std::string> Run() {
    if (auto made = MakeRequest(); !made) return Error(made.error());
    Add(text_, "listener", listener_.address.ToString());
    const bool goes_on = Admits() && Route();
    return Explanation{std::move(text_), goes_on};
  }

 private:
  Result<void, std::string> MakeRequest() {
    request_.Add(":method", "POST");
    request_.Add(":path", command_.path);
    if (!command_.authority.empty()) request_.Add(":authority", command_.authority);
    request_.Add("content-type", "application/grpc");
    for (const std::string& each : command_.metadata) {
      const size_t equals = each.find('=');
      if (equals == std::string::npos || equals == 0) {
        return Error("--metadata is name=value, not " + config::Quoted(each));
      }
      request_.Add(each.substr(0, equals), each.substr(equals + 1));
    }
    const auto& authentication = listener_.authentication;
    if (auto made = MakeClaims(); !made) return made;
    if (command_.token.empty()) return {};
    caller_.token = command_.token;
    if (!authentication || !authentication->bearer_tokens) {
      return Error(std::string("the listener takes no tokens"));
    }
    const auto& tokens = *authentication->bearer_tokens;
    if (std::ranges::find(tokens.tokens, command_.token, &config::BearerToken::name) ==
        tokens.tokens.end()) {
      return Error("no token is called " + config::Quoted(command_.token) + " in " + tokens.file);
    }
    if (!tokens.name_to_metadata.empty()) {
      request_.Remove(tokens.name_to_metadata);
      request_.Add(tokens.name_to_metadata, command_.token);
    }
    return {};
  }

  // Those of a token that is good.
  Result<void, std::string> MakeClaims() {
    if (command_.claims.empty()) return {};
    const auto& authentication = listener_.authentication;
    if (!authentication || authentication->jwt.empty()) {
      return Error(std::string("the listener takes no JSON Web Tokens"));
    }
    for (const std::string& each : command_.claims) {
      const size_t equals = each.find('=');
      if (equals == std::string::npos || equals == 0) {
        return Error("--claim is name=value, not " + config::Quoted(each));
      }
      caller_.claims.push_back({each.substr(0, equals), {each.substr(equals + 1)}});
    }
    for (const auto& each : authentication->jwt[0].claims_to_metadata) {
      request_.Remove(each.metadata);
      for (const jwt::Claim& claim : caller_.claims) {
        if (claim.name == each.claim) request_.Add(each.metadata, claim.values[0]);
      }
    }
    return {};
  }

  // What Admission asks of a call.
  bool Admits() {
    const auto has_rules = [](const auto& rules) { return rules && !rules->empty(); };
    const bool judges = has_rules(listener_.authorization) ||
                        std::ranges::any_of(listener_.routes, [&](const config::Route& each) {
                          return has_rules(each.authorization);
                        });
    if (judges && !authz::IsPlainPath(command_.path)) {
      Add(text_, "path", "may be read in more than one way");
      return Refuse("UNIMPLEMENTED");
    }
    const bool needs_token = listener_.authentication && listener_.authentication->required;
    if (needs_token && command_.token.empty() && command_.claims.empty()) {
      Add(text_, "token", "missing, and authentication requires one");
      return Refuse("UNAUTHENTICATED");
    }
    if (!command_.token.empty()) Add(text_, "token", command_.token);
    return true;
  }

  bool Route() {
    const auto table = MakeTable();
    const auto parts = rpc::ParsePath(command_.path);
    const RouteTable::Route* const route = parts ? table->Find(*parts, request_) : nullptr;
    if (route == nullptr) {
      Add(text_, "route", "none takes it");
      return Refuse("UNIMPLEMENTED");
    }
    Add(text_, "route", route->name);
    if (!PassesRules(*route)) return false;
    if (route->answered == RouteTable::Answered::kHere) {
      Add(text_, "answer", "by the sidecar itself");
    } else {
      AddClusters(*route, *table);
    }
    return true;
  }

  bool PassesRules(const RouteTable::Route& route) {
    for (const Stage& each : route.traffic.stages) {
      const auto* const gate = std::get_if<AccessGate>(&each);
      if (gate != nullptr && !Passes((*gate)->policy())) return false;
    }
    return true;
  }

  bool Passes(const authz::Policy& policy) {
    const authz::CallFacts call{.method = std::string_view(command_.path).substr(1),
                                .metadata = request_,
                                .address = command_.address,
                                .identities = command_.identities,
                                .caller = &caller_};
    for (const authz::Policy::Opinion& each : policy.Explain(call)) {
      const std::string words =
          each.misses.empty() ? std::string("fits") : "does not fit " + std::string(each.misses);
      Add(text_, each.denies ? "deny" : "allow", std::string(each.rule) + ": " + words);
    }
    const authz::Policy::Verdict verdict = policy.Judge(call);
    if (verdict.allowed) return true;
    Add(text_, "denied by", policy.NameOf(verdict.rule));
    if (policy.observe()) {
      Add(text_, "observe", "it goes on all the same");
      return true;
    }
    return Refuse("PERMISSION_DENIED");
  }

  void AddClusters(const RouteTable::Route& route, const RouteTable& table) {
    const auto name_of = [&](size_t place) {
      const auto id = table.clusters()[place];
      const auto known =
          std::ranges::find_if(named_, [&](const auto& each) { return each.second.id == id; });
      return known->first;
    };
    if (route.traffic.split.empty()) return Add(text_, "cluster", name_of(route.cluster));
    uint64_t before = 0;
    for (const RouteTraffic::Part& each : route.traffic.split) {
      Add(text_, "cluster",
          name_of(each.cluster) + ", weight " + std::to_string(each.upto - before));
      before = each.upto;
    }
  }

  std::shared_ptr<const RouteTable> MakeTable() {
    for (const auto& each : config_.clusters) {
      named_[each->name] = {ClusterId{named_.size() + 1}, each};
    }
    return RouteTable::Make(1, listener_, named_, limits_, metrics_, base::Time(), nullptr);
  }

  bool Refuse(std::string_view status) {
    Add(text_, "answer", status);
    return false;
  }

  const config::Config& config_;
  const config::Listener& listener_;
  const ExplainCommand& command_;
  http2::HeaderList request_;
  authz::Caller caller_;
  NamedClusters named_;
  RateLimits limits_{0};
  telemetry::AccessMetrics metrics_;
  std::string text_;
};

}  // namespace

Result<Explanation, std::string> Explain(const config::Config& config,
                                         const ExplainCommand& command) {
  if (!command.path.starts_with('/')) {
    return Error("--path is /package.Service/Method, not " + config::Quoted(command.path));
  }
  const auto listener = FindListener(config, command.listener);
  if (!listener) return Error(listener.error());
  return Explainer(config, **listener, command).Run();
}

int ShowExplanation(const ExplainCommand& command) {
  const auto config = config::LoadFile(command.config_file);
  if (!config) {
    std::cerr << Display(config.error(), StyleFor(STDERR_FILENO), TextOfFile);
    return kUsageExitCode;
  }
  const auto explanation = Explain(*config, command);
  if (!explanation) {
    std::cerr << "evenkeel explain: " << explanation.error() << '\n';
    return kUsageExitCode;
  }
  std::cout << explanation->text;
  return explanation->goes_on ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace evenkeel::proxy
