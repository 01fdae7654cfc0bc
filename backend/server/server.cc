#include "backend/server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>

#include <algorithm>
#include <limits>

#include "backend/note.h"

namespace evenkeel::backend {
namespace {

int Milliseconds(base::Duration duration) {
  const auto count = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<int>(std::min<int64_t>(count, std::numeric_limits<int>::max()));
}

std::string WithPort(const base::Address& address, int port) {
  if (address.kind() == base::Address::Kind::kUnix || address.port() != 0) {
    return address.ToString();
  }
  const std::string text = address.ToString();
  return text.substr(0, text.rfind(':') + 1) + std::to_string(port);
}

std::string Join(const std::vector<base::Address>& addresses) {
  std::string joined;
  for (const base::Address& address : addresses) {
    joined += (joined.empty() ? "" : ", ") + address.ToString();
  }
  return joined;
}

void Configure(grpc::ServerBuilder& builder, const ServerOptions& options) {
  builder.SetMaxReceiveMessageSize(kMaxMessageSize);
  // Two replicas on one port by mistake must fail, not share its connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  if (options.max_concurrent_streams > 0) {
    builder.AddChannelArgument(
        GRPC_ARG_MAX_CONCURRENT_STREAMS,
        static_cast<int>(
            std::min<uint32_t>(options.max_concurrent_streams, std::numeric_limits<int>::max())));
  }
  if (options.max_connection_age > base::Duration::zero()) {
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                               Milliseconds(options.max_connection_age));
  }
  if (options.max_connection_age_grace > base::Duration::zero()) {
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                               Milliseconds(options.max_connection_age_grace));
  }
  // Reflection is the one synchronous service; a single idle thread is plenty for it.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const TlsFiles& tls) {
  if (tls.certificate.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(
      tls.ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                     : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = ReadPem(tls.ca);
  options.pem_key_cert_pairs.push_back({ReadPem(tls.key), ReadPem(tls.certificate)});
  return grpc::SslServerCredentials(options);
}

bool StreamsReports(const ServerOptions& options) {
  return options.orca == ServerOptions::Orca::kStream || options.orca == ServerOptions::Orca::kBoth;
}

}  // namespace

base::Result<std::unique_ptr<Server>, std::string> Server::Start(ServerOptions options) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  std::unique_ptr<Server> server(new Server(std::move(options)));
  if (!server->Listen()) {
    return base::Error("cannot listen on " + Join(server->options_.listen) +
                       "; is an address in use, or not of this machine?");
  }
  server->thread_ = std::thread(&Server::Run, server.get());
  return server;
}

Server::Server(ServerOptions options)
    : options_(std::move(options)), replica_(options_), users_(replica_), health_service_(health_) {
  if (StreamsReports(options_)) orca_service_.emplace(replica_.orca, options_.orca_min_interval);
}

bool Server::Listen() {
  grpc::ServerBuilder builder;
  Configure(builder, options_);
  std::vector<int> ports(options_.listen.size());
  for (size_t i = 0; i < ports.size(); ++i) {
    builder.AddListeningPort(options_.listen[i].ToString(), Credentials(options_.tls), &ports[i]);
  }
  builder.RegisterService(&users_.service());
  builder.RegisterService(&health_service_.service());
  if (orca_service_) builder.RegisterService(&orca_service_->service());
  queue_ = builder.AddCompletionQueue();
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return false;
  for (size_t i = 0; i < ports.size(); ++i) {
    addresses_.push_back(WithPort(options_.listen[i], ports[i]));
  }
  if (replica_.id.empty()) replica_.id = addresses_.front();
  calls_.emplace(*queue_);
  mailbox_.emplace(*queue_);
  users_.Serve(*calls_);
  health_service_.Serve(*calls_);
  if (orca_service_) orca_service_->Serve(*calls_);
  return true;
}

void Server::Run() {
  void* tag = nullptr;
  bool ok = false;
  bool shut_down = false;
  while (queue_->Next(&tag, &ok)) {
    static_cast<Completion*>(tag)->Complete(ok);
    if (quit_ && calls_->empty() && !shut_down) {
      shut_down = true;
      queue_->Shutdown();
    }
  }
}

void Server::FlipHealth() {
  mailbox_->Post([this] { health_.Flip(); });
}

void Server::Shutdown() {
  mailbox_->Post([this] { health_.Set(Serving::kNotServing); });
  std::this_thread::sleep_for(options_.drain_delay);
  mailbox_->Post([this] { calls_->Drain(); });
  server_->Shutdown(
      std::chrono::system_clock::now() +
      std::chrono::duration_cast<std::chrono::system_clock::duration>(options_.grace));
  // Every call has ended, but its last completions may still be in the queue.
  mailbox_->Post([this] { quit_ = true; });
  thread_.join();
}

Server::~Server() {
  if (!thread_.joinable()) {
    if (server_ == nullptr && queue_ != nullptr) {
      queue_->Shutdown();
    }
    return;
  }
  server_->Shutdown(std::chrono::system_clock::now());
  mailbox_->Post([this] { quit_ = true; });
  thread_.join();
}

}  // namespace evenkeel::backend
