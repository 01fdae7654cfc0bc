#include "proxy/admin/server.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <fcntl.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lib/base/check.h"
#include "lib/net/byte_stream.h"
#include "lib/net/listener.h"
#include "lib/net/socket_address.h"
#include "proxy/admin/live_view.h"

namespace evenkeel::admin {
namespace {

using base::Error;
using base::Result;

constexpr auto kTick = std::chrono::seconds(1);
constexpr ev_ssize_t kMaxHeaderBytes = 16 * 1024;
constexpr ev_ssize_t kMaxBodyBytes = 1024;  // no page reads one; a few bytes are merely odd

// evhttp answers 501 to a method that is not enabled; these get our 405.
constexpr ev_uint16_t kAllMethods = EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD |
                                    EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |
                                    EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH;

std::string_view OrEmpty(const char* text) { return text == nullptr ? "" : text; }

std::string_view MethodOf(const evhttp_request& request) {
  switch (evhttp_request_get_command(&request)) {
    case EVHTTP_REQ_GET:
      return "GET";
    case EVHTTP_REQ_HEAD:
      return "HEAD";
    case EVHTTP_REQ_POST:
      return "POST";
    default:
      return "other";
  }
}

std::string_view HeaderOf(const evhttp_request& request, const char* name) {
  // libevent asks for a request that may be changed, and changes nothing.
  return OrEmpty(evhttp_find_header(
      evhttp_request_get_input_headers(const_cast<evhttp_request*>(&request)), name));
}

Reach ReachOf(std::string_view address) {
  const bool is_loopback =
      address.starts_with("127.") || address.starts_with("[::1]") || address.starts_with("unix:");
  return is_loopback ? Reach::kLoopback : Reach::kNetwork;
}

// Null where the client has gone.
bufferevent* ConnectionOf(evhttp_request& request) {
  evhttp_connection* const connection = evhttp_request_get_connection(&request);
  return connection == nullptr ? nullptr : evhttp_connection_get_bufferevent(connection);
}

void SetHeaders(evhttp_request& request, const Response& response) {
  evkeyvalq* const headers = evhttp_request_get_output_headers(&request);
  const std::string length = std::to_string(response.body.size());
  evhttp_add_header(headers, "Content-Type", response.content_type.c_str());
  // By hand, because evhttp would leave it out of the answer to HEAD.
  evhttp_add_header(headers, "Content-Length", length.c_str());
  evhttp_add_header(headers, "Cache-Control", "no-store");
  evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
  if (!response.policy.empty()) {
    evhttp_add_header(headers, "Content-Security-Policy", response.policy.c_str());
  }
  if (!response.allow.empty()) evhttp_add_header(headers, "Allow", response.allow.c_str());
  if (!response.challenge.empty()) {
    evhttp_add_header(headers, "WWW-Authenticate", response.challenge.c_str());
  }
}

void Reply(evhttp_request& request, const Response& response) {
  SetHeaders(request, response);
  if (MethodOf(request) != "HEAD") {
    evbuffer_add(evhttp_request_get_output_buffer(&request), response.body.data(),
                 response.body.size());
  }
  evhttp_send_reply(&request, response.status, nullptr, nullptr);
}

}  // namespace

void Server::HttpDeleter::operator()(evhttp* http) const { evhttp_free(http); }

Result<std::unique_ptr<Server>, std::string> Server::Open(
    net::EventLoop& loop, const base::Address& address, Sources sources,
    std::chrono::milliseconds idle_timeout, const net::ConnectionWatch::Limits& limits,
    Access access) {
  const auto sockets = net::OpenListeners(address, 1);
  if (!sockets) return Error("admin: " + sockets.error());
  return Open(loop, sockets->front(), std::move(sources), idle_timeout, limits, std::move(access));
}

Result<std::unique_ptr<Server>, std::string> Server::Open(
    net::EventLoop& loop, const base::FileDescriptor& socket, Sources sources,
    std::chrono::milliseconds idle_timeout, const net::ConnectionWatch::Limits& limits,
    Access access) {
  const std::string address = net::SocketAddress::OfSocket(socket.get()).ToString();
  std::unique_ptr<Server> server(
      new Server(loop, address, std::move(sources), idle_timeout, limits, std::move(access)));
  // evhttp closes the descriptor that it listens on, so it gets one of its own.
  const int listening = fcntl(socket.get(), F_DUPFD_CLOEXEC, 0);
  evhttp_bound_socket* const bound =
      listening < 0 ? nullptr : evhttp_accept_socket_with_handle(server->http_.get(), listening);
  if (bound == nullptr) {
    return Error("admin: cannot listen on " + server->address_ + ": " + std::strerror(errno));
  }
  // What it accepts has it too. A page of /metrics is several segments, and the last one would wait
  // for the client's delayed ACK.
  net::DisableNagle(listening);
  server->watch_.Watch(evhttp_bound_socket_get_listener(bound));
  return server;
}

Server::Server(net::EventLoop& loop, std::string address, Sources sources,
               std::chrono::milliseconds idle_timeout, const net::ConnectionWatch::Limits& limits,
               Access access)
    : pages_(std::move(sources)),
      idle_timeout_(idle_timeout),
      address_(std::move(address)),
      reach_(ReachOf(address_)),
      access_(std::move(access)),
      watch_(loop, limits),
      http_(evhttp_new(loop.native())),
      tick_(loop, [this] { OnTick(); }) {
  CHECK(http_ != nullptr);
  if (pages_.sources().live) {
    feed_.emplace(false);
    OnTick();
  }
  const timeval timeout = net::ToTimeval(idle_timeout);
  evhttp_set_timeout_tv(http_.get(), &timeout);
  evhttp_set_max_headers_size(http_.get(), kMaxHeaderBytes);
  evhttp_set_max_body_size(http_.get(), kMaxBodyBytes);
  evhttp_set_allowed_methods(http_.get(), kAllMethods);
  evhttp_set_gencb(
      http_.get(),
      [](evhttp_request* request, void* self) noexcept {
        static_cast<Server*>(self)->OnRequest(*request);
      },
      this);
  evhttp_set_bevcb(
      http_.get(),
      [](event_base*, void* watch) noexcept {
        return static_cast<net::ConnectionWatch*>(watch)->MakeConnection();
      },
      &watch_);
}

Server::~Server() = default;

std::optional<Response> Server::Refusal(const evhttp_request& request,
                                        std::string_view path) const {
  if (const auto why = WhyRefused(reach_, HeaderOf(request, "Host"), HeaderOf(request, "Origin"))) {
    return Response{.status = 403, .body = *why + "\n"};
  }
  if (MaySee(request, path) || IsShell(path)) return std::nullopt;
  return Response{.status = 401,
                  .body = "this page needs a token: Authorization: Bearer TOKEN\n",
                  .challenge = "Bearer"};
}

bool Server::MaySee(const evhttp_request& request, std::string_view path) const {
  return !access_.tokens || std::ranges::find(access_.open, path) != access_.open.end() ||
         access_.tokens->Accepts(HeaderOf(request, "Authorization"));
}

void Server::OnTick() {
  tick_.StartAfter(kTick);
  feed_->Add(pages_.sources().live());
  if (!viewers_.empty()) viewers_.Send(ServerSentEvent("tick", feed_->Tick()));
}

void Server::Stream(evhttp_request& request) {
  if (viewers_.full()) {
    return Answer(request, {.status = 503, .body = "there are as many viewers as there may be\n"});
  }
  viewers_.Add(request, "retry: 2000\n\n" + ServerSentEvent("history", feed_->History()) +
                            ServerSentEvent("tick", feed_->Tick()));
}

// A page may take long, as a reload does: that is not the client's silence.
void Server::OnRequest(evhttp_request& request) {
  watch_.OnRequest(ConnectionOf(request));
  const Pages::Send send = [this, &request, open = std::weak_ptr(open_)](const Response& response) {
    if (!open.expired()) Answer(request, response);
  };
  const evhttp_uri* const uri = evhttp_request_get_evhttp_uri(&request);
  if (uri == nullptr) return send({.status = HTTP_BADREQUEST, .body = "the URI cannot be read\n"});
  const std::string_view path = OrEmpty(evhttp_uri_get_path(uri));
  if (const auto refusal = Refusal(request, path)) return send(*refusal);
  if (feed_ && path == "/stream" && MethodOf(request) == "GET") return Stream(request);
  pages_.Answer({.method = MethodOf(request),
                 .path = path,
                 .query = OrEmpty(evhttp_uri_get_query(uri)),
                 .may_see = MaySee(request, path)},
                send);
}

void Server::Answer(evhttp_request& request, const Response& response) {
  if (auto* const connection = ConnectionOf(request)) watch_.OnAnswer(connection, idle_timeout_);
  Reply(request, response);
}

}  // namespace evenkeel::admin
