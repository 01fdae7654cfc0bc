#include "proxy/program/admin_sources.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Pair;
using ::testing::SizeIs;

// What the test offers, in the next turn.
struct FakeConfigSource final : ConfigSource {
  FakeConfigSource(net::EventLoop& loop, Offer first) : loop(loop), offer(std::move(first)) {}
  void Follow(OnChange) override {}
  void Take(Receive receive) override { Look(std::move(receive)); }
  void Look(Receive receive) const override {
    loop.Post([receive, now = offer] { receive(now); });
  }
  const std::string& name() const override { return path; }

  net::EventLoop& loop;
  const std::string path = "main.yaml";
  Offer offer;
};

// A sidecar with one endpoint, whose configuration the test replaces.
class AdminSourcesTest : public SidecarTest {
 protected:
  AdminSourcesTest() {
    AddEndpoint();
    Launch();
    source_.emplace(loop_, ConfigSource::Offer{config_, 1});
    reloader_.emplace(*source_, background_, config_, 1, *server_, metrics_, log_,
                      [](const config::Config&, const config::Config&) {
                        return std::vector<std::string>{"a change"};
                      });
    sources_ = AdminSources(*server_, loop_, metrics_, *reloader_, log_);
  }
  void OfferPolicy(const config::Policy& policy) {
    config::Config config = config_;
    config.clusters[0].Edit().policy = policy;
    source_->offer = {config, 2};
  }
  admin::ReloadView Reload() { return Told(sources_.reload); }
  admin::ReloadView Preview() { return Told(sources_.preview); }
  admin::ReloadView Told(const std::function<void(admin::Sources::Tell)>& ask) {
    std::optional<admin::ReloadView> told;
    ask([&told](admin::ReloadView view) { told = std::move(view); });
    EXPECT_FALSE(told) << "it takes longer than a turn";
    RunUntil([&] { return told.has_value(); });
    return *told;
  }
  void AwaitReady() {
    RunUntil([&] { return sources_.ready().ready; });
  }

  std::optional<FakeConfigSource> source_;
  std::optional<Reloader> reloader_;
  net::BackgroundThread background_{loop_};
  admin::Sources sources_;
};

TEST_F(AdminSourcesTest, IsReadyOnceTheClusterIs) {
  EXPECT_FALSE(sources_.ready().ready);
  EXPECT_THAT(sources_.ready().reasons, ElementsAre(HasSubstr("users")));
  AwaitReady();
  EXPECT_THAT(sources_.ready().reasons, IsEmpty());
  EXPECT_THAT(sources_.ready().notes, IsEmpty());
}

TEST_F(AdminSourcesTest, ARejectedConfigurationIsANoteAndNoReason) {
  AwaitReady();
  source_->offer = {base::Error(std::vector<std::string>{"main.yaml:2: wrong", "more"}), 2};
  const admin::ReloadView reload = Reload();
  EXPECT_EQ(reload.result, "rejected");
  EXPECT_THAT(reload.lines, ElementsAre("main.yaml:2: wrong", "more"));
  EXPECT_TRUE(sources_.ready().ready);
  EXPECT_THAT(sources_.ready().notes,
              ElementsAre("an older configuration runs, for the files are rejected: "
                          "main.yaml:2: wrong"));
}

TEST_F(AdminSourcesTest, ReloadsAndShowsWhatAReloadWouldDo) {
  EXPECT_EQ(Preview().result, "unchanged");
  OfferPolicy(config::RandomChoice());
  EXPECT_EQ(Preview().result, "applied");
  EXPECT_EQ(sources_.clusters()[0].policy, "least_request");
  const admin::ReloadView applied = Reload();
  EXPECT_EQ(applied.result, "applied");
  EXPECT_EQ(applied.generation, 2u);
  EXPECT_THAT(applied.lines, ElementsAre("a change"));
  EXPECT_EQ(sources_.clusters()[0].policy, "random");
  EXPECT_EQ(config::PolicyName(sources_.config().clusters[0]->policy), "random");
  EXPECT_EQ(Reload().result, "unchanged");
}

TEST_F(AdminSourcesTest, ShowsTheClustersAndWhatBecameOfTheirCalls) {
  AwaitReady();
  client_ = Connect();
  StreamLog& call = Call();
  const Arrival attempt = Arrived();
  ASSERT_THAT(sources_.clusters(), SizeIs(1));
  const admin::ClusterView during = sources_.clusters()[0];
  EXPECT_EQ(during.name, "users");
  EXPECT_EQ(during.discovery_failure, "");
  ASSERT_THAT(during.endpoints, SizeIs(1));
  EXPECT_EQ(during.endpoints[0].address, endpoints_[0]->name());
  EXPECT_EQ(during.endpoints[0].state, "ready");
  EXPECT_EQ(during.endpoints[0].in_flight, 1);
  EXPECT_EQ(during.endpoints[0].picked, 1u);
  EXPECT_EQ(during.endpoints[0].connections, 1);
  EXPECT_FALSE(during.calls.empty());
  Answer(*attempt.log);
  EXPECT_EQ(Finished(call), "0");
  RunUntil([&] { return sources_.clusters()[0].endpoints[0].in_flight == 0; });
  EXPECT_THAT(sources_.metrics(), HasSubstr("evenkeel_server_call_started_total"));
}

TEST_F(AdminSourcesTest, SetsTheLevelOfTheLogAndSaysSo) {
  EXPECT_TRUE(sources_.set_log_level("warn", "server"));
  EXPECT_TRUE(sources_.set_log_level("debug", "health"));
  EXPECT_FALSE(sources_.set_log_level("loud", ""));
  EXPECT_FALSE(sources_.set_log_level("debug", "attic"));
  EXPECT_THAT(sources_.log_levels(),
              IsSupersetOf({std::pair("health", "debug"), std::pair("proxy/server", "warning")}));
  EXPECT_THAT(sources_.events(0).back(), HasSubstr("\"event\":\"log_level_set\""));
  EXPECT_TRUE(sources_.set_log_level("error", ""));
  EXPECT_THAT(sources_.log_levels(), Each(Pair(testing::_, "error")));
}

TEST_F(AdminSourcesTest, ExplainsWhereACallWouldGo) {
  EXPECT_FALSE(sources_.explain({"nobody", "/a.B/C", ""}));
  const auto before = sources_.explain({"users", "/a.B/C", ""});
  ASSERT_TRUE(before);
  EXPECT_EQ(before->picked, "");
  ASSERT_THAT(before->excluded, SizeIs(1));
  EXPECT_EQ(before->excluded[0].endpoint, endpoints_[0]->name());
  EXPECT_EQ(before->excluded[0].why, "not connected");
  AwaitReady();
  const auto after = sources_.explain({"users", "/a.B/C", ""});
  EXPECT_EQ(after->policy, "least_request");
  EXPECT_EQ(after->picked, endpoints_[0]->name());
  EXPECT_THAT(after->candidates, SizeIs(1));
  EXPECT_THAT(after->excluded, IsEmpty());
  EXPECT_NE(after->score_meaning, "");
}

}  // namespace
}  // namespace evenkeel::proxy
