#include "lib/config_json/config_page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "lib/yaml/config_reader.h"
#include "lib/yaml/loader.h"

namespace evenkeel::admin {
namespace {

constexpr char kMinimal[] = R"(
listeners:
  - {address: "127.0.0.1:8080", cluster: users}
clusters:
  users: {endpoints: ["127.0.0.1:50051"]}
)";

constexpr char kEveryKey[] = R"(
workers: 3
replay_memory: 1MiB
memory_limit: 512MiB
admin: {address: "unix:/run/admin.sock", mode: 640, token_file: /run/admin.token, open: [/live]}
listeners:
  - address: "[::1]:8080"
    routes:
      - match:
          authority: users.example
          service: users.v1.UserService
          method: GetUser
          metadata: {x-tenant: "a \"quoted\" one", x-canary: "yes"}
        cluster: canary
        timeout: 2s
        max_stream_duration: 1h
        idle_timeout: 5m
        retry:
          attempts: 3
          codes: [UNAVAILABLE, ABORTED]
          initial_backoff: 10ms
          max_backoff: 1s
          backoff_multiplier: 1.5
          per_try_timeout: 500ms
        wait_for_ready: true
        max_request_message_bytes: 4MiB
        max_response_message_bytes: 5
      - match: {service: users.v1.UserService}
        cluster: users
        hedging: {attempts: 3, delay: 20ms, non_fatal_codes: [INTERNAL]}
        mirror: {cluster: canary, percentage: 2.5}
        request_headers: {remove: [x-a], set: {x-b: "1"}, add: {x-c: "2"}}
        response_headers: {remove: [x-d-bin], set: {x-e: "1"}, add: {x-f: "2"}}
        rate_limit: {calls: 100, per: 1m, burst: 5, key: x-user, max_keys: 50}
        fault:
          metadata: {x-fault: "1"}
          delay: {time: 100ms, percentage: 10}
          abort: {status: ABORTED, message: why, percentage: 20}
      - match: {authority: split.example}
        split: {users: 90, canary: 10}
        authorization:
          deny: [{name: no, identities: [a], tokens: ["t*"], claims: {scope: a}, methods: [a.S/M], metadata: {x-tier: b},
                  addresses: [10.0.0.0/8]}]
          allow: [{name: yes-1, identities: [a], tokens: ["t*"], claims: {scope: a}, methods: [a.S/M], metadata: {x-a: b},
                   addresses: [10.0.0.0/8]}]
          observe: false
    cluster: canary
    health_service: true
    guard_health_service: true
    http2:
      stream_window: 2KiB
      connection_window: 2MiB
      max_header_list: 3000
      max_concurrent_streams: 7
      max_resets: 70
    keepalive:
      time: 1m
      timeout: 5s
      permit_time: 30s
      permit_without_calls: true
      max_ping_strikes: 5
    max_connections: 9
    max_connection_idle: 2m
    max_connection_age: 1h
    max_connection_age_grace: 10s
    proxy_protocol: {trusted: [10.0.0.0/8, "2001:db8::1"]}
    tls:
      certificate: /certs/server.pem
      key: /certs/server-key.pem
      names: {"*.b.example": {certificate: /certs/b.pem, key: /certs/b-key.pem}}
      unknown_name: refuse
      client_ca: /certs/clients.pem
      client_certificate: request
      min_version: "1.3"
      plaintext: accept
      max_handshakes: 50
    forward_client_certificate: {mode: append, fields: [hash, dns], trusted: [10.0.0.1]}
    authentication:
      jwt: [{issuer: a, audiences: [b], jwks: {file: /etc/jwks}, algorithms: [ES256], skew: 5s,
             claims_to_metadata: {sub: x-user}}]
      bearer_tokens: {file: /etc/tokens, name_to_metadata: x-team}
      required: false
      forward: true
    authorization:
      deny:
        - {name: no, identities: ["a*"], tokens: [t], claims: {scope: a}, methods: ["a.S/M"], metadata: {x-a: b, x-c: [d, "*"]},
           addresses: [10.0.0.0/8]}
      allow:
        - {name: yes-1, identities: [a], tokens: ["t*"], claims: {scope: a}, methods: ["*/M"], metadata: {x-a: b}, addresses: ["::1"]}
      observe: true
  - {address: "unix:/run/proxy.sock", cluster: users, mode: "0660"}
clusters:
  users:
    endpoints:
      - {address: "users.example:50051", weight: 3, priority: 1, zone: a, hash_key: "key 1"}
      - "[::1]:50051"
      - "unix:/run/users.sock"
    policy: {least_request: {choice_count: 3, full_scan_limit: 0, failure_hold: 1.5}}
    panic_threshold: 10
    slow_start: {window: 30s, aggression: 2, min_weight: 0.2}
    locality: {zone: a, min_endpoints_for_zone: 4, overprovisioning: 1.5}
    subset_size: 20
    health_check:
      type: http
      path: /healthz
      expected_status: 204
      interval: 2s
      edge_interval: 500ms
      jitter: 0.5
      timeout: 300ms
      unhealthy_threshold: 4
      healthy_threshold: 3
      startup_grace: 5s
      port: 8081
      authority: users.example
      metadata: {x-probe: "yes"}
    outlier_detection:
      mode: observe
      statuses: [UNAVAILABLE]
      interval: 1s
      base_ejection_time: 2s
      max_ejection_time: 3s
      ejection_jitter: 0.1
      max_ejection_percent: 50
      eject_last: true
      consecutive_failures: {threshold: 9, enforcement_percentage: 90}
      success_rate:
        {stdev_factor: 2.5, enforcement_percentage: 80, minimum_hosts: 6, request_volume: 70}
      failure_percentage:
        {threshold: 60, enforcement_percentage: 50, minimum_hosts: 7, request_volume: 40}
      latency:
        {factor: 4, minimum: 20ms, intervals: 3, enforcement_percentage: 30, minimum_hosts: 8,
         request_volume: 20}
    keepalive: {time: 1m, timeout: 10s, without_calls: true}
    connection:
      connect_timeout: 250ms
      initial_backoff: 1m
      max_backoff: 90s
      backoff_multiplier: 1.25
      backoff_jitter: 0.1
      max_connections: 4
      tcp_user_timeout: 0s
      tcp_keepalive: 7s
    http2: {stream_window: 1MiB, connection_window: 3MiB, max_header_list: 8KiB}
    tls:
      ca: /certs/ca.pem
      name: users.example
      subjects: ["spiffe://example.org/users", "10.0.0.1"]
      certificate: /certs/client.pem
      key: /certs/client-key.pem
      verify: false
    max_pending_calls: 5
    retry_throttling: {max_tokens: 10, token_ratio: 0.1}
    retry_budget: {percent: 30, reserve: 5}
    service_config: service-config.json
    limits:
      max_calls: 100
      max_connections: 20
      max_retries: 3
      endpoint: {max_calls: 10, max_pending_calls: 4, max_connections: 2}
    adaptive_concurrency:
      {min_calls: 2, max_calls: 200, tolerance: 2.5, interval: 50ms, baseline_age: 1m}
    move_streams: {older_than: 1h, share_per_minute: 5}
  canary:
    endpoints: ["127.0.0.1:50052"]
    policy: round_robin
    health_check: {service: users.v1.UserService}
    outlier_detection: {success_rate: off}
  bare:
    endpoints: ["127.0.0.1:50053"]
    health_check: off
    outlier_detection: off
    retry_throttling: off
    retry_budget: off
  from-dns:
    endpoints: "dns:///users.example:50051"
    dns:
      resolvers: ["10.0.0.53:53"]
      min_ttl: 2s
      max_ttl: 3s
      jitter: 0.25
      timeout: 4s
      max_retry: 5s
  from-srv: {endpoints: "dns+srv:///_grpc._tcp.users.example"}
  from-file: {endpoints: {file: "/run/endpoints.yaml"}}
)";

// Each policy with every setting away from its default.
const std::vector<std::string> kPolicies = {
    "least_request: {choice_count: 3, full_scan_limit: 0, failure_hold: 1.5}",
    "round_robin: {}",
    "weighted_round_robin: {blackout_period: 1s, weight_expiration_period: 5s, "
    "weight_update_period: 200ms, error_utilization_penalty: 0.5, oob_reporting_period: 2s, "
    "metric_names_for_computing_utilization: [mem_utilization, named_metrics.queue]}",
    "peak_ewma: {decay: 3s, choice_count: 4, full_scan_limit: 5, failure_hold: 0}",
    "prequal: {pool_size: 8, max_age: 20ms, max_uses: 2, rif_quantile: 0.5, removal_rate: 0.25, "
    "failure_hold: 1, rif_metric: rif, latency_metric: lat, oob_reporting_period: 1m}",
    "random: {}",
    "pick_first: {shuffle_address_list: false}",
    "ring_hash: {hash: {metadata: x-user}, min_ring_size: 10, max_ring_size: 20, "
    "max_load_factor: 1.25}",
    "maglev: {hash: {metadata: x-user}, table_size: 101, max_load_factor: 2}",
    "maglev: {hash: source_address, table_size: 101, max_load_factor: 2}",
};

std::string WithPolicy(const std::string& policy) {
  return "listeners: [{address: \"127.0.0.1:8080\", cluster: users}]\n"
         "clusters: {users: {endpoints: [\"127.0.0.1:50051\"], policy: {" +
         policy + "}}}\n";
}

config::Config Load(std::string_view text) {
  const auto loaded = config::LoadText(text, EVENKEEL_SOURCE_DIR "/deploy/examples/test.yaml");
  if (!loaded) {
    ADD_FAILURE() << config::Format(loaded.error()) << text;
    return {};
  }
  return *loaded;
}

TEST(ConfigPageTest, HasNoTextOfAFileOfTls) {
  config::Config config = Load(kEveryKey);
  for (auto& each : config.listeners) {
    if (each->tls) each.Edit().tls->pair.key.text = "BEGIN";
  }
  for (auto& each : config.clusters) {
    if (each->tls) each.Edit().tls->pair->key.text = "BEGIN";
  }
  EXPECT_EQ(ConfigJson(config), ConfigJson(Load(kEveryKey)));
}

TEST(ConfigPageTest, FillsDefaultsIn) {
  const auto json = nlohmann::json::parse(ConfigJson(Load(kMinimal)));
  EXPECT_EQ(json["listeners"][0]["address"], "127.0.0.1:8080");
  EXPECT_EQ(json["listeners"][0]["cluster"], "users");
  EXPECT_EQ(json["listeners"][0]["http2"]["stream_window"], "64KiB");
  EXPECT_EQ(json["listeners"][0]["http2"]["max_concurrent_streams"], 100);
  EXPECT_EQ(json["clusters"]["users"]["endpoints"][0]["address"], "127.0.0.1:50051");
  EXPECT_EQ(json["clusters"]["users"]["policy"]["least_request"]["choice_count"], 2);
  EXPECT_EQ(json["clusters"]["users"]["connection"]["connect_timeout"], "1s");
  EXPECT_EQ(json["clusters"]["users"]["max_pending_calls"], 1024);
  EXPECT_EQ(json["admin"]["address"], "127.0.0.1:9901");
  EXPECT_FALSE(json.contains("workers"));
}

TEST(ConfigPageTest, IsAConfigurationFileThatMeansTheSame) {
  for (const char* text : {kMinimal, kEveryKey}) {
    const std::string page = ConfigJson(Load(text));
    EXPECT_EQ(ConfigJson(Load(page)), page);
  }
}

TEST(ConfigPageTest, KeepsThePolicysSettings) {
  for (const std::string& policy : kPolicies) {
    const std::string page = ConfigJson(Load(WithPolicy(policy)));
    EXPECT_EQ(ConfigJson(Load(page)), page);
    const std::string name = policy.substr(0, policy.find(':'));
    const auto settings = nlohmann::json::parse(page)["clusters"]["users"]["policy"].at(name);
    const auto defaults = nlohmann::json::parse(ConfigJson(
        Load(WithPolicy(name + ": {}"))))["clusters"]["users"]["policy"]
                              .at(name);
    for (const auto& [key, value] : settings.items()) {
      EXPECT_NE(value, defaults.value(key, nlohmann::json())) << name << "." << key;
    }
  }
}

// The keys of a page as config::KnownKeys writes them: "listeners[].address".
void AddKeys(const nlohmann::json& json, const std::string& path, std::set<std::string>& keys) {
  if (!path.empty()) keys.insert(path);
  for (const auto& [key, value] : json.items()) {
    if (json.is_array()) {
      AddKeys(value, path + "[]", keys);
    } else if (path == "clusters" || path == "listeners[].tls.names") {
      AddKeys(value, path + ".<name>", keys);
    } else if (json.is_object()) {
      AddKeys(value, path.empty() ? key : path + "." + key, keys);
    }
  }
}

// Whoever adds a key to the configuration finds here that the page should show it, and the texts
// above should set it.
TEST(ConfigPageTest, ShowsEveryKeyThereIs) {
  std::set<std::string> shown;
  AddKeys(nlohmann::json::parse(ConfigJson(Load(kEveryKey))), "", shown);
  for (const std::string& policy : kPolicies) {
    AddKeys(nlohmann::json::parse(ConfigJson(Load(WithPolicy(policy)))), "", shown);
  }
  for (const config::KeyFacts& key : config::KnownKeys()) {
    if (key.path == "include") continue;  // the page is one file
    EXPECT_TRUE(shown.contains(key.path)) << key.path;
  }
}

TEST(ConfigPageTest, KeepsWhatTheFileSaysOfListeners) {
  const auto json = nlohmann::json::parse(ConfigJson(Load(kEveryKey)));
  EXPECT_EQ(json["workers"], 3);
  EXPECT_EQ(json["admin"]["address"], "unix:/run/admin.sock");
  EXPECT_EQ(json["admin"]["mode"], "0640");
  EXPECT_EQ(json["listeners"][1]["mode"], "0660");
  EXPECT_EQ(json["listeners"][0], nlohmann::json::parse(R"({
    "address": "[::1]:8080",
    "routes": [
      {"match": {"authority": "users.example", "service": "users.v1.UserService",
                 "method": "GetUser",
                 "metadata": {"x-tenant": "a \"quoted\" one", "x-canary": "yes"}},
       "cluster": "canary",
       "timeout": "2s", "max_stream_duration": "1h", "idle_timeout": "5m",
       "retry": {"attempts": 3, "codes": ["UNAVAILABLE", "ABORTED"], "initial_backoff": "10ms",
                 "max_backoff": "1s", "backoff_multiplier": 1.5, "per_try_timeout": "500ms"},
       "wait_for_ready": true, "max_request_message_bytes": "4MiB",
       "max_response_message_bytes": "5"},
      {"match": {"service": "users.v1.UserService"}, "cluster": "users",
       "hedging": {"attempts": 3, "delay": "20ms", "non_fatal_codes": ["INTERNAL"]},
       "mirror": {"cluster": "canary", "percentage": 2.5},
       "request_headers": {"remove": ["x-a"], "set": {"x-b": "1"}, "add": {"x-c": "2"}},
       "response_headers": {"remove": ["x-d-bin"], "set": {"x-e": "1"}, "add": {"x-f": "2"}},
       "rate_limit": {"calls": 100, "per": "1m", "burst": 5, "key": "x-user", "max_keys": 50},
       "fault": {"metadata": {"x-fault": "1"}, "delay": {"time": "100ms", "percentage": 10.0},
                 "abort": {"status": "ABORTED", "message": "why", "percentage": 20.0}}},
      {"match": {"authority": "split.example"}, "split": {"users": 90, "canary": 10},
       "authorization": {
         "deny": [{"name": "no", "identities": ["a"], "tokens": ["t*"], "claims": {"scope": ["a"]}, "methods": ["a.S/M"],
                   "metadata": {"x-tier": ["b"]}, "addresses": ["10.0.0.0/8"]}],
         "allow": [{"name": "yes-1", "identities": ["a"], "tokens": ["t*"], "claims": {"scope": ["a"]}, "methods": ["a.S/M"],
                    "metadata": {"x-a": ["b"]}, "addresses": ["10.0.0.0/8"]}],
         "observe": false}}],
    "cluster": "canary",
    "health_service": true,
    "guard_health_service": true,
    "http2": {"stream_window": "2KiB", "connection_window": "2MiB", "max_header_list": "3000",
              "max_concurrent_streams": 7, "max_resets": 70},
    "keepalive": {"time": "1m", "timeout": "5s", "permit_time": "30s",
                  "permit_without_calls": true, "max_ping_strikes": 5},
    "max_connections": 9, "max_connection_idle": "2m", "max_connection_age": "1h",
    "max_connection_age_grace": "10s",
    "proxy_protocol": {"trusted": ["10.0.0.0/8", "2001:db8::1/128"]},
    "tls": {"certificate": "/certs/server.pem", "key": "/certs/server-key.pem",
            "names": {"*.b.example": {"certificate": "/certs/b.pem", "key": "/certs/b-key.pem"}},
            "unknown_name": "refuse", "client_ca": "/certs/clients.pem",
            "client_certificate": "request", "min_version": "1.3", "plaintext": "accept",
            "max_handshakes": 50},
    "forward_client_certificate": {"mode": "append", "fields": ["hash", "dns"],
      "trusted": ["10.0.0.1/32"]},
    "authentication": {
      "jwt": [{"issuer": "a", "audiences": ["b"], "jwks": {"file": "/etc/jwks"},
               "algorithms": ["ES256"], "skew": "5s", "claims_to_metadata": {"sub": "x-user"}}],
      "bearer_tokens": {"file": "/etc/tokens", "name_to_metadata": "x-team"},
      "required": false, "forward": true},
    "authorization": {
      "deny": [{"name": "no", "identities": ["a*"], "tokens": ["t"], "claims": {"scope": ["a"]}, "methods": ["a.S/M"],
                "metadata": {"x-a": ["b"], "x-c": ["d", "*"]}, "addresses": ["10.0.0.0/8"]}],
      "allow": [{"name": "yes-1", "identities": ["a"], "tokens": ["t*"], "claims": {"scope": ["a"]}, "methods": ["*/M"],
                 "metadata": {"x-a": ["b"]}, "addresses": ["::1/128"]}],
      "observe": true}})"));
}

TEST(ConfigPageTest, KeepsWhatTheFileSaysOfClusters) {
  const auto users = nlohmann::json::parse(ConfigJson(Load(kEveryKey)))["clusters"]["users"];
  EXPECT_EQ(users["endpoints"].size(), 3u);
  EXPECT_EQ(users["endpoints"][0], nlohmann::json::parse(R"({"address": "users.example:50051",
    "weight": 3, "priority": 1, "zone": "a", "hash_key": "key 1"})"));
  EXPECT_EQ(users["policy"], nlohmann::json::parse(R"({"least_request":
    {"choice_count": 3, "full_scan_limit": 0, "failure_hold": 1.5}})"));
  EXPECT_EQ(users["locality"],
            nlohmann::json::parse(
                R"({"zone": "a", "min_endpoints_for_zone": 4, "overprovisioning": 1.5})"));
  EXPECT_EQ(users["panic_threshold"], 10);
  EXPECT_EQ(users["connection"], nlohmann::json::parse(R"({"connect_timeout": "250ms",
    "initial_backoff": "1m", "max_backoff": "90s", "backoff_multiplier": 1.25,
    "backoff_jitter": 0.1, "max_connections": 4, "tcp_user_timeout": "0s",
    "tcp_keepalive": "7s"})"));
  EXPECT_EQ(users["health_check"]["expected_status"], 204);
  EXPECT_EQ(users["health_check"]["metadata"], nlohmann::json::parse(R"({"x-probe": "yes"})"));
  EXPECT_EQ(users["outlier_detection"]["latency"], nlohmann::json::parse(R"({"factor": 4.0,
    "minimum": "20ms", "intervals": 3, "enforcement_percentage": 30, "minimum_hosts": 8,
    "request_volume": 20})"));
  EXPECT_EQ(users["keepalive"],
            nlohmann::json::parse(R"({"time": "1m", "timeout": "10s", "without_calls": true})"));
}

TEST(ConfigPageTest, SaysWhatIsOff) {
  const auto clusters = nlohmann::json::parse(ConfigJson(Load(kEveryKey)))["clusters"];
  EXPECT_EQ(clusters["bare"]["health_check"], "off");
  EXPECT_EQ(clusters["bare"]["outlier_detection"], "off");
  EXPECT_EQ(clusters["bare"]["keepalive"], "off");
  EXPECT_EQ(clusters["canary"]["outlier_detection"]["success_rate"], "off");
}

TEST(ConfigPageTest, ShowsAnAdminAddressThatIsSwitchedOff) {
  config::Config config = Load(kMinimal);
  config.admin.address.reset();
  const std::string page = ConfigJson(config);
  EXPECT_EQ(nlohmann::json::parse(page)["admin"], "off");
  EXPECT_FALSE(Load(page).admin.address.has_value());
}

constexpr char kSecrets[] = R"(
listeners:
  - address: "127.0.0.1:8080"
    routes:
      - match: {metadata: {x-api-key: sesame-1}}
        cluster: users
        request_headers:
          set: {authorization: sesame-2, x-plain: "shown", x-from: "${SECRET}"}
          add: {x-session-token: sesame-3, x-scheme: "Bearer sesame-4"}
        response_headers: {set: {set-cookie: sesame-5}}
        authorization: {allow: [{name: a, methods: ["*"], metadata: {x-api-key: sesame-8}}]}
        fault: {metadata: {x-fault-secret: sesame-6}, abort: {}}
clusters:
  users:
    endpoints: ["${HOST}:50051"]
    health_check: {metadata: {authorization: sesame-7, x-from: "a${SECRET}"}}
)";

TEST(ConfigPageTest, ShowsNoSecret) {
  const auto variables = [](const std::string& name) -> std::optional<std::string> {
    return name == "HOST" ? "127.0.0.1" : "sesame-0";
  };
  const auto config = config::LoadText(kSecrets, "secrets.yaml", variables);
  ASSERT_TRUE(config) << config::Format(config.error());
  const std::string page = ConfigJson(*config);
  EXPECT_EQ(page.find("sesame"), std::string::npos) << page;
  const auto json = nlohmann::json::parse(page);
  const auto& set = json["listeners"][0]["routes"][0]["request_headers"]["set"];
  EXPECT_EQ(set["authorization"], "***");
  EXPECT_EQ(set["x-plain"], "shown");
  EXPECT_EQ(json["clusters"]["users"]["endpoints"][0]["address"], "127.0.0.1:50051");
  EXPECT_TRUE(config::LoadText(page, "page.json"));
}

// A cluster's settings that its service config sets are that file's to say.
TEST(ConfigPageTest, OfAServiceConfigWithAPolicyCanBeReadAgain) {
  config::Config config = Load(kMinimal);
  config.clusters[0].Edit().service_config.emplace().sets_policy = true;
  config.clusters[0].Edit().service_config->sets_retry_throttling = true;
  const auto users = nlohmann::json::parse(ConfigJson(config))["clusters"]["users"];
  EXPECT_FALSE(users.contains("policy"));
  EXPECT_FALSE(users.contains("retry_throttling"));
}

}  // namespace
}  // namespace evenkeel::admin
