#include "admin/pages.h"

#include <algorithm>

#include "admin/clusters_page.h"
#include "admin/config_page.h"
#include "base/version.h"

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

}  // namespace

std::span<const Pages::Page> Pages::All() {
  static constexpr Page kPages[] = {
      {"/", "this page", &Pages::Index},
      {"/metrics", "everything counted, for Prometheus", &Pages::Metrics},
      {"/ready", "200 while calls can be served, else 503 and why", &Pages::Ready},
      {"/live", "200 while the process runs its main loop", &Pages::Live},
      {"/clusters", "endpoints with their state and load; ?format=text for a table",
       &Pages::Clusters},
      {"/config", "the running configuration, defaults filled in", &Pages::Config},
  };
  return kPages;
}

Response Pages::Answer(const Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return TextPage(405, std::string("only ") + kAllowedMethods + ": these pages change nothing\n");
  }
  const auto page = std::ranges::find(All(), request.path, &Page::path);
  if (page == All().end()) return NotFound(request.path);
  return (this->*page->answer)(request);
}

Response Pages::Index(const Request&) const {
  std::string body =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Evenkeel</title>"
      "</head>\n<body>\n<h1>Evenkeel ";
  body += base::kVersion;
  body += "</h1>\n<ul>\n";
  for (const Page& each : All()) {
    const std::string path(each.path);
    body += "<li><a href=\"" + path + "\">" + path + "</a>: " + std::string(each.description) +
            "</li>\n";
  }
  body += "</ul>\n</body>\n</html>\n";
  return {200, kHtmlType, std::move(body)};
}

Response Pages::Metrics(const Request&) const { return {200, kMetricsType, sources_.metrics()}; }

Response Pages::Ready(const Request&) const {
  const ReadyView view = sources_.ready();
  if (view.ready) return TextPage(200, "ready\n");
  std::string body = "not ready\n";
  for (const std::string& reason : view.reasons) body += reason + "\n";
  return TextPage(503, std::move(body));
}

Response Pages::Live(const Request&) const { return TextPage(200, "live\n"); }

Response Pages::Clusters(const Request& request) const {
  if (request.query.empty() || request.query == "format=json") {
    return JsonPage(ClustersJson(sources_.clusters()));
  }
  if (request.query == "format=text") return TextPage(200, ClustersTable(sources_.clusters()));
  return TextPage(400, "unknown query; there are ?format=json and ?format=text\n");
}

Response Pages::Config(const Request&) const { return JsonPage(ConfigJson(sources_.config())); }

Response Pages::NotFound(std::string_view path) {
  std::string body = "no page " + std::string(path) + "; there are:\n";
  for (const Page& each : All()) {
    body += std::string(each.path) + "  " + std::string(each.description) + "\n";
  }
  return TextPage(404, std::move(body));
}

}  // namespace evenkeel::admin
