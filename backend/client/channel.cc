#include "backend/client/channel.h"

#include <grpcpp/grpcpp.h>

#include <chrono>

#include "backend/note.h"

namespace evenkeel::backend {
namespace {

// A stopped and restarted target is to be found again soon, not after gRPC's 1 s to 120 s.
constexpr int kFirstBackoffMs = 100;
constexpr int kLongestBackoffMs = 1000;

std::shared_ptr<grpc::ChannelCredentials> Credentials(const TlsFiles& tls) {
  if (tls.ca.empty()) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({.pem_root_certs = ReadPem(tls.ca),
                               .pem_private_key = ReadPem(tls.key),
                               .pem_cert_chain = ReadPem(tls.certificate)});
}

std::chrono::system_clock::time_point After(base::Duration duration) {
  return std::chrono::system_clock::now() +
         std::chrono::duration_cast<std::chrono::system_clock::duration>(duration);
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstBackoffMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kLongestBackoffMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLongestBackoffMs);
  arguments.SetMaxReceiveMessageSize(kMaxMessageSize);
  if (!options.authority.empty()) {
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, options.authority);
  }
  if (!options.tls_name.empty()) arguments.SetSslTargetNameOverride(options.tls_name);
  return grpc::CreateCustomChannel(options.target->ToString(), Credentials(options.tls), arguments);
}

bool Connect(grpc::Channel& channel, const ClientOptions& options) {
  return channel.WaitForConnected(After(options.connect_timeout));
}

void Prepare(grpc::ClientContext& context, const ClientOptions& options) {
  for (const auto& [name, value] : options.metadata) context.AddMetadata(name, value);
  if (options.deadline > base::Duration::zero()) context.set_deadline(After(options.deadline));
}

rpc::StatusCode CodeOf(const grpc::Status& status) {
  const int number = status.error_code();
  const bool defined = number >= 0 && number < rpc::kStatusCodeCount;
  return defined ? static_cast<rpc::StatusCode>(number) : rpc::StatusCode::kUnknown;
}

std::string ServedBy(const grpc::ClientContext& context) {
  // An error without messages is Trailers-Only: there is no other place for metadata then.
  for (const auto* metadata :
       {&context.GetServerInitialMetadata(), &context.GetServerTrailingMetadata()}) {
    const auto found = metadata->find("x-served-by");
    if (found != metadata->end()) return {found->second.data(), found->second.size()};
  }
  return "";
}

}  // namespace evenkeel::backend
