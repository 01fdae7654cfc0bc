#include "lib/yaml/service_config_reader.h"

#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "lib/yaml/call_policy_reader.h"
#include "lib/yaml/flag_key.h"
#include "lib/yaml/json_types.h"
#include "lib/yaml/policy_reader.h"
#include "lib/yaml/text_file.h"
#include "lib/yaml/yaml_parser.h"

namespace evenkeel::config {
namespace {

using Names = std::set<std::pair<std::string, std::string>>;

constexpr double kMost = 1e9;

// A map of which only the fields that are asked for count: gRPC passes over others.
template <typename Function>
struct Fields : Leaf {
  Function read;

  explicit Fields(Function read) : read(std::move(read)) {}

  template <typename T>
  void Read(const Place& place, T& out) const {
    if (place.node().kind != YamlNode::Kind::kMap) return place.FailType("an object", "write {…}");
    MapReader map(place, "field");
    read(map, out);
  }
  template <typename T>
  void Read(const Place& place, std::optional<T>& out) const {
    Read(place, out.emplace());
  }
};

// Calls `read` with the place of each item.
template <typename Function>
struct Items : Leaf {
  Function read;

  explicit Items(Function read) : read(std::move(read)) {}

  template <typename T>
  void Read(const Place& place, T& out) const {
    if (place.node().kind != YamlNode::Kind::kList) return place.FailType("a list", "write […]");
    for (size_t i = 0; i < place.node().items.size(); ++i) read(place.Item(i), out);
  }
};

struct JsonText : Leaf {
  void Read(const Place& place, std::string& out) const {
    if (const std::string* text = place.Text("text", "write it in quotes")) out = *text;
  }
};

// The readers of this file have no catalogue: what they read is gRPC's to document.
template <typename Type, typename T>
bool Field(MapReader& map, std::string_view key, const Type& type, T& out) {
  if (!map.Has(key)) return false;
  ReadValue(type, map.At(key), out);
  return true;
}

template <typename Type, typename T>
void Needed(MapReader& map, std::string_view key, const Type& type, T& out) {
  if (!Field(map, key, type, out)) {
    map.Fail({"has no " + std::string(key), "gRPC requires it (gRFC A6)"});
  }
}

JsonNumber<WholeNumberUnit> Attempts() { return {2, INT32_MAX, "an integer above 1"}; }

// More attempts than there may be are taken as so many (gRFC A6).
uint32_t Capped(int64_t attempts) {
  return static_cast<uint32_t>(std::min(attempts, Retry::kAttempts.max));
}

void ReadRetryPolicy(MapReader& map, Retry& retry) {
  int64_t attempts = 2;
  Needed(map, "maxAttempts", Attempts(), attempts);
  retry.attempts = Capped(attempts);
  Needed(map, "initialBackoff", JsonDuration(), retry.initial_backoff);
  Needed(map, "maxBackoff", JsonDuration(), retry.max_backoff);
  Needed(map, "backoffMultiplier", JsonNumber<DecimalUnit>(1e-9, kMost, "a number above 0"),
         retry.backoff_multiplier);
  Needed(map, "retryableStatusCodes", JsonCodes(), retry.codes);
}

void ReadHedgingPolicy(MapReader& map, Hedging& hedging) {
  int64_t attempts = 2;
  Needed(map, "maxAttempts", Attempts(), attempts);
  hedging.attempts = Capped(attempts);
  base::Duration delay{};
  Field(map, "hedgingDelay", JsonDuration(JsonDuration::Zero::kAllowed), delay);
  hedging.delay = delay;
  hedging.non_fatal_codes.clear();
  Field(map, "nonFatalStatusCodes", JsonCodes(JsonCodes::Empty::kAllowed), hedging.non_fatal_codes);
}

void ReadName(Names& taken, MapReader& map, ServiceConfig::Name& name) {
  Field(map, "service", JsonText(), name.service);
  Field(map, "method", JsonText(), name.method);
  if (name.service.empty() && !name.method.empty()) {
    map.Fail({"has a method and no service", "add the service"});
  } else if (!taken.emplace(name.service, name.method).second) {
    map.Fail({"the same name stands in another entry too", "keep one of the two (gRFC A2)"});
  }
}

void ReadMethod(Names& taken, MapReader& map, ServiceConfig::Method& method) {
  const Items names([&taken](const Place& place, std::vector<ServiceConfig::Name>& names) {
    Fields([&taken](MapReader& map, auto& name) {
      ReadName(taken, map, name);
    }).Read(place, names.emplace_back());
  });
  Needed(map, "name", names, method.names);
  CallPolicy& calls = method.calls;
  Field(map, "timeout", JsonDuration(), calls.timeout);
  Field(map, "waitForReady", FlagKey(), calls.wait_for_ready);
  const auto& [min, max] = CallPolicy::kMaxRequestMessage;
  const JsonNumber<WholeNumberUnit> bytes(min, max, "a number of bytes");
  Field(map, "maxRequestMessageBytes", bytes, calls.max_request_message);
  Field(map, "maxResponseMessageBytes", bytes, calls.max_response_message);
  Field(map, "retryPolicy", Fields(ReadRetryPolicy), calls.retry);
  Field(map, "hedgingPolicy", Fields(ReadHedgingPolicy), calls.hedging);
  if (calls.retry && calls.hedging) {
    map.Fail({"has a retryPolicy and a hedgingPolicy", "a method has one of them (gRFC A6)"});
  }
}

void ReadThrottling(MapReader& map, RetryThrottling& tokens) {
  const auto& [min, max] = RetryThrottling::kMaxTokens;
  Needed(map, "maxTokens",
         JsonNumber<DecimalUnit>(min, max, "above 0 and up to " + DecimalUnit::Format(max)),
         tokens.max_tokens);
  Needed(map, "tokenRatio", JsonNumber<DecimalUnit>(min, kMost, "a number above 0"),
         tokens.token_ratio);
}

// gRPC's name of a policy to ours with its settings; nothing for one that we do not have.
std::optional<Policy> PolicyOf(const std::string& name, MapReader& map) {
  if (name == "round_robin") return RoundRobin{};
  if (name == "weighted_round_robin") return WeightedRoundRobin{};
  if (name == "pick_first") {
    bool shuffle = false;
    Field(map, "shuffleAddressList", FlagKey(), shuffle);
    return PickFirst{shuffle ? PickFirst::Order::kShuffled : PickFirst::Order::kAsListed};
  }
  if (name == "least_request_experimental" || name == "least_request") {
    LeastRequest settings;
    Field(map, "choiceCount", JsonNumber<WholeNumberUnit>(2, UINT32_MAX, "an integer above 1"),
          settings.choice_count);
    settings.choice_count = std::min(settings.choice_count, 10U);  // gRFC A48
    return settings;
  }
  if (name == "ring_hash_experimental") {
    RingHash settings;
    const auto& [min, max] = RingHash::kMaxRingSize;
    const JsonNumber<WholeNumberUnit> size(min, max, "from " + RingHash::kMaxRingSize.ToString());
    Field(map, "minRingSize", size, settings.min_ring_size);
    Field(map, "maxRingSize", size, settings.max_ring_size);
    return settings;
  }
  return std::nullopt;
}

// The first policy of the list that is known is taken, and must then be valid (gRFC A24).
void ReadBalancingConfig(const Place& place, std::optional<Policy>& policy) {
  if (policy) return;
  if (place.node().kind != YamlNode::Kind::kMap || place.node().entries.size() != 1) {
    return place.Fail({"is no object with one field", "write {\"round_robin\": {}}"});
  }
  const YamlNode::Entry* entry = place.Entries().front();
  const Place settings = place.Value(*entry);
  if (settings.node().kind != YamlNode::Kind::kMap)
    return settings.FailType("an object", "write {}");
  MapReader map(settings, "field");
  policy = PolicyOf(entry->key, map);
}

void TakePolicy(MapReader& map, std::optional<Policy>& policy) {
  if (Field(map, "loadBalancingConfig", Items(ReadBalancingConfig), policy) && !policy &&
      map.IsGood()) {
    map.At("loadBalancingConfig")
        .Fail({"names no policy that Evenkeel has",
               "use round_robin, weighted_round_robin, least_request_experimental, "
               "ring_hash_experimental or pick_first"});
  }
}

// What one file says, before it is the cluster's.
struct Content {
  std::vector<ServiceConfig::Method> methods;
  std::optional<RetryThrottling> throttling;
  std::optional<Policy> policy;
};

void ReadContent(MapReader& map, Content& content) {
  Names taken;
  const Items methods([&taken](const Place& place, std::vector<ServiceConfig::Method>& methods) {
    Fields([&taken](MapReader& map, auto& method) {
      ReadMethod(taken, map, method);
    }).Read(place, methods.emplace_back());
  });
  Field(map, "methodConfig", methods, content.methods);
  Field(map, "retryThrottling", Fields(ReadThrottling), content.throttling);
  TakePolicy(map, content.policy);
}

// Null after errors, which stand in the configuration at `place`.
std::optional<Content> Load(const Place& place, const std::string& path) {
  const std::string file = ServiceConfigPath(place.errors().FileOf(place.mark()), path);
  const auto text = ReadTextFile(file);
  if (!text) {
    place.Fail(Unreadable(file, text.error(), "paths are from the configuration's folder"));
    return std::nullopt;
  }
  ErrorList errors(file);
  Content content;
  if (const YamlNodePtr root =
          ParseYaml(*text, errors, {.needs = "write {} where it is to say nothing"})) {
    Fields(ReadContent).Read(Place(*root, "", errors), content);
  }
  if (errors.size() == 0) return content;
  for (const ConfigError& each : std::move(errors).Take()) {
    place.Fail({"is refused: " + Format(each), ""});
  }
  return std::nullopt;
}

struct ServiceConfigKey : Leaf {
  std::optional<Content>& content;

  explicit ServiceConfigKey(std::optional<Content>& content) : content(content) {}

  void Read(const Place& place, std::optional<ServiceConfig>& out) const {
    const std::string* path = place.Text("a path", "write the path of a JSON file");
    if (!path) return;
    content = Load(place, *path);
    if (content) out = ServiceConfig{*path, std::move(content->methods)};
  }
  KeyFacts Facts(const std::optional<ServiceConfig>&) const { return {.type = "path"}; }
  Written Write(const std::optional<ServiceConfig>& config) const {
    return config ? WrittenText(config->path) : Written{};
  }
};

Written WriteMethods(const ServiceConfig& config) {
  Written methods{.kind = Written::Kind::kMap};
  for (const ServiceConfig::Method& method : config.methods) {
    std::string names;
    for (const ServiceConfig::Name& each : method.names) {
      names += (names.empty() ? "" : ", ") + each.service + "/" + each.method;
    }
    methods.Set(names, Group{ReadCallPolicy}.WriteMap(method.calls));
  }
  return methods;
}

}  // namespace

CallPolicy Merge(const CallPolicy& over, const CallPolicy& under) {
  CallPolicy merged = over;
  const auto fill = [](auto& value, const auto& other) {
    if (!value) value = other;
  };
  fill(merged.timeout, under.timeout);
  fill(merged.max_stream_duration, under.max_stream_duration);
  fill(merged.idle_timeout, under.idle_timeout);
  fill(merged.wait_for_ready, under.wait_for_ready);
  fill(merged.max_request_message, under.max_request_message);
  fill(merged.max_response_message, under.max_response_message);
  if (over.retry || over.hedging) return merged;
  merged.retry = under.retry;
  merged.hedging = under.hedging;
  return merged;
}

std::string ServiceConfigPath(const std::string& config_file, const std::string& path) {
  return (std::filesystem::path(config_file).parent_path() / path).string();
}

Written WriteServiceConfig(const Cluster& cluster) {
  const ServiceConfig& config = *cluster.service_config;
  Written written{.kind = Written::Kind::kMap};
  written.Set("file", WrittenText(config.path));
  if (config.sets_policy) written.Set("policy", PolicyKey().Write(cluster.policy));
  if (config.sets_retry_throttling) {
    written.Set("retry_throttling", Group{ReadRetryThrottling}.Write(cluster.retry_throttling));
  }
  written.Set("methods", WriteMethods(config));
  return written;
}

void ReadServiceConfig(MapReader& map, Cluster& cluster) {
  std::optional<Content> content;
  map.Optional("service_config", cluster.service_config, ServiceConfigKey(content));
  if (!content) return;
  if (content->throttling) {
    cluster.retry_throttling = *content->throttling;
    if (cluster.service_config) cluster.service_config->sets_retry_throttling = true;
  }
  if (content->policy) {
    cluster.policy = *content->policy;
    if (cluster.service_config) cluster.service_config->sets_policy = true;
  }
}

}  // namespace evenkeel::config
