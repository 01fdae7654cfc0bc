// How user-client connects: a grpc++ channel as stock clients have it, but always with a TCP
// connection of its own.
#pragma once

#include <grpcpp/channel.h>

#include <memory>

#include "backend/client/options.h"
#include "lib/rpc/status.h"

namespace evenkeel::backend {

/// Does not connect yet. Two channels never share a connection.
std::shared_ptr<grpc::Channel> MakeChannel(const ClientOptions& options);

/// Connects, within --connect-timeout; false: could not. Blocks.
bool Connect(grpc::Channel& channel, const ClientOptions& options);

/// Adds metadata and deadline to a call that is about to start.
void Prepare(grpc::ClientContext& context, const ClientOptions& options);

/// How a call ended. A number that gRPC does not define is kUnknown, as gRPC's libraries have it.
rpc::StatusCode CodeOf(const grpc::Status& status);

/// Who served a finished call: x-served-by, wherever it came; empty if there was none.
std::string ServedBy(const grpc::ClientContext& context);

}  // namespace evenkeel::backend
