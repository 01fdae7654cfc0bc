// CallFacts: what rules look at of a call. Views: what they show lives as long as the call.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lib/authz/caller.h"
#include "lib/http/header_list.h"

namespace evenkeel::authz {

struct CallFacts {
  std::string_view method;  ///< "package.Service/Method"
  const http2::HeaderList& metadata;
  std::string_view address;  ///< the client's, without port; no network has a Unix socket's
  /// The names that the client has proved to have (gRFC A41); empty: it has proved none.
  std::span<const std::string> identities;
  const Caller* caller;  ///< by its credential; null: it has none
};

}  // namespace evenkeel::authz
