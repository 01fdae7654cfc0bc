// FinalStatus: how a call ends: what its client is told, and what is recorded of it. Values only;
// Call::End is the one place that acts on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/http/header_list.h"
#include "lib/rpc/outcome.h"
#include "lib/rpc/status.h"

namespace evenkeel::proxy {

struct FinalStatus {
  /// How the client is told.
  enum class Form : uint8_t {
    kStatus,  ///< by trailers, or Trailers-Only, made of `status` and `pushback`
    kFields,  ///< by the last fields of an endpoint's answer, as they came
    kHttp,    ///< by a plain HTTP answer of `fields`, with the message as its body: it is no gRPC
    kUntold,  ///< not at all: it has gone
  };

  rpc::Status status;
  rpc::Origin origin = rpc::Origin::kProxy;
  rpc::Cause cause = rpc::Cause::kLocal;
  /// When the client may come again (`grpc-retry-pushback-ms`, gRFC A6); nothing: not said.
  std::optional<base::Duration> pushback{};
  Form form = Form::kStatus;
  /// The limit that was reached, as metrics name it, a constant; empty: none.
  std::string_view reason{};
  /// With kFields and kHttp; moved from when the call ends.
  http2::HeaderList* fields = nullptr;
};

}  // namespace evenkeel::proxy
