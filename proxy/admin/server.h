// Server: the admin pages over HTTP/1.1, on libevent's evhttp.
//
// For operators, Prometheus and probes; read-only, no calls pass here. Listens from Open until
// destroyed, before its loop. Everything happens on the loop's thread, in between other events, so
// a page must be quick to make, or come in a later turn. A request's headers, its body and the time
// it may take are bounded, and the number of connections; requests that a web page has a browser
// send are refused, and those without a token where one is asked for.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/address.h"
#include "lib/base/file_descriptor.h"
#include "lib/base/result.h"
#include "lib/net/connection_watch.h"
#include "lib/net/event_loop.h"
#include "lib/net/timer.h"
#include "proxy/admin/live_feed.h"
#include "proxy/admin/pages.h"
#include "proxy/admin/request_check.h"
#include "proxy/admin/tokens.h"
#include "proxy/admin/viewers.h"

struct evhttp;
struct evhttp_request;

namespace evenkeel::admin {

/// Who may see what.
struct Access {
  std::unique_ptr<Tokens> tokens{};  ///< null: whoever reaches the port sees every page
  std::vector<std::string> open{};   ///< the paths that need no token
};

class Server {
 public:
  /// Port 0 takes any free one. A connection on which nothing is read or written for
  /// `idle_timeout` is closed, but not while a page is made. The error is a sentence for the
  /// operator.
  static base::Result<std::unique_ptr<Server>, std::string> Open(
      net::EventLoop& loop, const base::Address& address, Sources sources,
      std::chrono::milliseconds idle_timeout = std::chrono::seconds(10),
      const net::ConnectionWatch::Limits& limits = {}, Access access = {});
  /// The same on a socket that listens already.
  static base::Result<std::unique_ptr<Server>, std::string> Open(
      net::EventLoop& loop, const base::FileDescriptor& socket, Sources sources,
      std::chrono::milliseconds idle_timeout = std::chrono::seconds(10),
      const net::ConnectionWatch::Limits& limits = {}, Access access = {});

  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Where it listens, with the actual port.
  const std::string& address() const { return address_; }

 private:
  struct HttpDeleter {
    void operator()(evhttp* http) const;
  };

  Server(net::EventLoop& loop, std::string address, Sources sources,
         std::chrono::milliseconds idle_timeout, const net::ConnectionWatch::Limits& limits,
         Access access);
  std::optional<Response> Refusal(const evhttp_request& request, std::string_view path) const;
  bool MaySee(const evhttp_request& request, std::string_view path) const;
  bool IsShell(std::string_view path) const { return feed_ && path == "/"; }
  void Stream(evhttp_request& request);
  void OnTick();
  void OnRequest(evhttp_request& request);
  void Answer(evhttp_request& request, const Response& response);

  const Pages pages_;
  const std::chrono::milliseconds idle_timeout_;
  const std::string address_;
  const Reach reach_;
  const Access access_;
  net::ConnectionWatch watch_;
  const std::unique_ptr<evhttp, HttpDeleter> http_;
  std::optional<LiveFeed> feed_;  // nothing: there is no dashboard
  net::Timer tick_;
  Viewers viewers_;  // after http_
  // For answers that come later: evhttp keeps a request whose client has gone until it is answered,
  // and frees it when it goes itself.
  const std::shared_ptr<const bool> open_ = std::make_shared<const bool>(true);
};

}  // namespace evenkeel::admin
