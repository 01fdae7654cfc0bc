#include "lib/yaml/tls_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lib/yaml/read_key.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ListenerTlsReaderTest : public ::testing::Test {
 protected:
  std::string ReadTls(std::string_view text) {
    return Read(Group{ReadListenerTls}, "{tls: " + std::string(text) + "}", listener_);
  }

  Listener listener_;
};

TEST_F(ListenerTlsReaderTest, TwoFilesAreEnough) {
  EXPECT_EQ(ReadTls("{certificate: a.pem, key: /k.pem}"), "");
  const ListenerTls wanted{.pair = {{"a.pem", ""}, {"/k.pem", ""}}};
  EXPECT_EQ(listener_.tls, wanted);
}

TEST_F(ListenerTlsReaderTest, ReadsEachKey) {
  EXPECT_EQ(ReadTls("{certificate: a, key: k, names: {\"*.B.example\": {certificate: b, key: c}}, "
                    "unknown_name: refuse, client_ca: d, client_certificate: request, "
                    "min_version: 1.3, plaintext: accept, max_handshakes: 7}"),
            "");
  const ListenerTls wanted{.pair = {{"a", ""}, {"k", ""}},
                           .names = {{"*.b.example", {{"b", ""}, {"c", ""}}}},
                           .unknown_name = ListenerTls::UnknownName::kRefuse,
                           .client_ca = {"d", ""},
                           .client_certificate = ClientCertificate::kRequest,
                           .min_version = TlsVersion::k13,
                           .plaintext = ListenerTls::Plaintext::kAccept,
                           .max_handshakes = 7};
  EXPECT_EQ(listener_.tls, wanted);
}

TEST_F(ListenerTlsReaderTest, SaysWhatIsMissingOrHasNoMeaning) {
  EXPECT_THAT(ReadTls("{}"), HasSubstr("certificate"));
  EXPECT_THAT(ReadTls("{certificate: a}"), HasSubstr("key"));
  EXPECT_THAT(ReadTls("{certificate: a, key: b, unknown_name: refuse}"), HasSubstr("add names"));
  EXPECT_THAT(ReadTls("{certificate: a, key: b, client_certificate: require}"),
              HasSubstr("add client_ca"));
  EXPECT_THAT(ReadTls("{certificate: a, key: b, min_version: \"1.1\"}"), HasSubstr("1.2 or 1.3"));
  EXPECT_THAT(ReadTls("{certificate: a, key: b, names: {\"10.0.0.1\": {certificate: a, key: b}}}"),
              HasSubstr("no name that a client can ask for"));
}

class ClusterTlsReaderTest : public ::testing::Test {
 protected:
  std::string ReadTls(std::string_view text) {
    return Read(Group{ReadClusterTls}, "{tls: " + std::string(text) + "}", cluster_);
  }

  Cluster cluster_;
};

TEST_F(ClusterTlsReaderTest, AnEmptyMapIsEnough) {
  EXPECT_EQ(ReadTls("{}"), "");
  EXPECT_EQ(cluster_.tls, ClusterTls());
}

TEST_F(ClusterTlsReaderTest, ReadsEachKey) {
  EXPECT_EQ(ReadTls("{ca: a, name: users.example, subjects: [spiffe://a.example/b, \"::1\"], "
                    "certificate: c, key: d, verify: false}"),
            "");
  const ClusterTls wanted{.ca = {"a", ""},
                          .name = "users.example",
                          .subjects = {"spiffe://a.example/b", "::1"},
                          .pair = KeyPair{{"c", ""}, {"d", ""}},
                          .verify = false};
  EXPECT_EQ(cluster_.tls, wanted);
}

TEST_F(ClusterTlsReaderTest, SaysWhatIsWrong) {
  EXPECT_THAT(ReadTls("{certificate: a}"), HasSubstr("a certificate and no key"));
  EXPECT_THAT(ReadTls("{key: a}"), HasSubstr("a key and no certificate"));
  EXPECT_THAT(ReadTls("{name: \"users.example:443\"}"), HasSubstr("without port"));
  EXPECT_THAT(ReadTls("{subjects: [\"spiffe://A/b\"]}"), HasSubstr("no SPIFFE ID"));
  EXPECT_THAT(ReadTls("{subjects: [\"*.example\"]}"), HasSubstr("no host name"));
  EXPECT_THAT(ReadTls("{ca: \"\"}"), HasSubstr("is empty"));
}

TEST(TlsReaderTest, WritesPathsAndNeverTexts) {
  Listener listener;
  listener.tls = {.pair = {{"a.pem", "one"}, {"k.pem", "two"}}};
  const Written written = Group{ReadListenerTls}.Write(listener);
  const Written* const tls = written.Find("tls");
  ASSERT_NE(tls, nullptr);
  EXPECT_EQ(tls->Find("key")->text, "k.pem");
  EXPECT_EQ(tls->Find("names"), nullptr);
  EXPECT_EQ(tls->Find("min_version")->text, "1.2");
  listener.tls->pair.key.text = "three";
  EXPECT_FALSE(written == Group{ReadListenerTls}.Write(listener)) << "another text is compared";
}

}  // namespace
}  // namespace evenkeel::config
