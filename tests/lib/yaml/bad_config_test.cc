// What is wrong with a file is said at the right place, once, in words that help: one row each.
#include "tests/lib/yaml/bad_config.h"

namespace evenkeel::config {
namespace {

class BadConfigTest : public ::testing::TestWithParam<BadConfig> {};

TEST_P(BadConfigTest, IsRefusedThere) { ExpectRefused(GetParam()); }

const BadConfig kKeys[] = {
    {"UnknownKey", Root("wokers: 2"), 3, 1, "wokers",
     "unknown key \"wokers\"; did you mean \"workers\"?"},
    {"UnknownKeyLikeNoOther", Root("logging: debug"), 3, 1, "logging",
     "known keys: listeners, clusters, admin, workers"},
    {"UnknownKeyInAMap", Cluster("connection: {conect_timeout: 1s}"), 5, 18,
     "clusters.a.connection.conect_timeout", "did you mean \"connect_timeout\"?"},
    {"UnknownKeyInAListItem", Listener("routs: []"), 5, 5, "listeners[0].routs",
     "did you mean \"routes\"?"},
    {"UnknownKeyInQuotes", Root("\"a key.b\": 1"), 3, 1, "\"a key.b\"", "unknown key \"a key.b\""},
    {"KeyOfTheOtherSide", Cluster("http2: {max_concurrent_streams: 5}"), 5, 13,
     "clusters.a.http2.max_concurrent_streams", "only listeners have it"},
    {"FlagInsteadOfAKey", Root("drain_timeout: 5s"), 3, 1, "drain_timeout", "--drain-timeout"},
    {"NoSpaceAfterTheColon", Root("admin: {address:x}"), 3, 9, "admin.\"address:x\"",
     "write a space after the colon"},
    {"RepeatedKey", Root("workers: 1\nadmin: off\nworkers: 2"), 5, 1, "workers",
     "this key stands here twice, first in line 3"},
    {"RepeatedKeyOnOneLine", Cluster("http2: {stream_window: 2KiB, stream_window: 3KiB}"), 5, 34,
     "clusters.a.http2.stream_window", "stands here twice"},
    {"RepeatedCluster",
     "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\nclusters:\n"
     "  a: {endpoints: [\"10.0.0.1:1\"]}\n  a: {endpoints: [\"10.0.0.2:1\"]}\n",
     4, 3, "clusters.a", "first in line 3"},
    {"RepeatedMetadata", Route("{metadata: {x: a, x: b}}"), 5, 40,
     "listeners[0].routes[0].match.metadata.x", "stands here twice"},
    {"NoValue", Root("workers:\n"), 3, 1, "workers", "has no value; write one, or remove the key"},
    {"NoValueSpelledOut", Root("workers: null"), 3, 1, "workers", "has no value"},
    {"NoValueBeforeTheNextKey", Root("admin:\n# comment\n\nworkers: 2"), 3, 1, "admin",
     "has no value"},
    {"NoValueForACluster", "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\nclusters:\n  a:\n",
     3, 3, "clusters.a", "has no value"},
    {"NoValueInAList", Endpoints("[\"10.0.0.1:1\", ~]"), 4, 31, "clusters.a.endpoints[1]",
     "has no value"},
    {"NoListeners", "clusters: {a: {endpoints: [\"10.0.0.1:1\"]}}\n", 1, 1, "listeners",
     "is missing"},
    {"NoClusters", "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\n", 1, 1, "clusters",
     "is missing"},
    {"NoAddress", "clusters: {a: {endpoints: [\"10.0.0.1:1\"]}}\nlisteners: [{cluster: a}]\n", 2,
     13, "listeners[0].address", "is missing"},
    {"NoEndpoints",
     "clusters: {a: {policy: round_robin}}\n"
     "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\n",
     1, 15, "clusters.a.endpoints", "is missing; it is required here"},
};
INSTANTIATE_TEST_SUITE_P(Keys, BadConfigTest, ::testing::ValuesIn(kKeys), RowName);

const BadConfig kTypes[] = {
    {"ListForANumber", Root("workers: [2]"), 3, 10, "workers",
     "expected a whole number, found a list"},
    {"TextForANumber", Root("workers: many"), 3, 10, "workers",
     "expected a whole number, found \"many\""},
    {"QuotedNumber", Root("workers: \"2\""), 3, 10, "workers", "without quotes"},
    {"BrokenNumber", Root("workers: 1.5"), 3, 10, "workers", "expected a whole number"},
    {"NumberTooSmall", Root("workers: 0"), 3, 10, "workers",
     "\"0\" is out of range; allowed is 1 to 256"},
    {"NegativeNumber", Root("workers: -1"), 3, 10, "workers", "\"-1\" is out of range"},
    {"EndlessNumber", Root("workers: 99999999999999999999"), 3, 10, "workers", "out of range"},
    {"NumberTooLarge", Cluster("max_pending_calls: 1000001"), 5, 24, "clusters.a.max_pending_calls",
     "allowed is 1 to 1000000"},
    {"DecimalOutOfRange", Cluster("connection: {backoff_jitter: 1.1}"), 5, 34,
     "clusters.a.connection.backoff_jitter", "allowed is 0 to 1"},
    {"DecimalThatIsNoNumber", Cluster("connection: {backoff_multiplier: nan}"), 5, 38,
     "clusters.a.connection.backoff_multiplier", "expected a number, found \"nan\""},
    {"DurationWithoutUnit", Cluster("connection: {connect_timeout: 5}"), 5, 35,
     "clusters.a.connection.connect_timeout", "write 5s for seconds or 5ms for milliseconds"},
    {"DurationWithABrokenNumber", Cluster("connection: {connect_timeout: 1.5s}"), 5, 35,
     "clusters.a.connection.connect_timeout", "write a whole number and a unit: 250ms"},
    {"DurationTooShort", Cluster("connection: {connect_timeout: 9ms}"), 5, 35,
     "clusters.a.connection.connect_timeout", "\"9ms\" is out of range; allowed is 10ms to 5m"},
    {"DurationTooLong", Cluster("connection: {max_backoff: 61m}"), 5, 31,
     "clusters.a.connection.max_backoff", "allowed is 10ms to 1h"},
    {"DurationIsAMap", Cluster("connection: {max_backoff: {seconds: 1}}"), 5, 31,
     "clusters.a.connection.max_backoff", "expected a duration, found a map"},
    {"SizeWithADecimalUnit", Listener("http2: {stream_window: 64KB}"), 5, 28,
     "listeners[0].http2.stream_window", "expected a size, found \"64KB\"; write a whole number"},
    {"SizeTooSmall", Listener("http2: {connection_window: 63KiB}"), 5, 32,
     "listeners[0].http2.connection_window", "allowed is 64KiB to 64MiB"},
    {"SizeTooLarge", Cluster("http2: {max_header_list: 2MiB}"), 5, 30,
     "clusters.a.http2.max_header_list", "allowed is 1KiB to 1MiB"},
    {"TextForAMap", Cluster("http2: 64KiB"), 5, 12, "clusters.a.http2",
     "expected a map, found \"64KiB\"; its keys are: stream_window, connection_window"},
    {"ListForAMap", Cluster("connection: [{connect_timeout: 1s}]"), 5, 17, "clusters.a.connection",
     "expected a map, found a list"},
    {"TextForAList", Endpoints("\"10.0.0.1:1\""), 4, 16, "clusters.a.endpoints",
     "expected a list of endpoints, a DNS name or a map with file, found \"10.0.0.1:1\"; put each "
     "endpoint on a line of its own after \"- \""},
    {"DnsNameInTheList", Endpoints("[\"dns:///a:1\"]"), 4, 17, "clusters.a.endpoints[0]",
     "write it in place of the list: endpoints: dns:///a:1"},
    {"DnsNameWithoutPort", Endpoints("\"dns:///users\""), 4, 16, "clusters.a.endpoints",
     "has no port"},
    {"DnsNameWithPort0", Endpoints("\"dns:///users:0\""), 4, 16, "clusters.a.endpoints",
     "port 0 cannot be connected to"},
    {"DnsNameThatIsAnAddress", Endpoints("\"dns:///10.0.0.1:1\""), 4, 16, "clusters.a.endpoints",
     "list it: endpoints: [\"10.0.0.1:1\"]"},
    {"DnsNameWithAnAuthority", Endpoints("\"dns://10.0.0.53/users:1\""), 4, 16,
     "clusters.a.endpoints", "or write dns:///name:port"},
    {"SrvNameWithPort", Endpoints("\"dns+srv:///_grpc._tcp.users:1\""), 4, 16,
     "clusters.a.endpoints", "no name that can have SRV records"},
    {"NoEndpointsFile", Endpoints("{}"), 4, 16, "clusters.a.endpoints.file", "is missing"},
    {"DnsSettingsWithoutDns", Cluster("dns: {max_ttl: 5s}"), 5, 10, "clusters.a.dns",
     "no endpoint has a host name, and they come neither from DNS nor from a file"},
    {"ResolverWithAName", Cluster("dns: {resolvers: [\"ns:53\"]}"), 5, 23,
     "clusters.a.dns.resolvers[0]", "write the resolver's IP address"},
    {"MaxTtlBelowMinTtl", Endpoints("\"dns:///a:1\"\n    dns: {min_ttl: 5s, max_ttl: 4s}"), 5, 10,
     "clusters.a.dns", "max_ttl, 4s, is less than min_ttl, 5s"},
    {"MapForAList", "listeners: {address: x}\nclusters: {a: {endpoints: [\"10.0.0.1:1\"]}}\n", 1,
     12, "listeners", "expected a list, found a map"},
    {"ListForClusters", "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\nclusters: [a]\n", 2,
     11, "clusters", "write each name as a key"},
    {"TextForAListener", "listeners: [\"127.0.0.1:1\"]\nclusters: {a: {endpoints: [\"x:1\"]}}\n", 1,
     13, "listeners[0]", "its keys are: address, routes, cluster, health_service"},
    {"TextForACluster", "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\nclusters: {a: x}\n",
     2, 15, "clusters.a", "expected a map, found \"x\""},
    {"EmptyListOfEndpoints", Endpoints("[]"), 4, 16, "clusters.a.endpoints", "is an empty list"},
    {"EmptyListOfRoutes", Listener("routes: []"), 5, 13, "listeners[0].routes",
     "list at least one, or remove the key"},
    {"EmptyListOfListeners", "listeners: []\nclusters: {a: {endpoints: [\"x:1\"]}}\n", 1, 12,
     "listeners", "is an empty list"},
    {"EmptyMapOfClusters", "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\nclusters: {}\n", 2,
     11, "clusters", "name at least one"},
};
INSTANTIATE_TEST_SUITE_P(Types, BadConfigTest, ::testing::ValuesIn(kTypes), RowName);

const BadConfig kAddresses[] = {
    {"NoPort", Endpoints("[127.0.0.1]"), 4, 17, "clusters.a.endpoints[0]",
     "\"127.0.0.1\" has no port; expected host:port, [ipv6]:port or unix:path"},
    {"PortTooLarge", Endpoints("[\"127.0.0.1:65536\"]"), 4, 17, "clusters.a.endpoints[0]",
     "port \"65536\" is not a number from 0 to 65535"},
    {"PortThatIsAWord", Endpoints("[{address: \"localhost:http\"}]"), 4, 27,
     "clusters.a.endpoints[0].address", "port \"http\" is not a number"},
    {"BadIpv4", Endpoints("[\"300.0.0.1:1\"]"), 4, 17, "clusters.a.endpoints[0]",
     "\"300.0.0.1\" is neither an IP address nor a host name"},
    {"BadIpv6", Endpoints("[\"[::g]:1\"]"), 4, 17, "clusters.a.endpoints[0]",
     "\"::g\" is not an IPv6 address"},
    {"Ipv6WithoutBrackets", Endpoints("[\"::1\"]"), 4, 17, "clusters.a.endpoints[0]",
     "write an IPv6 address in brackets: [::1]:port"},
    {"Url", Endpoints("[\"http://users:80\"]"), 4, 17, "clusters.a.endpoints[0]", "is a URL"},
    {"UnixWithoutPath", Endpoints("[\"unix:\"]"), 4, 17, "clusters.a.endpoints[0]",
     "no path after \"unix:\""},
    {"EndpointWithPortZero", Endpoints("[\"127.0.0.1:0\"]"), 4, 17, "clusters.a.endpoints[0]",
     "port 0 cannot be connected to; write the endpoint's port"},
    {"NulInAnAddress", Endpoints("[\"127.0.0.1\\0:1\"]"), 4, 17, "clusters.a.endpoints[0]", "NUL"},
    {"ListForAnAddress", Root("admin: {address: [::1]}"), 3, 18, "admin.address",
     "expected an address, found a list"},
    {"RepeatedEndpoint", Endpoints("[\"10.0.0.1:1\", {address: \"10.0.0.1:1\"}]"), 4, 41,
     "clusters.a.endpoints[1].address", "is that of clusters.a.endpoints[0] in line 4 too"},
    {"RepeatedEndpointInOtherLetters", Endpoints("[\"Users:1\", \"users:1\"]"), 4, 28,
     "clusters.a.endpoints[1]", "the address \"users:1\" is that of"},
    {"RepeatedEndpointInOtherZeros", Endpoints("[\"[0:0::1]:1\", \"[::1]:1\"]"), 4, 31,
     "clusters.a.endpoints[1]", "the address \"[::1]:1\" is that of"},
    {"RepeatedListener",
     "clusters: {a: {endpoints: [\"10.0.0.1:1\"]}}\nlisteners:\n"
     "  - {address: \"127.0.0.1:1\", cluster: a}\n  - {address: \"127.0.0.1:1\", cluster: a}\n",
     4, 15, "listeners[1].address", "is that of listeners[0].address in line 3 too"},
    {"ListenerOnTheAdminAddress", Root("admin: {address: \"127.0.0.1:50051\"}"), 2, 23,
     "listeners[0].address", "is that of admin.address in line 3 too"},
    {"ListenerOnTheDefaultAdminAddress",
     "clusters: {a: {endpoints: [\"10.0.0.1:1\"]}}\n"
     "listeners: [{address: \"127.0.0.1:9901\", cluster: a}]\n",
     2, 23, "listeners[0].address", "is that of admin.address"},
};
INSTANTIATE_TEST_SUITE_P(Addresses, BadConfigTest, ::testing::ValuesIn(kAddresses), RowName);

const BadConfig kRoutes[] = {
    {"UnknownCluster", Listener("routes: [{match: {service: x}, cluster: user}]"), 5, 45,
     "listeners[0].routes[0].cluster", "unknown cluster \"user\"; did you mean \"users\"?"},
    {"UnknownClusterLikeNoOther", Listener("routes: [{match: {service: x}, cluster: billing}]"), 5,
     45, "listeners[0].routes[0].cluster", "known clusters: a, users"},
    {"UnknownClusterOfAListener",
     "clusters: {a: {endpoints: [\"10.0.0.1:1\"]}}\n"
     "listeners: [{address: \"127.0.0.1:1\", cluster: A1}]\n",
     2, 47, "listeners[0].cluster", "unknown cluster \"A1\""},
    {"ListenerThatLeadsNowhere",
     "clusters: {a: {endpoints: [\"10.0.0.1:1\"]}}\nlisteners: [{address: \"127.0.0.1:1\"}]\n", 2,
     13, "listeners[0]", "its calls have nowhere to go; add cluster:"},
    {"RouteWithoutCluster", Listener("routes: [{match: {service: x}}]"), 5, 14,
     "listeners[0].routes[0].cluster", "is missing"},
    {"RouteForAllBeforeOthers",
     Listener("routes:\n  - cluster: a\n  - {match: {service: x}, cluster: a}"), 6, 9,
     "listeners[0].routes[0]", "takes every call, so none gets to those after it"},
    {"RouteWithAnEmptyMatchBeforeOthers",
     Listener("routes: [{match: {}, cluster: a}, {match: {service: x}, cluster: a}]"), 5, 14,
     "listeners[0].routes[0]", "give it a match, or move it to the end"},
    {"RepeatedRoute",
     Listener("routes: [{match: {service: x}, cluster: a}, {match: {service: x}, cluster: users}]"),
     5, 49, "listeners[0].routes[1]", "no call gets here: listeners[0].routes[0] in line 5"},
    {"RouteOfHealthCallsThatAreAnsweredHere",
     Listener("health_service: true\nroutes: [{match: {service: grpc.health.v1.Health}, "
              "cluster: a}]"),
     6, 14, "listeners[0].routes[0]", "no call gets here: health_service answers them all"},
    {"HealthServiceThatIsNoFlag", Listener("health_service: on"), 5, 21,
     "listeners[0].health_service", "true or false"},
    {"RouteAfterAWiderOne",
     Listener(
         "routes:\n"
         "  - {match: {authority: A.example, metadata: {x: \"1\"}}, cluster: a}\n"
         "  - {match: {service: x, authority: a.EXAMPLE, metadata: {y: z, x: \"1\"}}, cluster: a}"),
     7, 9, "listeners[0].routes[1]", "listeners[0].routes[0] in line 6 takes them all"},
    {"MethodWithoutService", Route("{method: GetUser}"), 5, 31,
     "listeners[0].routes[0].match.method", "a method needs its service; add service:"},
    {"PathAsService", Route("{service: /user.v1.UserService/GetUser}"), 5, 32,
     "listeners[0].routes[0].match.service", "write it as package.Service"},
    {"PathAsMethod", Route("{service: a.B, method: a.B/C}"), 5, 45,
     "listeners[0].routes[0].match.method", "is no method name; write only the method"},
    {"EmptyService", Route("{service: \"\"}"), 5, 32, "listeners[0].routes[0].match.service",
     "the service name is empty"},
    {"WildcardAuthority", Route("{authority: \"*.example\"}"), 5, 34,
     "listeners[0].routes[0].match.authority", "has a wildcard, but is compared as it is"},
    {"UrlAsAuthority", Route("{authority: \"http://a\"}"), 5, 34,
     "listeners[0].routes[0].match.authority", "write only host or host:port"},
    {"SpaceInAnAuthority", Route("{authority: a b}"), 5, 34,
     "listeners[0].routes[0].match.authority", "has spaces"},
    {"MetadataWithCapitals", Route("{metadata: {X-Env: a}}"), 5, 34,
     "listeners[0].routes[0].match.metadata.X-Env", "write \"x-env\""},
    {"MetadataOfGrpc", Route("{metadata: {grpc-timeout: 1S}}"), 5, 34,
     "listeners[0].routes[0].match.metadata.grpc-timeout", "belongs to gRPC itself"},
    {"BinaryMetadata", Route("{metadata: {trace-bin: AA}}"), 5, 34,
     "listeners[0].routes[0].match.metadata.trace-bin", "cannot be compared"},
    {"PseudoHeader", Route("{metadata: {\":path\": x}}"), 5, 34,
     "listeners[0].routes[0].match.metadata.\":path\"", "match.service or match.method"},
    {"MetadataWithASpace", Route("{metadata: {x env: a}}"), 5, 34,
     "listeners[0].routes[0].match.metadata.\"x env\"", "is no name for metadata"},
    {"MetadataValueWithALineEnd", Route("{metadata: {x: \"a\\nb\"}}"), 5, 37,
     "listeners[0].routes[0].match.metadata.x", "bytes other than ' ' to '~'"},
    {"MetadataValueWithSpacesAround", Route("{metadata: {x: \" a\"}}"), 5, 37,
     "listeners[0].routes[0].match.metadata.x", "spaces around it"},
    {"MetadataAsAList", Route("{metadata: [x]}"), 5, 33, "listeners[0].routes[0].match.metadata",
     "expected a map, found a list; write {name: value}"},
};
INSTANTIATE_TEST_SUITE_P(Routes, BadConfigTest, ::testing::ValuesIn(kRoutes), RowName);

const BadConfig kClusters[] = {
    {"UnknownPolicy", Cluster("policy: roundrobin"), 5, 13, "clusters.a.policy.roundrobin",
     "unknown policy \"roundrobin\"; did you mean \"round_robin\"?"},
    {"UnknownPolicyLikeNoOther", Cluster("policy: fastest"), 5, 13, "clusters.a.policy.fastest",
     "known policies: round_robin, least_request, weighted_round_robin, "},
    {"UnknownPolicyInTheLongForm", Cluster("policy: {leastrequest: {}}"), 5, 14,
     "clusters.a.policy.leastrequest", "did you mean \"least_request\"?"},
    {"TwoPolicies", Cluster("policy: {round_robin: {}, least_request: {}}"), 5, 13,
     "clusters.a.policy", "names 2 policies; name exactly one"},
    {"NoPolicyInTheLongForm", Cluster("policy: {}"), 5, 13, "clusters.a.policy",
     "names 0 policies"},
    {"PolicyAsAList", Cluster("policy: [round_robin]"), 5, 13, "clusters.a.policy",
     "expected a map, found a list; its keys are: round_robin, least_request"},
    {"PolicySettingsWithoutValue", Cluster("policy: {least_request: }"), 5, 14,
     "clusters.a.policy.least_request", "has no value"},
    {"SettingOfAnotherPolicy", Cluster("policy: {round_robin: {choice_count: 2}}"), 5, 28,
     "clusters.a.policy.round_robin.choice_count", "there are no keys"},
    {"RingThatShrinks", Cluster("policy: {ring_hash: {min_ring_size: 5000}}"), 5, 25,
     "clusters.a.policy.ring_hash", "max_ring_size, 4096, is less than min_ring_size, 5000"},
    {"TableSizeNoPrime", Cluster("policy: {maglev: {table_size: 65536}}"), 5, 35,
     "clusters.a.policy.maglev.table_size", "is not a prime number"},
    {"LoadFactorBelowTheAverage", Cluster("policy: {maglev: {max_load_factor: 0.9}}"), 5, 40,
     "clusters.a.policy.maglev.max_load_factor", "leaves no room above the average"},
    {"HashOfNothing", Cluster("policy: {maglev: {hash: cookie}}"), 5, 29,
     "clusters.a.policy.maglev.hash", "expected path, source_address or a map"},
    {"UnknownUtilization",
     Cluster("policy: {weighted_round_robin: {metric_names_for_computing_utilization: [cpu]}}"), 5,
     78, "clusters.a.policy.weighted_round_robin.metric_names_for_computing_utilization[0]",
     "\"cpu\" is no metric of load reports"},
    {"ReportsTooOften", Cluster("policy: {prequal: {oob_reporting_period: 10ms}}"), 5, 46,
     "clusters.a.policy.prequal.oob_reporting_period", "is shorter than 1s"},
    {"ShuffleMaybe", Cluster("policy: {pick_first: {shuffle_address_list: perhaps}}"), 5, 49,
     "clusters.a.policy.pick_first.shuffle_address_list", "true or false"},
    {"PanicAboveAll", Cluster("panic_threshold: 101"), 5, 22, "clusters.a.panic_threshold",
     "allowed is 0 to 100"},
    {"ZoneWithASpace", Cluster("locality: {zone: a b}"), 5, 22, "clusters.a.locality.zone",
     "is no name for a zone"},
    {"TooFewChoices", Cluster("policy: {least_request: {choice_count: 1}}"), 5, 44,
     "clusters.a.policy.least_request.choice_count", "allowed is 2 to 100"},
    {"BackoffThatShrinks", Cluster("connection: {initial_backoff: 20s}"), 5, 17,
     "clusters.a.connection", "max_backoff, 10s, is less than initial_backoff, 20s"},
    {"NameOfAClusterWithASpace",
     "listeners: [{address: \"127.0.0.1:1\", cluster: a b}]\n"
     "clusters: {a b: {endpoints: [\"10.0.0.1:1\"]}}\n",
     2, 12, "clusters.\"a b\"", "is no name for a cluster"},
    {"AdminThatIsNeitherMapNorOff", Root("admin: no"), 3, 8, "admin",
     "expected a map or off, found \"no\""},
};
INSTANTIATE_TEST_SUITE_P(Clusters, BadConfigTest, ::testing::ValuesIn(kClusters), RowName);

TEST(BadConfigsTest, AllErrorsOfAFileComeAtOnceInItsOrder) {
  const auto result = LoadText(
      "workers: many\n"
      "listeners:\n"
      "  - {address: \"127.0.0.1\", cluster: b, port: 5}\n"
      "  - {address: \"127.0.0.1:1\", cluster: a}\n"
      "clusters:\n"
      "  a:\n"
      "    endpoints: [\"10.0.0.1:1\", \"10.0.0.1:1\", 7]\n"
      "    policy: best\n",
      "bad.yaml");
  ASSERT_FALSE(result);
  EXPECT_EQ(
      Format(result.error()),
      "bad.yaml:1:10: workers: expected a whole number, found \"many\"; write digits only, "
      "without quotes\n"
      "bad.yaml:3:15: listeners[0].address: \"127.0.0.1\" has no port; expected host:port, "
      "[ipv6]:port or unix:path\n"
      "bad.yaml:3:37: listeners[0].cluster: unknown cluster \"b\"; known clusters: a\n"
      "bad.yaml:3:40: listeners[0].port: unknown key \"port\"; known keys: address, routes, "
      "cluster, health_service, guard_health_service, http2, tls, keepalive, max_connections, "
      "max_connection_idle, "
      "max_connection_age, "
      "max_connection_age_grace, proxy_protocol, forward_client_certificate, mode, "
      "authentication, authorization\n"
      "bad.yaml:7:31: clusters.a.endpoints[1]: the address \"10.0.0.1:1\" is that of "
      "clusters.a.endpoints[0] in line 7 too; give each its own, or remove one\n"
      "bad.yaml:7:45: clusters.a.endpoints[2]: \"7\" has no port; expected host:port, "
      "[ipv6]:port or unix:path\n"
      "bad.yaml:8:13: clusters.a.policy.best: unknown policy \"best\"; known policies: "
      "round_robin, least_request, weighted_round_robin, peak_ewma, prequal, random, "
      "pick_first, ring_hash, maglev\n");
}

TEST(BadConfigsTest, AMissingMapOfClustersDoesNotMakeEveryReferenceWrong) {
  const auto result =
      LoadText("listeners: [{address: \"127.0.0.1:1\", cluster: a}]\nclusters: 5\n", "bad.yaml");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().size(), 1U) << Format(result.error());
}

TEST(BadConfigsTest, LineAndColumnHoldAfterWindowsLineEndsAndAByteOrderMark) {
  const auto result = LoadText("\xef\xbb\xbfworkers: 1\r\nadmin: 5\r\n", "bad.yaml");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().back().key, "admin");
  EXPECT_EQ(result.error().back().mark, (Mark{2, 8}));
}

}  // namespace
}  // namespace evenkeel::config
