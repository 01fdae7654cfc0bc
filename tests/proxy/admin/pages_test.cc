#include "proxy/admin/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "proxy/admin/live_view.h"

namespace evenkeel::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class PagesTest : public ::testing::Test {
 protected:
  Response Get(std::string_view path, std::string_view query = "") const {
    return Answer({.method = "GET", .path = path, .query = query});
  }
  Response Send(std::string_view method, std::string_view path) const {
    return Answer({.method = method, .path = path, .query = ""});
  }
  Response Answer(const Request& request) const {
    std::vector<Response> answers;
    pages_.Answer(request,
                  [&answers](Response response) { answers.push_back(std::move(response)); });
    EXPECT_EQ(answers.size(), 1U);
    return answers.empty() ? Response{} : answers.front();
  }

  Sources MakeSources() {
    Sources sources;
    sources.metrics = [] { return std::string("m 1\n"); };
    sources.ready = [this] { return ready_; };
    sources.clusters = [] {
      return std::vector<ClusterView>{{"users", "round_robin", {{"a:1", "ready", 0, 0, 1}}}};
    };
    sources.config = [] { return config::Config(); };
    sources.reload = [this](const Sources::Tell& tell) { tell(reload_); };
    sources.events = [](uint64_t after) {
      std::vector<std::string> events;
      if (after < 1) events.push_back(R"({"id":1,"event":"listening"})");
      if (after < 2) events.push_back(R"({"id":2,"event":"ready"})");
      return events;
    };
    sources.log_levels = [this] { return LogLevelsView{{"health", level_}, {"server", "info"}}; };
    sources.set_log_level = [this](std::string_view level,
                                   std::string_view folder) -> base::Result<void, std::string> {
      if (level != "debug")
        return base::Error("log level \"" + std::string(level) + "\" is unknown");
      level_ = folder.empty() || folder == "health" ? level : "info";
      return {};
    };
    sources.preview = [this](const Sources::Tell& tell) { tell(reload_); };
    return sources;
  }

  ReloadView reload_{"applied", 2, {"clusters.users.policy: random → maglev (at once)"}};
  std::string level_ = "info";
  ReadyView ready_{.ready = true, .reasons = {}};
  const Pages pages_{MakeSources()};
};

TEST_F(PagesTest, ServesMetricsAsPrometheusText) {
  const Response response = Get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body, "m 1\n");
}

TEST_F(PagesTest, IsReadyWhenCallsCanBeServed) {
  EXPECT_EQ(Get("/ready").status, 200);
  EXPECT_EQ(Get("/ready").body, "ready\n");
}

TEST_F(PagesTest, SaysWhyItIsNotReady) {
  ready_ = {.ready = false, .reasons = {"cluster users has no ready endpoint", "draining"}};
  EXPECT_EQ(Get("/ready").status, 503);
  EXPECT_EQ(Get("/ready").body, "not ready\ncluster users has no ready endpoint\ndraining\n");
}

TEST_F(PagesTest, IsLiveEvenWhenNotReady) {
  ready_.ready = false;
  EXPECT_EQ(Get("/live").status, 200);
  EXPECT_EQ(Get("/live").body, "live\n");
}

TEST_F(PagesTest, ShowsClustersAsJsonUnlessAskedForText) {
  EXPECT_EQ(Get("/clusters").content_type, "application/json");
  EXPECT_EQ(Get("/clusters", "format=json").body, Get("/clusters").body);
  EXPECT_EQ(Get("/clusters", "format=text").content_type, "text/plain; charset=utf-8");
  EXPECT_THAT(Get("/clusters", "format=text").body, StartsWith("CLUSTER  "));
}

TEST_F(PagesTest, RefusesAFormatItDoesNotHave) {
  EXPECT_EQ(Get("/clusters", "format=xml").status, 400);
  EXPECT_THAT(Get("/clusters", "format=xml").body, HasSubstr("?format=text"));
}

TEST_F(PagesTest, ShowsTheConfigurationAsJson) {
  EXPECT_EQ(Get("/config").content_type, "application/json");
  EXPECT_THAT(Get("/config").body, HasSubstr("\"admin\""));
}

TEST_F(PagesTest, ListsEveryPageWithLinks) {
  EXPECT_EQ(Get("/").body, Get("/pages").body) << "without a dashboard";
  const Response response = Get("/pages");
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  for (const char* path : {"/metrics", "/ready", "/live", "/clusters", "/config"}) {
    EXPECT_THAT(response.body, HasSubstr("<a href=\"" + std::string(path) + "\">"));
    EXPECT_EQ(Get(path).status, 200) << path;
  }
}

TEST_F(PagesTest, ListsThePagesWhenAskedForAnother) {
  for (const char* path : {"/nowhere", "", "/metrics/", "//", "*"}) {
    const Response response = Get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_THAT(response.body, HasSubstr("\n/clusters  "));
  }
}

TEST_F(PagesTest, RefusesMethodsThatChangeThings) {
  EXPECT_EQ(Send("POST", "/ready").status, 405);
  EXPECT_EQ(Send("DELETE", "/nowhere").status, 405);
}

TEST_F(PagesTest, ReloadsOnlyWhenAskedByPost) {
  EXPECT_EQ(Get("/reload").status, 405);
  EXPECT_EQ(Get("/reload").allow, "POST");
  EXPECT_EQ(Send("POST", "/reload").status, 200);
  EXPECT_THAT(Send("POST", "/reload").body, HasSubstr("\"generation\": 2"));
  reload_ = {"rejected", 2, {"e.yaml:1:1: wrong"}};
  EXPECT_EQ(Send("POST", "/reload").status, 422);
  EXPECT_THAT(Send("POST", "/reload").body, HasSubstr("e.yaml:1:1: wrong"));
}

TEST_F(PagesTest, ShowsWhatAReloadWouldChange) {
  EXPECT_EQ(Get("/config/diff").status, 200);
  EXPECT_THAT(Get("/config/diff").body, HasSubstr("random → maglev"));
}

TEST_F(PagesTest, IsReadyWithANoteWhenTheFilesAreRejected) {
  ready_.notes = {"the files are rejected"};
  EXPECT_EQ(Get("/ready").status, 200);
  EXPECT_EQ(Get("/ready").body, "ready\nnote: the files are rejected\n");
}

TEST_F(PagesTest, ShowsWhatHappenedLast) {
  EXPECT_EQ(Get("/events").content_type, "application/json");
  EXPECT_EQ(Get("/events").body,
            "{\"events\":[\n{\"id\":1,\"event\":\"listening\"},\n"
            "{\"id\":2,\"event\":\"ready\"}]}\n");
  EXPECT_EQ(Get("/events", "after=1").body, "{\"events\":[\n{\"id\":2,\"event\":\"ready\"}]}\n");
  EXPECT_EQ(Get("/events", "after=2").body, "{\"events\":[]}\n");
  for (const char* query : {"after=x", "after=", "before=1", "after=-1", "after=1x"}) {
    EXPECT_EQ(Get("/events", query).status, 400) << query;
  }
}

TEST_F(PagesTest, SetsTheLevelOfTheLogByPostAlone) {
  const auto post = [this](std::string_view query) {
    return Answer({.method = "POST", .path = "/log", .query = query});
  };
  EXPECT_THAT(Get("/log").body, HasSubstr("\"health\": \"info\""));
  EXPECT_EQ(Get("/log", "level=debug").status, 400);
  EXPECT_EQ(level_, "info");
  EXPECT_EQ(post("level=debug&folder=health").status, 200);
  EXPECT_THAT(post("level=debug").body, HasSubstr("\"health\": \"debug\""));
  EXPECT_EQ(post("").status, 400);
  EXPECT_THAT(post("level=loud").body, HasSubstr("unknown"));
  EXPECT_EQ(Send("DELETE", "/log").status, 405);
  EXPECT_EQ(Send("DELETE", "/log").allow, "GET, HEAD, POST");
}

TEST_F(PagesTest, TheFirstIsTheDashboardWhereThereIsOne) {
  Sources sources = MakeSources();
  sources.live = [] { return LiveView(); };
  const Pages pages(std::move(sources));
  Response response;
  const auto take = [&response](Response answer) { response = std::move(answer); };
  pages.Answer({.method = "GET", .path = "/", .query = ""}, take);
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(response.policy, HasSubstr("script-src 'nonce-"));
  EXPECT_THAT(response.body, HasSubstr("a:1"));
  pages.Answer({.method = "GET", .path = "/", .query = "", .may_see = false}, take);
  EXPECT_THAT(response.body, Not(HasSubstr("a:1"))) << "who has no token sees nothing of it";
}

TEST_F(PagesTest, AnswersHeadAsGet) { EXPECT_EQ(Send("HEAD", "/metrics").body, "m 1\n"); }

}  // namespace
}  // namespace evenkeel::admin
