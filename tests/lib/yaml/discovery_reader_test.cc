// Where endpoints come from: DNS names, files, and the files themselves.
#include "lib/config/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "lib/yaml/loader.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string WithEndpoints(const std::string& endpoints) {
  return "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\n"
         "clusters:\n"
         "  a:\n"
         "    endpoints: " +
         endpoints + "\n";
}

Cluster Load(const std::string& endpoints) {
  const auto config = LoadText(WithEndpoints(endpoints), "file.yaml");
  if (config) return config->clusters[0];
  ADD_FAILURE() << Format(config.error());
  return {};
}

DnsName Name(const std::string& text) { return std::get<DnsName>(Load(text).origin); }

class DiscoveryTest : public ::testing::Test {
 protected:
  DiscoveryTest() {
    std::string name = ::testing::TempDir() + "evenkeel-discovery-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~DiscoveryTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::string ErrorsOf(const std::string& text) const {
    const auto loaded = LoadEndpoints(Write("endpoints.yaml", text));
    return loaded ? "" : Format(loaded.error());
  }

  std::filesystem::path folder_;
};

TEST_F(DiscoveryTest, ADnsNameHasItsAddressesAndAPort) {
  const DnsName name = Name("\"dns:///Users.Example:50051\"");
  EXPECT_EQ(name.records, DnsName::Records::kAddresses);
  EXPECT_EQ(name.name, "users.example");
  EXPECT_EQ(name.port, 50051);
  EXPECT_EQ(name.ToString(), "dns:///users.example:50051");
}

TEST_F(DiscoveryTest, ATrailingDotStaysForItKeepsSearchDomainsOut) {
  EXPECT_EQ(Name("\"dns:///users.example.:50051\"").name, "users.example.");
}

TEST_F(DiscoveryTest, AServiceNameNeedsNoPort) {
  const DnsName name = Name("\"dns+srv:///_grpc._tcp.users.example\"");
  EXPECT_EQ(name.records, DnsName::Records::kServices);
  EXPECT_EQ(name.name, "_grpc._tcp.users.example");
  EXPECT_EQ(name.ToString(), "dns+srv:///_grpc._tcp.users.example");
}

TEST_F(DiscoveryTest, AClusterFromElsewhereListsNothing) {
  EXPECT_THAT(Load("\"dns:///users:1\"").endpoints, IsEmpty());
  EXPECT_THAT(Load("{file: /run/a.yaml}").endpoints, IsEmpty());
  EXPECT_EQ(Load("[\"h:1\"]").origin.index(), 0u);
}

TEST_F(DiscoveryTest, TheWayToAskIsRead) {
  const Cluster cluster = Load(
      "\"dns:///users:1\"\n"
      "    dns: {resolvers: [\"127.0.0.1:5353\"], min_ttl: 2s, max_ttl: 3s, jitter: 0.5, "
      "timeout: 50ms, max_retry: 7s, family: ipv6}");
  ASSERT_THAT(cluster.dns.resolvers, SizeIs(1));
  EXPECT_EQ(cluster.dns.resolvers[0].ToString(), "127.0.0.1:5353");
  EXPECT_EQ(cluster.dns.min_ttl, 2s);
  EXPECT_EQ(cluster.dns.max_ttl, 3s);
  EXPECT_EQ(cluster.dns.jitter, 0.5);
  EXPECT_EQ(cluster.dns.timeout, 50ms);
  EXPECT_EQ(cluster.dns.max_retry, 7s);
  EXPECT_EQ(cluster.dns.family, Dns::Family::kIpv6);
}

TEST_F(DiscoveryTest, AListWithNamesMaySayHowToAskToo) {
  const Cluster cluster = Load("[\"h:1\", \"10.0.0.1:1\"]\n    dns: {family: ipv4}");
  EXPECT_EQ(cluster.dns.family, Dns::Family::kIpv4);
  EXPECT_EQ(Load("[\"h:1\"]").dns.family, Dns::Family::kAll) << "the default";
}

TEST_F(DiscoveryTest, AFileThatIsNamedRelativelyLiesBesideTheConfiguration) {
  const auto config = LoadFile(Write("evenkeel.yaml", WithEndpoints("{file: some/a.yaml}")));
  ASSERT_TRUE(config);
  EXPECT_EQ(std::get<EndpointsFile>(config->clusters[0]->origin).path, folder_ / "some/a.yaml");
}

TEST_F(DiscoveryTest, AnAbsolutePathStays) {
  const auto config = LoadFile(Write("evenkeel.yaml", WithEndpoints("{file: /run/a.yaml}")));
  ASSERT_TRUE(config);
  EXPECT_EQ(std::get<EndpointsFile>(config->clusters[0]->origin).path, "/run/a.yaml");
}

TEST_F(DiscoveryTest, AnEndpointsFileHasAListWithAllThatAListCanHave) {
  const auto loaded = LoadEndpoints(Write(
      "endpoints.yaml", "endpoints:\n- 10.0.0.1:1\n- {address: \"10.0.0.2:1\", weight: 7}\n"));
  ASSERT_TRUE(loaded) << Format(loaded.error());
  ASSERT_THAT(*loaded, SizeIs(2));
  EXPECT_EQ((*loaded)[0].address.ToString(), "10.0.0.1:1");
  EXPECT_EQ((*loaded)[1].weight, 7u);
}

TEST_F(DiscoveryTest, AnEndpointsFileMayHaveVariables) {
  const auto loaded =
      LoadEndpoints(Write("endpoints.yaml", "endpoints: [\"${EVENKEEL_NONE:-10.0.0.1}:1\"]\n"));
  ASSERT_TRUE(loaded) << Format(loaded.error());
  EXPECT_EQ((*loaded)[0].address.ToString(), "10.0.0.1:1");
}

TEST_F(DiscoveryTest, ABadEndpointsFileIsRefusedWithEveryPlaceAndAHint) {
  const std::string errors =
      ErrorsOf("endpoints:\n- 10.0.0.1:1\n- {adress: \"10.0.0.2:1\"}\n- 10.0.0.1:1\n");
  EXPECT_THAT(errors, HasSubstr("endpoints.yaml:3:4: endpoints[1].adress: unknown key \"adress\"; "
                                "did you mean \"address\"?"));
  EXPECT_THAT(errors, HasSubstr("endpoints.yaml:4:3: endpoints[2]: the address \"10.0.0.1:1\""));
}

TEST_F(DiscoveryTest, AnEndpointsFileThatListsNoneIsRefused) {
  EXPECT_THAT(ErrorsOf("endpoints: []\n"), HasSubstr("is an empty list"));
  EXPECT_THAT(ErrorsOf(""), HasSubstr("endpoints.yaml:1:1: the file is empty; it needs a list of "
                                      "endpoints: endpoints: […]"));
}

TEST_F(DiscoveryTest, AnEndpointsFileThatIsNotThereSaysSo) {
  const auto loaded = LoadEndpoints(folder_ / "none.yaml");
  ASSERT_FALSE(loaded);
  EXPECT_THAT(Format(loaded.error()), HasSubstr("No such file"));
}

TEST_F(DiscoveryTest, AResolverNeedsAPortOnlyWhereItIsNot53) {
  const auto config = LoadText(
      WithEndpoints("\"dns:///a.example:1\"\n    dns: {resolvers: [10.0.0.53, \"[::1]\", \"::2\", "
                    "\"10.0.0.54:5353\", \"[::3]:5353\"]}"),
      "a.yaml");
  ASSERT_TRUE(config) << Format(config.error());
  std::vector<std::string> resolvers;
  for (const base::Address& each : config->clusters[0]->dns.resolvers) {
    resolvers.push_back(each.ToString());
  }
  EXPECT_THAT(resolvers, ::testing::ElementsAre("10.0.0.53:53", "[::1]:53", "[::2]:53",
                                                "10.0.0.54:5353", "[::3]:5353"));
}

TEST_F(DiscoveryTest, TenThousandEndpointsFitIntoAFile) {
  std::string text = "endpoints:\n";
  for (int i = 0; i < 10'000; ++i) {
    text += "- {address: \"10." + std::to_string(i / 250) + "." + std::to_string(i % 250) +
            ".1:50051\", weight: 2, priority: 0, zone: eu-1a}\n";
  }
  const auto loaded = LoadEndpoints(Write("endpoints.yaml", text));
  ASSERT_TRUE(loaded) << Format(loaded.error());
  EXPECT_THAT(*loaded, SizeIs(10'000));
}

}  // namespace
}  // namespace evenkeel::config
