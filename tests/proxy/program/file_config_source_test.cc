#include "proxy/program/file_config_source.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/lib/net/loop_test.h"
#include "tests/lib/tls/test_pki.h"

namespace evenkeel::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FileConfigSourceTest : public net::LoopTest {
 protected:
  FileConfigSourceTest() {
    std::string name = ::testing::TempDir() + "evenkeel-source-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~FileConfigSourceTest() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const { return directory_ / name; }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name + ".new")) << text;
    std::filesystem::rename(Path(name + ".new"), Path(name));
  }
  static std::string Listener(int port) {
    return "listeners: [{address: \"127.0.0.1:" + std::to_string(port) + "\", cluster: users}]\n";
  }
  void Follow(base::Duration patience = net::FileWatcher::kMostPatience) {
    source_.emplace(loop_, *background_, Path("main.yaml"), config::Load(Path("main.yaml")).files,
                    patience);
    source_->Follow([this](std::string_view trigger) { triggers_.emplace_back(trigger); });
  }
  ConfigSource::Offer Take() {
    return Await([this](const auto& receive) { source_->Take(receive); });
  }
  ConfigSource::Offer Look() {
    return Await([this](const auto& receive) { source_->Look(receive); });
  }
  void AwaitChanges(size_t count) {
    RunUntil([&] { return triggers_.size() >= count; });
  }

  template <typename Function>
  ConfigSource::Offer Await(Function ask) {
    std::optional<ConfigSource::Offer> got;
    ask([&got](ConfigSource::Offer offer) { got = std::move(offer); });
    EXPECT_FALSE(got) << "in a later turn";
    RunUntil([&] { return got.has_value(); });
    return *got;
  }

  const std::string clusters_ = "clusters: {users: {endpoints: [\"127.0.0.1:1\"]}}\n";
  std::filesystem::path directory_;
  std::optional<FileConfigSource> source_;
  std::vector<std::string> triggers_;
  std::optional<net::BackgroundThread> background_{loop_};
};

TEST_F(FileConfigSourceTest, OffersTheFileAsItIs) {
  Write("main.yaml", Listener(1) + clusters_);
  Follow();
  const auto offer = Take();
  ASSERT_TRUE(offer.config);
  EXPECT_EQ(offer.config->listeners[0]->address.ToString(), "127.0.0.1:1");
  EXPECT_EQ(Look().fingerprint, offer.fingerprint);
}

TEST_F(FileConfigSourceTest, TellsOfAChange) {
  Write("main.yaml", Listener(1) + clusters_);
  Follow();
  Write("main.yaml", Listener(2) + clusters_);
  AwaitChanges(1);
  EXPECT_THAT(triggers_, ElementsAre("file change"));
  EXPECT_EQ(Take().config->listeners[0]->address.ToString(), "127.0.0.1:2");
}

TEST_F(FileConfigSourceTest, SaysAllThatIsWrong) {
  Write("main.yaml", Listener(1) + "clusters: {users: {}}\n");
  Follow();
  const auto offer = Take();
  ASSERT_FALSE(offer.config);
  EXPECT_THAT(offer.config.error().front(), HasSubstr("main.yaml:2"));
}

TEST_F(FileConfigSourceTest, FollowsFilesThatAreIncludedLater) {
  Write("main.yaml", Listener(1) + clusters_);
  Follow();
  Write("more.yaml", clusters_);
  Write("main.yaml", "include: [more.yaml]\n" + Listener(1));
  AwaitChanges(1);
  ASSERT_TRUE(Take().config);
  const size_t before = triggers_.size();
  Write("more.yaml", "clusters: {users: {endpoints: [\"127.0.0.1:2\"]}}\n");
  AwaitChanges(before + 1);
}

TEST_F(FileConfigSourceTest, ReadsAgainWhatIsOtherFiles) {
  Write("main.yaml", Listener(1) + clusters_);
  Follow();
  Write("more.yaml", clusters_);
  Write("main.yaml", "include: [more.yaml]\n" + Listener(1));
  size_t offers = 0;
  source_->Take([&offers](const ConfigSource::Offer&) { ++offers; });
  // The answer is that of the second reading, which begins when the first has come.
  RunUntil([&] { return offers > 0; });
  Settle();
  EXPECT_EQ(offers, 1U);
}

// A certificate and its key, replaced one after the other.
class FileConfigSourceTlsTest : public FileConfigSourceTest {
 protected:
  FileConfigSourceTlsTest() {
    Write("leaf.pem", pair_.certificate.text);
    Write("key.pem", pair_.key.text);
    Write("main.yaml",
          "listeners:\n"
          "  - {address: \"127.0.0.1:1\", cluster: users,\n"
          "     tls: {certificate: leaf.pem, key: key.pem}}\n" +
              clusters_);
  }

  tls::TestPki pki_;
  const config::KeyPair pair_ = pki_.Issue({});
  const config::KeyPair next_ = pki_.Issue({});
};

TEST_F(FileConfigSourceTlsTest, WaitsForTheOtherHalfOfAPair) {
  Follow();
  Write("leaf.pem", next_.certificate.text);
  std::optional<ConfigSource::Offer> got;
  source_->Take([&got](ConfigSource::Offer offer) { got = std::move(offer); });
  AwaitChanges(1);
  EXPECT_FALSE(got) << "half of a pair is no offer yet";
  Write("key.pem", next_.key.text);
  RunUntil([&] { return got.has_value(); });
  ASSERT_TRUE(got->config) << got->config.error().front();
  EXPECT_EQ(got->config->listeners[0]->tls->pair.key.text, next_.key.text);
}

TEST_F(FileConfigSourceTlsTest, DoesNotWaitForEver) {
  Follow({});
  Write("leaf.pem", next_.certificate.text);
  const auto offer = Take();
  ASSERT_FALSE(offer.config);
  EXPECT_THAT(offer.config.error().front(), HasSubstr("is not the key of the first certificate"));
}

}  // namespace
}  // namespace evenkeel::proxy
