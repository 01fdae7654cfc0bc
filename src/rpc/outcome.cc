#include "rpc/outcome.h"

#include "base/check.h"

namespace evenkeel::rpc {

std::string_view OriginName(Origin origin) {
  switch (origin) {
    case Origin::kEndpoint:
      return "endpoint";
    case Origin::kClient:
      return "client";
    case Origin::kProxy:
      return "proxy";
  }
  CHECK(!"a value outside Origin");
}

}  // namespace evenkeel::rpc
