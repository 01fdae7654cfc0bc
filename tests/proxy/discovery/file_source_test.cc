#include "proxy/discovery/file_source.h"

#include <filesystem>
#include <fstream>

#include "lib/base/check.h"
#include "tests/lib/net/dns_server.h"
#include "tests/proxy/discovery/source_test.h"

namespace evenkeel::discovery {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class FileSourceTest : public SourceTest {
 protected:
  FileSourceTest() { CHECK(mkdtemp(folder_.data()) != nullptr); }
  ~FileSourceTest() override { fs::remove_all(folder_); }

  std::string path() const { return folder_ + "/endpoints.yaml"; }
  void Write(const std::string& text) const {
    std::ofstream(path() + ".new") << text;
    fs::rename(path() + ".new", path());
  }
  void Follow() { Start(config::EndpointsFile{path()}); }

  std::string folder_ = fs::temp_directory_path() / "evenkeel-source-XXXXXX";
};

TEST_F(FileSourceTest, TheFileListsTheEndpoints) {
  Write("endpoints: [\"10.0.0.2:1\", {address: \"10.0.0.1:1\", weight: 3, priority: 1}]\n");
  Follow();
  EXPECT_THAT(List(1), ElementsAre("10.0.0.1:1 weight 3 priority 1", "10.0.0.2:1"));
}

TEST_F(FileSourceTest, FollowsTheFile) {
  Write("endpoints: [\"10.0.0.1:1\"]\n");
  Follow();
  List(1);
  Write("endpoints: [\"10.0.0.1:1\", \"10.0.0.2:1\"]\n");
  EXPECT_THAT(List(2), ElementsAre("10.0.0.1:1", "10.0.0.2:1"));
  Write("endpoints: [{address: \"10.0.0.2:1\", weight: 9}]\n");
  EXPECT_THAT(List(3), ElementsAre("10.0.0.2:1 weight 9"));
}

TEST_F(FileSourceTest, ABadFileChangesNothingAndTellsThePlaceAndWhatToDo) {
  Write("endpoints: [\"10.0.0.1:1\"]\n");
  Follow();
  List(1);
  Write("endpoints:\n- 10.0.0.1:1\n- {adress: \"10.0.0.2:1\"}\n");
  RunUntil([&] { return HasMetric("result=\"invalid\""); });
  EXPECT_THAT(found_, SizeIs(1));
  EXPECT_THAT(Log(), HasSubstr("endpoints.yaml:3:4: endpoints[1].adress: "));
  EXPECT_THAT(Log(), HasSubstr("did you mean"));
  Write("endpoints: [\"10.0.0.3:1\"]\n");
  EXPECT_THAT(List(2), ElementsAre("10.0.0.3:1"));
}

TEST_F(FileSourceTest, TheFileMayComeLater) {
  Follow();
  RunUntil([&] { return HasMetric("result=\"invalid\""); });
  EXPECT_THAT(source_->waiting_for().value_or(""), HasSubstr("No such file"));
  EXPECT_EQ(failures_, 1);
  Write("endpoints: [\"10.0.0.1:1\"]\n");
  EXPECT_THAT(List(1), ElementsAre("10.0.0.1:1"));
}

TEST_F(FileSourceTest, AFileThatGoesKeepsTheEndpoints) {
  Write("endpoints: [\"10.0.0.1:1\"]\n");
  Follow();
  List(1);
  fs::remove(path());
  RunUntil([&] { return HasMetric("result=\"invalid\""); });
  EXPECT_THAT(found_, SizeIs(1));
}

class FileWithNamesTest : public FileSourceTest {
 protected:
  void Follow() {
    config::Dns dns;
    dns.resolvers = {*base::Address::Parse(server_.address().ToString())};
    dns.timeout = std::chrono::milliseconds(50);
    Start(config::EndpointsFile{path()}, dns);
  }
  /// All questions about a name are two: for A and for AAAA.
  void AwaitQuestions(int count) {
    RunUntil([&] { return server_.questions() >= count; });
  }

  net::DnsServer server_{loop_};
};

TEST_F(FileWithNamesTest, ANameIsOneEndpointWithAllItsAddresses) {
  server_.SetAddresses("one.test", {"2001:db8::1", "10.0.0.1", "10.0.0.2"}, 30);
  Write("endpoints: [\"one.test:5\", \"10.0.0.9:1\"]\n");
  Follow();
  EXPECT_THAT(List(1), ElementsAre("10.0.0.9:1", "one.test:5"));
  EXPECT_THAT(last_found_.at(1), ElementsAre("10.0.0.1:5", "10.0.0.2:5", "[2001:db8::1]:5"));
}

TEST_F(FileWithNamesTest, LooksUpOnlyNamesThatAreNew) {
  server_.SetAddresses("one.test", {"10.0.0.1"}, 0);
  server_.SetAddresses("two.test", {"10.0.0.2"}, 0);
  Write("endpoints: [\"one.test:5\", \"one.test:6\"]\n");
  Follow();
  List(1);
  EXPECT_EQ(server_.questions(), 2);
  Write("endpoints: [\"one.test:5\", \"two.test:5\"]\n");
  EXPECT_THAT(List(2), ElementsAre("one.test:5", "two.test:5"));
  EXPECT_EQ(server_.questions(), 4);
}

TEST_F(FileWithNamesTest, WhileANameHasNoAddressTheListBeforeStays) {
  Write("endpoints: [\"10.0.0.1:1\"]\n");
  Follow();
  List(1);
  Write("endpoints: [\"10.0.0.1:1\", \"nobody.test:1\"]\n");
  RunUntil([&] { return HasMetric("result=\"name not found\""); });
  EXPECT_THAT(found_, SizeIs(1));
  EXPECT_THAT(Log(), HasSubstr("nobody.test: "));
  Write("endpoints: [\"10.0.0.3:1\"]\n");
  EXPECT_THAT(List(2), ElementsAre("10.0.0.3:1"));
}

TEST_F(FileWithNamesTest, ASilentResolverBlocksNothing) {
  server_.Ignore("one.test");
  Write("endpoints: [\"one.test:1\"]\n");
  Follow();
  AwaitQuestions(2);  // and so the loop turns while it waits
  EXPECT_EQ(failures_, 0);
  Write("endpoints: [\"10.0.0.3:1\"]\n");  // which takes the question back
  EXPECT_THAT(List(1), ElementsAre("10.0.0.3:1"));
}

TEST_F(FileWithNamesTest, ManyNamesAreLookedUpSomeAtATime) {
  std::string text = "endpoints:\n";
  for (int i = 0; i < 200; ++i) {
    const std::string name = "n" + std::to_string(i) + ".test";
    server_.SetAddresses(name, {"10.0.0." + std::to_string(i)}, 30);
    text += "- " + name + ":1\n";
  }
  Write(text);
  Follow();
  EXPECT_THAT(List(1), SizeIs(200));
}

}  // namespace
}  // namespace evenkeel::discovery
