#include "lib/config/route_checks.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/config/complaint.h"
#include "lib/config/suggestion.h"

namespace evenkeel::config {
namespace {

constexpr std::string_view kHealthService = "grpc.health.v1.Health";
constexpr size_t kMaxSuggestions = 1000;  // each costs a comparison with every name

bool EqualWithoutCase(std::string_view a, std::string_view b) {
  const auto lower = [](unsigned char c) { return std::tolower(c); };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// Whether every call that matches `narrow` matches `wide`.
bool Covers(const Match& wide, const Match& narrow) {
  const auto is_asked = [&narrow](const Metadata& wanted) {
    return std::ranges::any_of(narrow.metadata, [&wanted](const Metadata& each) {
      return each.name == wanted.name && each.value == wanted.value;
    });
  };
  return (wide.authority.empty() || EqualWithoutCase(wide.authority, narrow.authority)) &&
         (wide.service.empty() || wide.service == narrow.service) &&
         (wide.method.empty() || wide.method == narrow.method) &&
         std::ranges::all_of(wide.metadata, is_asked);
}

bool TakesEveryCall(const Match& match) { return Covers(match, Match{}); }

// The routes of a listener in their order, by what they ask of the path: of thousands, nearly none
// can cover another.
class EarlierRoutes {
 public:
  // The first of them that takes all calls of `narrow`; nothing: none does.
  std::optional<size_t> FindCover(const Match& narrow) const {
    std::optional<size_t> first;
    for (const auto& [service, method] :
         {Path("", ""), Path(narrow.service, ""), Path(narrow.service, narrow.method)}) {
      const auto found = routes_.find({service, method});
      if (found == routes_.end()) continue;
      for (const auto& [index, match] : found->second) {
        if (first && *first <= index) break;
        if (Covers(*match, narrow)) first = index;
      }
    }
    return first;
  }
  // `match` outlives this.
  void Add(size_t index, const Match& match) {
    routes_[{match.service, match.method}].emplace_back(index, &match);
  }

 private:
  using Path = std::pair<std::string_view, std::string_view>;
  std::map<Path, std::vector<std::pair<size_t, const Match*>>> routes_;
};

class RouteChecks {
 public:
  RouteChecks(const Config& config, std::vector<Problem>& problems)
      : config_(config), problems_(problems) {
    for (const Cluster& each : config.clusters) names_.push_back(each.name);
    std::ranges::sort(names_);
  }

  void Run() {
    for (size_t i = 0; i < config_.listeners.size(); ++i) {
      CheckListener((KeyPath() / "listeners")[i], *config_.listeners[i]);
    }
  }

 private:
  void CheckListener(const KeyPath& path, const Listener& listener) {
    if (listener.cluster.empty() && listener.routes.empty()) {
      Add(path, "its calls have nowhere to go", "add cluster: and a cluster's name");
    }
    if (!listener.cluster.empty()) CheckCluster(path / "cluster", listener.cluster);
    for (size_t i = 0; i < listener.routes.size(); ++i) {
      CheckRoute((path / "routes")[i], listener.routes[i]);
    }
    CheckReachable(path / "routes", listener.routes);
    if (listener.authentication) CheckIssuers(path / "authentication" / "jwt", listener);
    if (listener.authorization) CheckRules(path / "authorization", *listener.authorization);
    if (listener.health_service) CheckHealthRoutes(path / "routes", listener.routes);
  }

  void CheckRoute(const KeyPath& path, const Route& route) {
    const RouteTraffic& traffic = route.traffic;
    if (!route.match.method.empty() && route.match.service.empty()) {
      Add(path / "match" / "method", "a method needs its service", "add service: package.Service");
    }
    if (!route.cluster.empty() && !traffic.split.empty()) {
      Add(path, "has both cluster and split", "keep one of them");
    } else if (route.cluster.empty() && traffic.split.empty()) {
      // A split that could not be read says enough.
      problems_.push_back({.path = path / "cluster",
                           .reason = "is missing",
                           .hint = "it is required here",
                           .other = path / "split"});
    }
    if (!route.cluster.empty()) CheckCluster(path / "cluster", route.cluster);
    if (traffic.mirror) CheckCluster(path / "mirror" / "cluster", traffic.mirror->cluster);
    CheckSplit(path / "split", traffic.split);
    if (route.calls.retry && route.calls.hedging) {
      Add(path / "hedging", "a call is either tried again or hedged, not both",
          "remove retry: or hedging:");
    }
    if (route.authorization) CheckRules(path / "authorization", *route.authorization);
    if (traffic.fault && !traffic.fault->delay && !traffic.fault->abort) {
      Add(path / "fault", "does nothing", "add delay: or abort:, or both");
    }
  }

  // A token says who has issued it, and of that there may be one opinion.
  void CheckIssuers(const KeyPath& path, const Listener& listener) {
    const std::vector<JwtIssuer>& issuers = listener.authentication->jwt;
    for (size_t i = 0; i < issuers.size(); ++i) {
      for (size_t k = 0; k < i; ++k) {
        if (issuers[k].issuer != issuers[i].issuer) continue;
        problems_.push_back({.path = path[i] / "issuer",
                             .reason = "the issuer " + Quoted(issuers[i].issuer) + " is that of " +
                                       path[k].ToString() + ", too",
                             .hint = "keep one of them, with the keys of both in one set",
                             .other = path[k]});
      }
    }
  }

  // By its name a rule is known in metrics and logs.
  void CheckRules(const KeyPath& path, const Authorization& authorization) {
    std::map<std::string_view, KeyPath> known;
    const auto check = [&](const KeyPath& list, const std::vector<AccessRule>& rules) {
      for (size_t i = 0; i < rules.size(); ++i) {
        const auto [at, is_new] = known.emplace(rules[i].name, list[i]);
        if (is_new) continue;
        problems_.push_back({.path = list[i] / "name",
                             .reason = "the name " + Quoted(rules[i].name) + " is that of " +
                                       at->second.ToString() + ", too",
                             .hint = "give each its own",
                             .other = at->second});
      }
    };
    check(path / "deny", authorization.deny);
    check(path / "allow", authorization.allow);
  }

  void CheckSplit(const KeyPath& path, const std::vector<SplitPart>& split) {
    uint64_t sum = 0;
    for (const SplitPart& each : split) {
      CheckCluster(path / each.cluster, each.cluster, Problem::Spot::kKey);
      sum += each.weight;
    }
    if (!split.empty() && sum == 0) {
      Add(path, "gives no cluster a weight", "give one of them more than 0");
    }
  }

  void CheckCluster(const KeyPath& path, const std::string& name,
                    Problem::Spot spot = Problem::Spot::kValue) {
    if (names_.empty() || std::ranges::binary_search(names_, name)) return;
    const bool is_worth_it = ++unknown_ <= kMaxSuggestions;
    problems_.push_back({.path = path,
                         .reason = "unknown cluster " + Quoted(name),
                         .hint = is_worth_it ? Suggest(name, names_, "clusters") : "",
                         .spot = spot});
  }

  // A route that can never see a call is surely not what was meant.
  void CheckReachable(const KeyPath& path, const std::vector<Route>& routes) {
    EarlierRoutes earlier;
    for (size_t i = 0; i < routes.size(); ++i) {
      const std::optional<size_t> cover = earlier.FindCover(routes[i].match);
      earlier.Add(i, routes[i].match);
      if (cover) {
        problems_.push_back(
            {.path = path[i],
             .reason = "no call gets here: " + path[*cover].ToString() + " takes them all",
             .hint = "move this route up, or remove one of the two",
             .other = path[*cover]});
      } else if (TakesEveryCall(routes[i].match) && i + 1 < routes.size()) {
        return Add(path[i], "this route takes every call, so none gets to those after it",
                   "give it a match, or move it to the end");
      }
    }
  }

  void CheckHealthRoutes(const KeyPath& path, const std::vector<Route>& routes) {
    for (size_t i = 0; i < routes.size(); ++i) {
      if (routes[i].match.service != kHealthService) continue;
      Add(path[i], "no call gets here: health_service answers them all",
          "remove the route, or health_service");
    }
  }

  void Add(const KeyPath& path, std::string reason, std::string hint) {
    problems_.push_back({path, std::move(reason), std::move(hint)});
  }

  const Config& config_;
  std::vector<Problem>& problems_;
  std::vector<std::string> names_;  // of the clusters, sorted
  size_t unknown_ = 0;
};

}  // namespace

void CheckRoutes(const Config& config, std::vector<Problem>& problems) {
  RouteChecks(config, problems).Run();
}

}  // namespace evenkeel::config
