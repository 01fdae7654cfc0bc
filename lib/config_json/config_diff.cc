#include "lib/config_json/config_diff.h"

#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "lib/config_json/json.h"
#include "lib/yaml/config_reader.h"
#include "lib/yaml/service_config_reader.h"

namespace evenkeel::admin {
namespace {

constexpr char kAtOnce[] = "at once, connections stay";
constexpr char kAtRestart[] = "only at the next start";
constexpr char kReplaces[] = "the cluster's connections are replaced one by one";
constexpr char kReconnects[] = "the endpoint is connected anew";

// Keys of a cluster whose change does more, or less, than to apply at once.
constexpr std::pair<std::string_view, const char*> kClusterEffects[] = {
    {"http2", kReplaces},
    {"keepalive", kReplaces},
    {"tls", kReplaces},
    {"connection", "for connections from now on"},
    {"health_check", "endpoints are asked anew, connections stay"},
};

using config::Written;

struct Compared {
  const Written* before = nullptr;
  const Written* after = nullptr;
};

using Pairs = std::vector<std::pair<std::string, Compared>>;

bool IsListOfMaps(const Written& written) {
  return written.kind == Written::Kind::kList &&
         written.items.front().kind == Written::Kind::kMap;  // no list is empty
}

std::string Text(const Written* written) {
  if (written == nullptr) return "";
  const Json json = ToJson(*written);
  return json.is_string() ? json.get<std::string>()
                          : json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// "users.v1.UserService/GetUser x-tenant=a": what a route's match says.
std::string MatchLabel(const Written& match) {
  std::string label;
  for (const auto& [key, value] : match.entries) {
    if (key == "metadata") {
      for (const auto& [name, wanted] : value.entries) label += " " + name + "=" + Text(&wanted);
    } else {
      label += (key == "method" ? "/" : " ") + Text(&value);
    }
  }
  return label.substr(1);
}

// What a map in a list is known by: its address, a rule's or an issuer's name, or what a route
// matches.
std::string LabelOf(const Written& item) {
  for (const char* each : {"name", "issuer"}) {
    if (const Written* name = item.Find(each)) return name->text;
  }
  if (const Written* address = item.Find("address")) return address->text;
  const Written* const match = item.Find("match");
  return match == nullptr ? "*" : MatchLabel(*match);
}

// The items of a list with their labels; "#2" for the second of one label, such as port 0.
std::vector<std::pair<std::string, const Written*>> Labelled(const Written& list) {
  std::vector<std::pair<std::string, const Written*>> labelled;
  std::map<std::string, int> seen;
  for (const Written& each : list.items) {
    std::string label = LabelOf(each);
    if (const int count = ++seen[label]; count > 1) label += "#" + std::to_string(count);
    labelled.emplace_back(std::move(label), &each);
  }
  return labelled;
}

// The members of two maps, or the items of two lists by their labels, in the order of the second,
// then what only the first has.
Pairs PairsOf(const Compared& both) {
  Pairs pairs;
  std::map<std::string, size_t> places;
  const auto place = [&](const std::string& key, const Written* value,
                         const Written* Compared::*side) {
    const auto [at, is_new] = places.emplace(key, pairs.size());
    if (is_new) pairs.emplace_back(key, Compared{});
    pairs[at->second].second.*side = value;
  };
  const auto add = [&](const Written* written, const Written* Compared::*side) {
    if (written == nullptr) return;
    for (const auto& [key, value] : written->entries) place(key, &value, side);
    if (!IsListOfMaps(*written)) return;
    for (const auto& [label, item] : Labelled(*written)) place(label, item, side);
  };
  add(both.after, &Compared::after);
  add(both.before, &Compared::before);
  return pairs;
}

// The labels of those items of `list` that `other` has too, in the list's order.
std::string CommonLabels(const Written& list, const Written& other) {
  std::set<std::string> known;
  for (const auto& [label, item] : Labelled(other)) known.insert(label);
  std::string common;
  for (const auto& [label, item] : Labelled(list)) {
    if (known.contains(label)) common += (common.empty() ? "" : ", ") + label;
  }
  return common;
}

// Adds what its service configs say in place of their paths.
void AddServiceConfigs(const config::Config& config, Written& clusters) {
  for (size_t i = 0; i < config.clusters.size(); ++i) {
    const config::Cluster& cluster = *config.clusters[i];
    if (!cluster.service_config) continue;
    clusters.entries[i].value.Set("service_config", config::WriteServiceConfig(cluster));
  }
}

// The tokens that a listener knows, by their names; of one name all digests.
Written TokensOf(const config::BearerTokens& tokens) {
  Written written{.kind = Written::Kind::kMap};
  for (const config::BearerToken& each : tokens.tokens) {
    Written digests{.kind = Written::Kind::kSecret};
    if (const Written* known = written.Find(each.name)) digests = *known;
    digests.text.append(each.sha256.begin(), each.sha256.end());
    written.Set(each.name, std::move(digests));
  }
  return written;
}

// Adds what the files say by which listeners know their callers.
void AddCredentials(const config::Config& config, Written& listeners) {
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    const auto& authentication = config.listeners[i]->authentication;
    if (!authentication) continue;
    if (const auto& tokens = authentication->bearer_tokens) {
      listeners.items[i].Set("tokens", TokensOf(*tokens));
    }
    Written keys{.kind = Written::Kind::kMap};
    for (const config::JwtIssuer& each : authentication->jwt) {
      keys.Set(each.issuer, {.kind = Written::Kind::kSecret, .text = each.jwks});
    }
    if (!keys.entries.empty()) listeners.items[i].Set("jwks", std::move(keys));
  }
}

// The configuration with what its files say.
Written Whole(const config::Config& config) {
  Written whole = config::WriteConfig(config);
  for (Written::Entry& part : whole.entries) {
    if (part.key == "clusters") AddServiceConfigs(config, part.value);
    if (part.key == "listeners") AddCredentials(config, part.value);
  }
  return whole;
}

class Differ {
 public:
  std::vector<ConfigChange> Run(const Written& before, const Written& after) {
    for (const auto& [key, both] : PairsOf({&before, &after})) {
      if (key == "clusters") {
        for (const auto& [name, cluster] : PairsOf(both)) Cluster("clusters." + name, cluster);
      } else if (key == "listeners") {
        for (const auto& [name, listener] : PairsOf(both))
          Listener("listeners[" + name + "]", listener);
      } else {
        Deep(key, both, key == "workers" || key == "admin" ? kAtRestart : kAtOnce);
      }
    }
    return std::move(changes_);
  }

 private:
  void Cluster(const std::string& path, const Compared& both) {
    if (both.before == nullptr || both.after == nullptr) {
      return Add(path, both, "it is connected to",
                 "no new calls; its connections close when the last call has ended");
    }
    for (const auto& [key, value] : PairsOf(both)) {
      if (key == "endpoints") {
        for (const auto& [name, each] : PairsOf(value))
          Endpoint(path + ".endpoints[" + name + "]", each);
      } else {
        Deep(path + "." + key, value, EffectOf(key));
      }
    }
  }

  void Endpoint(const std::string& path, const Compared& both) {
    if (both.before == nullptr || both.after == nullptr) {
      return Add(path, both, "it is connected to",
                 "no new calls; its connections close when the last call has ended");
    }
    for (const auto& [key, value] : PairsOf(both)) {
      Deep(path + "." + key, value, key == "weight" ? kAtOnce : kReconnects);
    }
  }

  void Listener(const std::string& path, const Compared& both) {
    if (both.before == nullptr || both.after == nullptr) {
      return Add(path, both, "it is listened on", "its socket closes, its connections are drained");
    }
    for (const auto& [key, value] : PairsOf(both)) {
      const bool is_of_calls = key == "routes" || key == "tokens" || key == "jwks" ||
                               key == "cluster" || key == "authentication" ||
                               key == "authorization" || key == "guard_health_service" ||
                               key == "forward_client_certificate";
      Deep(path + "." + key, value,
           is_of_calls ? "for calls from now on" : "for connections from now on");
    }
  }

  static const char* EffectOf(std::string_view key) {
    for (const auto& [name, effect] : kClusterEffects) {
      if (name == key) return effect;
    }
    return kAtOnce;
  }

  // Down to the keys that differ, as far as both sides are maps or lists of them.
  void Deep(const std::string& path, const Compared& both, const char* effect) {
    if (both.before == nullptr || both.after == nullptr) return Add(path, both, effect, effect);
    const auto& [before, after] = both;
    if (*before == *after) return;
    if (before->kind == Written::Kind::kMap && after->kind == Written::Kind::kMap) {
      for (const auto& [key, value] : PairsOf(both)) Deep(path + "." + key, value, effect);
    } else if (IsListOfMaps(*before) && IsListOfMaps(*after)) {
      for (const auto& [label, item] : PairsOf(both)) Deep(path + "[" + label + "]", item, effect);
      Order(path, *before, *after, effect);
    } else {
      Add(path, both, effect, effect);
    }
  }

  // Which of two routes is first decides which calls each gets.
  void Order(const std::string& path, const Written& before, const Written& after,
             const char* effect) {
    const std::string old_order = CommonLabels(before, after);
    const std::string new_order = CommonLabels(after, before);
    if (old_order != new_order) {
      changes_.push_back({path + " (order)", old_order, new_order, effect});
    }
  }

  void Add(const std::string& path, const Compared& both, const char* when_new,
           const char* when_gone) {
    changes_.push_back(
        {path, Text(both.before), Text(both.after), both.after == nullptr ? when_gone : when_new});
  }

  std::vector<ConfigChange> changes_;
};

}  // namespace

std::vector<ConfigChange> Diff(const config::Config& before, const config::Config& after) {
  return Differ().Run(Whole(before), Whole(after));
}

std::string ToLine(const ConfigChange& change) {
  std::string line = change.key + ": ";
  if (change.before == change.after && change.after != kMask) {  // what the file holds
    line += change.after + " has changed";
  } else if (change.before.empty()) {
    const bool is_whole = change.after.starts_with('{') || change.after.starts_with('[');
    line += is_whole ? "new" : "new: " + change.after;
  } else if (change.after.empty()) {
    line += "removed";
  } else {
    line += change.before + " → " + change.after;
  }
  return line + " (" + change.effect + ")";
}

}  // namespace evenkeel::admin
