#include "lib/config_json/config_diff.h"

#include <map>
#include <string_view>
#include <utility>

#include "lib/config_json/config_page.h"
#include "lib/config_json/json.h"

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
    {"connection", "for connections from now on"},
    {"health_check", "endpoints are asked anew, connections stay"},
};

struct Compared {
  const Json* before = nullptr;
  const Json* after = nullptr;
};

std::string Text(const Json* json) {
  if (json == nullptr) return "";
  return json->is_string() ? json->get<std::string>()
                           : json->dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The members of two objects, or the items of two lists by their addresses, in the order of the
// second, then what only the first has.
std::vector<std::pair<std::string, Compared>> Pairs(const Compared& both) {
  std::vector<std::pair<std::string, Compared>> pairs;
  std::map<std::string, size_t> places;
  const auto place = [&](const std::string& key) -> Compared& {
    const auto [at, is_new] = places.emplace(key, pairs.size());
    if (is_new) pairs.emplace_back(key, Compared{});
    return pairs[at->second].second;
  };
  const auto add = [&](const Json* json, const Json* Compared::*side) {
    if (json == nullptr) return;
    std::map<std::string, int> seen;  // several listeners can have port 0
    for (const auto& item : json->items()) {
      std::string key =
          json->is_array() ? item.value().at("address").get<std::string>() : item.key();
      if (const int count = ++seen[key]; count > 1) key += "#" + std::to_string(count);
      place(key).*side = &item.value();
    }
  };
  add(both.after, &Compared::after);
  add(both.before, &Compared::before);
  return pairs;
}

class Differ {
 public:
  std::vector<ConfigChange> Run(const Json& before, const Json& after) {
    for (const auto& [key, both] : Pairs({&before, &after})) {
      if (key == "clusters") {
        for (const auto& [name, cluster] : Pairs(both)) Cluster("clusters." + name, cluster);
      } else if (key == "listeners") {
        for (const auto& [name, listener] : Pairs(both))
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
    for (const auto& [key, value] : Pairs(both)) {
      if (key == "endpoints") {
        for (const auto& [name, each] : Pairs(value))
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
    for (const auto& [key, value] : Pairs(both)) {
      Deep(path + "." + key, value, key == "weight" ? kAtOnce : kReconnects);
    }
  }

  void Listener(const std::string& path, const Compared& both) {
    if (both.before == nullptr || both.after == nullptr) {
      return Add(path, both, "it is listened on", "its socket closes, its connections are drained");
    }
    for (const auto& [key, value] : Pairs(both)) {
      Deep(path + "." + key, value,
           key == "routes" || key == "cluster" ? "for calls from now on"
                                               : "for connections from now on");
    }
  }

  static const char* EffectOf(std::string_view key) {
    for (const auto& [name, effect] : kClusterEffects) {
      if (name == key) return effect;
    }
    return kAtOnce;
  }

  // Down to the keys that differ, as far as both sides are maps.
  void Deep(const std::string& path, const Compared& both, const char* effect) {
    if (both.before != nullptr && both.after != nullptr) {
      if (*both.before == *both.after) return;
      if (both.before->is_object() && both.after->is_object()) {
        for (const auto& [key, value] : Pairs(both)) Deep(path + "." + key, value, effect);
        return;
      }
    }
    Add(path, both, effect, effect);
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
  return Differ().Run(Json::parse(ConfigJson(before)), Json::parse(ConfigJson(after)));
}

std::string ToLine(const ConfigChange& change) {
  std::string line = change.key + ": ";
  if (change.before.empty()) {
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
