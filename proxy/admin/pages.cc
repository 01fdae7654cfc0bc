#include "proxy/admin/pages.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "lib/base/version.h"
#include "lib/config_json/config_page.h"
#include "lib/config_json/json.h"
#include "proxy/admin/clusters_page.h"
#include "proxy/admin/dashboard_page.h"
#include "proxy/admin/explain_page.h"
#include "proxy/admin/query.h"

namespace evenkeel::admin {
namespace {

constexpr char kJsonType[] = "application/json";
constexpr char kHtmlType[] = "text/html; charset=utf-8";
constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";

Response JsonPage(std::string body) { return {200, kJsonType, std::move(body)}; }

Response TextPage(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response NotAllowed(const std::string& allow, const std::string& why) {
  Response response = TextPage(405, "only " + allow + ": " + why + "\n");
  response.allow = allow;
  return response;
}

std::string ReloadJson(const ReloadView& view) {
  Json json = {{"result", view.result}, {"generation", view.generation}};
  json[view.result == "rejected" ? "errors" : "changes"] = view.lines;
  return ToText(json);
}

constexpr std::string_view kExplainPrefix = "/clusters/";
constexpr std::string_view kExplainSuffix = "/explain";

bool IsExplainPath(std::string_view path) {
  return path.size() > kExplainPrefix.size() + kExplainSuffix.size() &&
         path.starts_with(kExplainPrefix) && path.ends_with(kExplainSuffix);
}

}  // namespace

std::span<const Pages::Page> Pages::All() {
  static constexpr Page kPages[] = {
      {"/", "what happens now, to look at", &Pages::Dashboard},
      {"/pages", "this page", &Pages::Index},
      {"/stream", "what feeds /: server-sent events, one a second", &Pages::Stream},
      {"/metrics", "everything counted, for Prometheus", &Pages::Metrics},
      {"/ready", "200 while calls can be served, else 503 and why", &Pages::Ready},
      {"/live", "200 while the process runs its main loop", &Pages::Live},
      {"/clusters", "endpoints with their state and load; ?format=text for a table",
       &Pages::Clusters},
      {"/clusters/NAME/explain", "where a call would go, and why; ?path=/package.Service/Method",
       &Pages::Explain},
      {"/config", "the running configuration, defaults filled in", &Pages::Config},
      {"/config/diff", "what a reload of its files would change now", &Pages::ConfigDiff},
      {"/reload", "POST: reads the configuration's files again and applies them", &Pages::Reload,
       Verb::kActs},
      {"/events", "what happened last; ?after=ID for what is newer", &Pages::Events},
      {"/log", "the log's level by folder; POST ?level=debug[&folder=health] sets it", &Pages::Log,
       Verb::kBoth},
  };
  return kPages;
}

void Pages::Answer(const Request& request, const Send& send) const {
  const auto page = std::ranges::find(All(), request.path, &Page::path);
  const Verb verb = page == All().end() ? Verb::kShows : page->verb;
  const bool is_post = request.method == "POST";
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  if (verb == Verb::kActs && !is_post) {
    return send(NotAllowed("POST", "this page changes something"));
  }
  if (verb == Verb::kShows && !is_get) {
    return send(NotAllowed("GET, HEAD", "this page changes nothing"));
  }
  if (verb == Verb::kBoth && !is_post && !is_get) {
    return send(NotAllowed("GET, HEAD, POST", "this page shows and sets"));
  }
  if (IsExplainPath(request.path)) return Explain(request, send);
  if (page == All().end()) return send(NotFound(request.path));
  (this->*page->answer)(request, send);
}

void Pages::Index(const Request&, const Send& send) const {
  std::string body =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Evenkeel</title>"
      "</head>\n<body>\n<h1>Evenkeel ";
  body += base::kVersion;
  body += "</h1>\n<ul>\n";
  for (const Page& each : All()) {
    const std::string path(each.path);
    const bool is_pattern = path.find("NAME") != std::string::npos || each.verb == Verb::kActs;
    body += "<li>" + (is_pattern ? path : "<a href=\"" + path + "\">" + path + "</a>") + ": " +
            std::string(each.description) + "</li>\n";
  }
  body += "</ul>\n</body>\n</html>\n";
  send({200, kHtmlType, std::move(body)});
}

// Without a token it is a shell that asks for one: nothing of it is about this sidecar.
void Pages::Dashboard(const Request& request, const Send& send) const {
  if (!sources_.live) return Index(request, send);
  DashboardPage page = MakeDashboard(
      request.may_see ? sources_.clusters() : std::vector<ClusterView>(), MakeNonce());
  Response response{200, kHtmlType, std::move(page.html)};
  response.policy = std::move(page.policy);
  send(std::move(response));
}

// The server answers GET itself where there is something to tell.
void Pages::Stream(const Request&, const Send& send) const {
  send(TextPage(404, "there is no dashboard\n"));
}

void Pages::Metrics(const Request&, const Send& send) const {
  send({200, kMetricsType, sources_.metrics()});
}

void Pages::Ready(const Request&, const Send& send) const {
  const ReadyView view = sources_.ready();
  std::string body = view.ready ? "ready\n" : "not ready\n";
  for (const std::string& reason : view.reasons) body += reason + "\n";
  for (const std::string& note : view.notes) body += "note: " + note + "\n";
  send(TextPage(view.ready ? 200 : 503, std::move(body)));
}

void Pages::Live(const Request&, const Send& send) const { send(TextPage(200, "live\n")); }

void Pages::Clusters(const Request& request, const Send& send) const {
  if (request.query.empty() || request.query == "format=json") {
    return send(JsonPage(ClustersJson(sources_.clusters())));
  }
  if (request.query == "format=text") {
    return send(TextPage(200, ClustersTable(sources_.clusters())));
  }
  send(TextPage(400, "unknown query; there are ?format=json and ?format=text\n"));
}

void Pages::Config(const Request&, const Send& send) const {
  send(JsonPage(ConfigJson(sources_.config())));
}

void Pages::ConfigDiff(const Request&, const Send& send) const {
  sources_.preview([send](const ReloadView& view) { send(JsonPage(ReloadJson(view))); });
}

void Pages::Reload(const Request&, const Send& send) const {
  sources_.reload([send](const ReloadView& view) {
    Response response = JsonPage(ReloadJson(view));
    if (view.result == "rejected") response.status = 422;
    send(std::move(response));
  });
}

void Pages::Explain(const Request& request, const Send& send) const {
  const size_t name_size = request.path.size() - kExplainPrefix.size() - kExplainSuffix.size();
  const std::string name(request.path.substr(kExplainPrefix.size(), name_size));
  const auto view = sources_.explain(
      {name, QueryValue(request.query, "path"), QueryValue(request.query, "hash_key")});
  if (!view) return send(TextPage(404, "no cluster " + name + "; /clusters lists them\n"));
  send(JsonPage(ExplainJson(*view)));
}

void Pages::Events(const Request& request, const Send& send) const {
  const std::string after = QueryValue(request.query, "after");
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), number);
  if (!request.query.empty() && (error != std::errc() || end != after.data() + after.size())) {
    return send(TextPage(400, "unknown query; there is ?after=ID, the id of an event\n"));
  }
  std::string body = "{\"events\":[";
  for (const std::string& each : sources_.events(number)) {
    body += (body.back() == '[' ? "\n" : ",\n") + each;
  }
  send(JsonPage(body + "]}\n"));
}

void Pages::Log(const Request& request, const Send& send) const {
  if (request.method == "POST") {
    const auto set = sources_.set_log_level(QueryValue(request.query, "level"),
                                            QueryValue(request.query, "folder"));
    if (!set) return send(TextPage(400, set.error() + "\n"));
  } else if (!request.query.empty()) {
    return send(TextPage(400, "unknown query; POST /log?level=debug sets the level\n"));
  }
  Json levels = Json::object();
  for (const auto& [folder, level] : sources_.log_levels()) levels[folder] = level;
  send(JsonPage(ToText({{"levels", levels}})));
}

Response Pages::NotFound(std::string_view path) {
  std::string body = "no page " + std::string(path) + "; there are:\n";
  for (const Page& each : All()) {
    body += std::string(each.path) + "  " + std::string(each.description) + "\n";
  }
  return TextPage(404, std::move(body));
}

}  // namespace evenkeel::admin
