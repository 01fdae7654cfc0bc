// Pages: which admin pages there are, and the answer to a request for one. No HTTP library, no
// socket; owned by the Server and used on its loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "proxy/admin/sources.h"

namespace evenkeel::admin {

struct Request {
  std::string_view method;  ///< "GET"
  std::string_view path;    ///< "/clusters"
  std::string_view query;   ///< "format=text", or empty
  bool may_see = true;      ///< it has a token, or none is needed
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string allow{};      ///< with 405: the methods that the page has
  std::string challenge{};  ///< with 401: what is asked for (RFC 9110, section 11.6.1)
  std::string policy{};     ///< of a page with script: its Content-Security-Policy
};

class Pages {
 public:
  explicit Pages(Sources sources) : sources_(std::move(sources)) {}

  const Sources& sources() const { return sources_; }

  /// At once, but for /reload and /config/diff, which wait until the configuration has been read;
  /// by then the Pages may be gone.
  using Send = std::function<void(Response)>;

  /// `send` gets the answer, once. 405 for a method that the page does not have (all have GET and
  /// HEAD but /reload, which has POST; /log has both), 404 for a path that is no page, 400 for a
  /// query that the page does not know. The answer to HEAD has the body that GET would have.
  void Answer(const Request& request, const Send& send) const;

 private:
  enum class Verb : uint8_t { kShows, kActs, kBoth };

  struct Page {
    std::string_view path;
    std::string_view description;
    void (Pages::*answer)(const Request& request, const Send& send) const;
    Verb verb = Verb::kShows;
  };

  static std::span<const Page> All();

  void Dashboard(const Request& request, const Send& send) const;
  void Index(const Request& request, const Send& send) const;
  void Stream(const Request& request, const Send& send) const;
  void Metrics(const Request& request, const Send& send) const;
  void Ready(const Request& request, const Send& send) const;
  void Live(const Request& request, const Send& send) const;
  void Clusters(const Request& request, const Send& send) const;
  void Config(const Request& request, const Send& send) const;
  void ConfigDiff(const Request& request, const Send& send) const;
  void Reload(const Request& request, const Send& send) const;
  void Explain(const Request& request, const Send& send) const;
  void Events(const Request& request, const Send& send) const;
  void Log(const Request& request, const Send& send) const;
  static Response NotFound(std::string_view path);

  const Sources sources_;
};

}  // namespace evenkeel::admin
