// The file of a running sidecar changes: what is applied, what is rejected, and who hears of it.
#include "proxy/program/reloader.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "lib/net/listener.h"
#include "lib/net/socket_address.h"
#include "proxy/program/file_config_source.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Result = Reloader::Report::Result;

class ReloaderTest : public SidecarTest {
 protected:
  ReloaderTest() {
    std::string name = ::testing::TempDir() + "evenkeel-reload-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~ReloaderTest() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name = "main.yaml") const { return directory_ / name; }
  void Write(const std::string& text, const std::string& name = "main.yaml") const {
    std::ofstream(Path(name + ".new")) << text;
    std::filesystem::rename(Path(name + ".new"), Path(name));
  }
  /// A file with so many of the endpoints, and more keys of the cluster.
  std::string Text(size_t endpoints, const std::string& more = "") const {
    std::string text =
        "listeners: [{address: \"127.0.0.1:0\", cluster: users}]\nclusters: {users: "
        "{health_check: off, endpoints: [";
    for (size_t i = 0; i < endpoints; ++i) text += "\"" + endpoints_[i]->name() + "\", ";
    return text + "]" + more + "}}\n";
  }
  /// A sidecar that runs the file.
  void Run(const std::string& text) {
    Write(text);
    const config::Loading first = config::Load(Path());
    ASSERT_TRUE(first.config) << config::Format(first.config.error());
    config_ = *first.config;
    Launch();
    source_.emplace(loop_, background_, Path(), first.files);
    reloader_.emplace(*source_, background_, *first.config, first.fingerprint, *server_, metrics_,
                      log_, [this](const config::Config&, const config::Config&) {
                        described_on_ = std::this_thread::get_id();
                        return std::vector<std::string>{"a change"};
                      });
  }
  Reloader::Report Reload() {
    return Await([this](const Reloader::Done& done) { reloader_->Reload("test", done); });
  }
  Reloader::Report Preview() {
    return Await([this](const Reloader::Done& done) { reloader_->Preview(done); });
  }
  template <typename Function>
  Reloader::Report Await(Function ask) {
    std::optional<Reloader::Report> got;
    ask([&got](Reloader::Report report) { got = std::move(report); });
    RunUntil([&] { return got.has_value(); });
    return *got;
  }
  size_t Endpoints() const { return server_->Clusters()[0].endpoints.size(); }

  std::filesystem::path directory_;
  std::thread::id described_on_;
  std::optional<FileConfigSource> source_;
  std::optional<Reloader> reloader_;
  net::BackgroundThread background_{loop_};
};

TEST_F(ReloaderTest, AppliesTheFileWhenItIsReplaced) {
  AddEndpoint();
  AddEndpoint();
  Run(Text(1));
  Write(Text(2));
  RunUntil([&] { return Endpoints() == 2; });
  EXPECT_EQ(reloader_->config().clusters[0]->endpoints.size(), 2U);
}

TEST_F(ReloaderTest, SaysWhatChangedAndNumbersIt) {
  AddEndpoint();
  Run(Text(1));
  Write(Text(1, ", policy: random"));
  const Reloader::Report report = Reload();
  EXPECT_EQ(report.result, Result::kApplied);
  EXPECT_EQ(report.generation, 2U);
  EXPECT_THAT(report.lines, ElementsAre("a change"));
  EXPECT_EQ(Reload().result, Result::kUnchanged);
}

TEST_F(ReloaderTest, AWrongFileChangesNothingUntilItIsCorrected) {
  AddEndpoint();
  Run(Text(1));
  Write(Text(1, ", policy: nonsense"));
  const Reloader::Report report = Reload();
  EXPECT_EQ(report.result, Result::kRejected);
  ASSERT_THAT(report.lines, SizeIs(1));
  EXPECT_THAT(report.lines[0], HasSubstr("main.yaml:2:"));
  EXPECT_EQ(reloader_->trouble(), report.lines[0]);
  EXPECT_EQ(server_->Clusters()[0].policy, "least_request");
  EXPECT_THAT(log_text_.str(), HasSubstr("unknown policy"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("evenkeel_config_last_reload_successful 0"));
  Write(Text(1));
  Reload();
  EXPECT_THAT(reloader_->trouble(), IsEmpty());
  EXPECT_THAT(metrics_.Text(), HasSubstr("evenkeel_config_last_reload_successful 1"));
}

TEST_F(ReloaderTest, AFileThatCannotBeAppliedChangesNothing) {
  AddEndpoint();
  Run(Text(1));
  std::string text = Text(1, ", policy: random");
  const auto other = net::OpenListeners(*base::Address::Parse("127.0.0.1:0"), 1);
  const std::string taken = net::SocketAddress::OfSocket(other->front().get()).ToString();
  text.replace(text.find("127.0.0.1:0"), 11, taken);
  Write(text);
  const Reloader::Report report = Reload();
  EXPECT_EQ(report.result, Result::kRejected);
  EXPECT_THAT(report.lines[0], HasSubstr("cannot listen on " + taken));
  EXPECT_EQ(server_->Clusters()[0].policy, "least_request");
}

TEST_F(ReloaderTest, WhatOnlyARestartChangesWaits) {
  AddEndpoint();
  Run(Text(1));
  Write(Text(1) + "workers: 7\n");
  EXPECT_EQ(Reload().result, Result::kApplied);
  EXPECT_FALSE(reloader_->config().workers);
  EXPECT_EQ(Reload().result, Result::kUnchanged);
  EXPECT_EQ(Preview().result, Result::kApplied) << "the difference is still there";
}

TEST_F(ReloaderTest, APreviewChangesNothing) {
  AddEndpoint();
  Run(Text(1));
  Write(Text(1, ", policy: random"));
  EXPECT_EQ(Preview().result, Result::kApplied);
  EXPECT_EQ(server_->Clusters()[0].policy, "least_request");
}

TEST_F(ReloaderTest, ReloadsThatAreAskedForTogetherComeOneAfterTheOther) {
  AddEndpoint();
  Run(Text(1));
  Write(Text(1, ", policy: random"));
  std::vector<Result> results;
  const auto note = [&results](const Reloader::Report& report) {
    results.push_back(report.result);
  };
  reloader_->Preview(note);
  reloader_->Reload("one", note);
  reloader_->Reload("two", note);
  reloader_->Preview(note);
  EXPECT_THAT(results, IsEmpty());
  RunUntil([&] { return results.size() == 4; });
  EXPECT_THAT(results, ElementsAre(Result::kApplied, Result::kApplied, Result::kApplied,
                                   Result::kUnchanged));
}

TEST_F(ReloaderTest, ReloadsThatWaitAreDoneAsOne) {
  AddEndpoint();
  Run(Text(1));
  size_t reports = 0;
  for (int i = 0; i < 100; ++i) {
    reloader_->Reload("test", [&reports](const Reloader::Report&) { ++reports; });
  }
  RunUntil([&] { return reports == 100; });
  EXPECT_THAT(metrics_.Text(), HasSubstr("reloads_total{result=\"unchanged\"} 2\n"));
}

TEST_F(ReloaderTest, ReadsAndComparesElsewhere) {
  AddEndpoint();
  Run(Text(1));
  Write(Text(1, ", policy: random"));
  Reload();
  EXPECT_NE(described_on_, std::thread::id());
  EXPECT_NE(described_on_, std::this_thread::get_id());
}

TEST_F(ReloaderTest, AFileThatIsIncludedFromNowOnIsWatchedToo) {
  AddEndpoint();
  AddEndpoint();
  Run(Text(1));
  const auto write_other = [&](size_t endpoints) {
    const std::string text = Text(endpoints);
    Write(text.substr(text.find("clusters")), "other.yaml");
  };
  write_other(1);
  Write("include: other.yaml\nlisteners: [{address: \"127.0.0.1:0\", cluster: users}]\n");
  Reload();
  write_other(2);
  RunUntil([&] { return Endpoints() == 2; });
}

}  // namespace
}  // namespace evenkeel::proxy
