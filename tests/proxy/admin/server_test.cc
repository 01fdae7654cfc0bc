// The admin server over real loopback sockets: its loop runs in a thread of its own, the test's
// thread is a blocking client.
#include "proxy/admin/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "lib/base/file_descriptor.h"
#include "lib/net/socket_address.h"

namespace evenkeel::admin {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Sources TestSources() {
  Sources sources;
  sources.metrics = [] { return std::string("m 1\n"); };
  sources.ready = [] { return ReadyView{.ready = false, .reasons = {"draining"}}; };
  sources.clusters = [] { return std::vector<ClusterView>(); };
  sources.config = [] { return config::Config(); };
  return sources;
}

/// Whether anything comes within half a second.
bool Hears(const base::FileDescriptor& socket) {
  pollfd poll{socket.get(), POLLIN, 0};
  return ::poll(&poll, 1, 500) == 1;
}

class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override { Start("127.0.0.1:0"); }
  void TearDown() override { Stop(); }

  void Start(const std::string& address, Sources sources = TestSources(),
             std::chrono::milliseconds idle_timeout = std::chrono::seconds(10),
             const net::ConnectionWatch::Limits& limits = {}) {
    Stop();
    auto server = Server::Open(loop_.emplace(), *base::Address::Parse(address), std::move(sources),
                               idle_timeout, limits);
    ASSERT_TRUE(server) << server.error();
    server_ = std::move(*server);
    thread_ = std::thread([this] { loop_->Run(); });
  }

  void Stop() {
    if (!thread_.joinable()) return;
    loop_->Post([this] { loop_->Stop(); });
    thread_.join();
    server_.reset();
    loop_.reset();
  }

  base::FileDescriptor Connect() {
    const auto address = net::SocketAddress::From(*base::Address::Parse(server_->address()));
    base::FileDescriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(socket.get(), address.get(), address.size()), 0);
    return socket;
  }

  static void Send(const base::FileDescriptor& socket, const std::string& text) {
    // The server may hang up on a request that is too big before it has all of it.
    EXPECT_GT(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL), 0);
  }

  static std::string ReadToEnd(const base::FileDescriptor& socket) {
    std::string all;
    char buffer[4096];
    ssize_t got;
    while ((got = ::recv(socket.get(), buffer, sizeof buffer, 0)) > 0) {
      all.append(buffer, static_cast<size_t>(got));
    }
    return all;
  }

  /// What the server says to `request` until it closes.
  std::string Exchange(const std::string& request) {
    const base::FileDescriptor socket = Connect();
    Send(socket, request);
    return ReadToEnd(socket);
  }

  /// The same for what may not look like a whole request: the client says that no more comes.
  std::string ExchangeAll(const std::string& bytes) {
    const base::FileDescriptor socket = Connect();
    Send(socket, bytes);
    ::shutdown(socket.get(), SHUT_WR);
    return ReadToEnd(socket);
  }

  std::string Ask(const std::string& method, const std::string& target) {
    return Exchange(method + " " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  }

  std::optional<net::EventLoop> loop_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

TEST_F(ServerTest, SaysWhichPortItGot) {
  EXPECT_THAT(server_->address(), StartsWith("127.0.0.1:"));
  EXPECT_THAT(server_->address(), Not(EndsWith(":0")));
}

TEST_F(ServerTest, AnswersGetWithHeadersAndBody) {
  const std::string answer = Ask("GET", "/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 4\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nm 1\n"));
}

TEST_F(ServerTest, AnswersHeadWithoutTheBody) {
  const std::string answer = Ask("HEAD", "/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 4\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, HandsTheQueryOver) {
  EXPECT_THAT(Ask("GET", "/clusters?format=text"), HasSubstr("CLUSTER"));
  EXPECT_THAT(Ask("GET", "/clusters"), HasSubstr("\"clusters\""));
}

TEST_F(ServerTest, PassesStatusesOn) {
  EXPECT_THAT(Ask("GET", "/ready"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(Ask("GET", "/ready"), EndsWith("\r\n\r\nnot ready\ndraining\n"));
  EXPECT_THAT(Ask("GET", "/nowhere"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(ServerTest, RefusesOtherMethodsAndSaysWhichItHas) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"}) {
    const std::string answer = Ask(method, "/ready");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n")) << method;
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD\r\n")) << method;
  }
}

TEST_F(ServerTest, KeepsAConnectionForMoreRequests) {
  EXPECT_THAT(Exchange("GET /live HTTP/1.1\r\nHost: a\r\n\r\n"
                       "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              EndsWith("\r\n\r\nm 1\n"));
}

TEST_F(ServerTest, ServesALargePageWhole) {
  const std::string large(3'000'000, 'x');
  Sources sources = TestSources();
  sources.metrics = [&large] { return large; };
  Start("127.0.0.1:0", std::move(sources));
  const std::string answer = Ask("GET", "/metrics");
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, large.size());
}

TEST_F(ServerTest, SurvivesWhatIsNotHttp) {
  for (const char* bytes :
       {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n", "GET\r\n\r\n", "\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\n\r\n", "GET /live HTTP/9.9\r\n\r\n", "GET /live\r\n\r\n",
        "GET http://[::1/live HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n"}) {
    EXPECT_THAT(ExchangeAll(bytes), Not(HasSubstr("200 OK"))) << bytes;
  }
  EXPECT_THAT(Ask("GET", "/live"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, RefusesHeadersWithoutEnd) {
  EXPECT_THAT(Exchange("GET /live HTTP/1.1\r\nHost: a\r\nX-Big: " + std::string(64 * 1024, 'x')),
              Not(HasSubstr("200 OK")));
  EXPECT_THAT(Ask("GET", "/live"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, RefusesABigBody) {
  EXPECT_THAT(Exchange("GET /live HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n"
                       "Connection: close\r\n\r\n" +
                       std::string(10'000, 'x')),
              Not(HasSubstr("200 OK")));
}

TEST_F(ServerTest, HangsUpOnAClientThatStopsInTheMiddle) {
  Start("127.0.0.1:0", TestSources(), std::chrono::milliseconds(20));
  EXPECT_EQ(Exchange("GET /live HTTP/1.1\r\nHos"), "");
}

class TokenTest : public ServerTest {
 protected:
  TokenTest() { std::ofstream(path_) << kToken << '\n'; }
  ~TokenTest() override { std::filesystem::remove(path_); }

  void SetUp() override {
    Stop();
    net::EventLoop& loop = loop_.emplace();
    auto tokens = Tokens::Open(loop, path_, nullptr);
    ASSERT_TRUE(tokens) << tokens.error();
    auto server = Server::Open(loop, *base::Address::Parse("127.0.0.1:0"), TestSources(), 10s, {},
                               {std::move(*tokens), {"/live"}});
    ASSERT_TRUE(server) << server.error();
    server_ = std::move(*server);
    thread_ = std::thread([this] { loop_->Run(); });
  }

  std::string AskWith(const std::string& field, const std::string& target = "/metrics") {
    return Exchange("GET " + target + " HTTP/1.1\r\nHost: a\r\n" + field +
                    "Connection: close\r\n\r\n");
  }

  static constexpr char kToken[] = "0123456789abcdef";
  const std::string path_ = ::testing::TempDir() + "evenkeel-tokens-" + std::to_string(getpid());
};

TEST_F(TokenTest, IsAskedForWherePagesAreNotOpen) {
  const std::string answer = Ask("GET", "/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 Unauthorized\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nWWW-Authenticate: Bearer\r\n"));
  EXPECT_THAT(Ask("GET", "/nowhere"), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(Ask("POST", "/reload"), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(Ask("GET", "/live"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ask("GET", "/live/"), StartsWith("HTTP/1.1 401 "));
}

TEST_F(TokenTest, OpensThePages) {
  EXPECT_THAT(AskWith("Authorization: Bearer 0123456789abcdef\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(AskWith("Authorization: Bearer 0123456789abcdeF\r\n"), StartsWith("HTTP/1.1 401 "));
}

TEST_F(TokenTest, DoesNotHelpAnotherSitesPage) {
  EXPECT_THAT(AskWith("Authorization: Bearer 0123456789abcdef\r\nOrigin: http://b.example\r\n"),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(AskWith("Origin: http://b.example\r\n", "/live"), StartsWith("HTTP/1.1 403 "));
}

TEST_F(ServerTest, StopsWhileAClientIsConnected) {
  const base::FileDescriptor idle = Connect();
  Send(idle, "GET /live HTTP/1.1\r\nHost: a\r\n\r\nGET /li");
  char first;
  EXPECT_EQ(::recv(idle.get(), &first, 1, 0), 1);
  Stop();
  ReadToEnd(idle);
}

TEST_F(ServerTest, ListensOnAUnixSocket) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("evenkeel_admin_" + std::to_string(getpid()) + ".sock");
  Start("unix:" + path.string());
  EXPECT_EQ(server_->address(), "unix:" + path.string());
  EXPECT_THAT(Ask("GET", "/live"), StartsWith("HTTP/1.1 200 "));
  Stop();
  std::filesystem::remove(path);
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
  net::EventLoop loop;
  const auto second = Server::Open(loop, *base::Address::Parse(server_->address()), TestSources());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(),
            "admin: cannot listen on " + server_->address() + ": Address already in use");
}

class LateAnswerTest : public ServerTest {
 protected:
  void SetUp() override {
    Sources sources = TestSources();
    sources.reload = [this](Sources::Tell tell) { asked_.set_value(std::move(tell)); };
    Start("127.0.0.1:0", std::move(sources), kIdleTimeout);
    socket_ = Connect();
    Send(socket_,
         "POST /reload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    tell_ = asked_.get_future().get();
  }
  static constexpr auto kIdleTimeout = std::chrono::milliseconds(20);

  void Answer() {
    loop_->Post([this] { tell_({.result = "applied", .generation = 7}); });
  }

  std::promise<Sources::Tell> asked_;
  Sources::Tell tell_;
  base::FileDescriptor socket_;
};

TEST_F(LateAnswerTest, OthersAreAnsweredMeanwhile) {
  EXPECT_THAT(Ask("GET", "/live"), StartsWith("HTTP/1.1 200 "));
  Answer();
  EXPECT_THAT(ReadToEnd(socket_), HasSubstr("\"generation\": 7"));
}

TEST_F(LateAnswerTest, MayTakeLongerThanAClientMayBeSilent) {
  EXPECT_EQ(ReadToEnd(Connect()), "");  // one that says nothing is closed
  EXPECT_FALSE(Hears(socket_));
  Answer();
  EXPECT_THAT(ReadToEnd(socket_), HasSubstr("\"generation\": 7"));
}

TEST_F(LateAnswerTest, IsForNobodyWhenTheClientHasGone) {
  socket_ = base::FileDescriptor();
  Answer();
  EXPECT_THAT(Ask("GET", "/live"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(LateAnswerTest, IsForNobodyWhenTheServerHasGone) {
  Stop();
  EXPECT_EQ(ReadToEnd(socket_), "");
  tell_({.result = "applied"});
}

TEST_F(ServerTest, RefusesWhatAWebPageHasABrowserSend) {
  EXPECT_THAT(Exchange("GET /config HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(
      Exchange("POST /reload HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
               "Content-Length: 0\r\nConnection: close\r\n\r\n"),
      StartsWith("HTTP/1.1 403 "));
}

TEST_F(ServerTest, SendsTheEndOfAPageWithoutWaitingForAnAcknowledgement) {
  const base::FileDescriptor socket = Connect();
  Send(socket, "GET /live HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(Hears(socket));
  // The accepted socket is in this process, too: the one whose peer is ours.
  sockaddr_in ours{};
  socklen_t size = sizeof ours;
  ASSERT_EQ(getsockname(socket.get(), reinterpret_cast<sockaddr*>(&ours), &size), 0);
  int no_delay = -1;
  for (int fd = 3; fd < 1000; ++fd) {
    sockaddr_in peer{};
    size = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.sin_port != ours.sin_port) continue;
    size = sizeof no_delay;
    getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
  }
  EXPECT_EQ(no_delay, 1);
}

TEST_F(ServerTest, AConnectionBeyondTheBoundWaitsUntilAnotherGoes) {
  Start("127.0.0.1:0", TestSources(), std::chrono::seconds(10), {.connections = 2});
  base::FileDescriptor first = Connect();
  const base::FileDescriptor second = Connect();
  Send(first, "GET /live HTTP/1.1\r\nHost: a\r\n\r\n");
  Send(second, "GET /live HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(Hears(first));
  EXPECT_TRUE(Hears(second));
  const base::FileDescriptor third = Connect();
  Send(third, "GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(Hears(third));
  first = base::FileDescriptor();
  EXPECT_THAT(ReadToEnd(third), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, ARequestThatComesByteByByteIsGivenUp) {
  Start("127.0.0.1:0", TestSources(), std::chrono::seconds(10),
        {.request = std::chrono::seconds(1)});
  const base::FileDescriptor socket = Connect();
  int bytes = 0;
  for (bool ended = false; !ended && bytes < 60; ++bytes) {
    Send(socket, "G");
    ended = Hears(socket);
  }
  EXPECT_LT(bytes, 20);
}

TEST_F(ServerTest, WithoutADescriptorLeftItWaitsWithoutWork) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const base::FileDescriptor socket = Connect();
  Send(socket, "GET /live HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(Hears(socket));
  const base::FileDescriptor waits(::socket(AF_INET, SOCK_STREAM, 0));
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(waits.get());
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto address = net::SocketAddress::From(*base::Address::Parse(server_->address()));
  EXPECT_EQ(::connect(waits.get(), address.get(), address.size()), 0);
  const std::clock_t start = std::clock();
  EXPECT_FALSE(Hears(waits));
  EXPECT_LT(std::clock() - start, CLOCKS_PER_SEC / 10);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  Send(waits, "GET /live HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(Hears(waits));
}

}  // namespace
}  // namespace evenkeel::admin
