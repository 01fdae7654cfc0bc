#include <algorithm>
#include <string_view>

#include "lib/base/check.h"
#include "lib/rpc/message.h"
#include "lib/rpc/status.h"
#include "lib/rpc/timeout.h"
#include "tests/fuzz/fuzz_target.h"

namespace evenkeel::fuzz {

void FuzzHeaderValues(std::span<const uint8_t> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  if (const auto timeout = rpc::ParseTimeout(text)) {
    CHECK(timeout->count() >= 0);
    const base::Duration left =
        std::max(*timeout, base::Duration(1));  // what has passed is not sent
    const auto again = rpc::ParseTimeout(rpc::FormatTimeout(left));
    CHECK(again && again->count() > 0 && *again <= left);
  }
  if (const auto path = rpc::ParsePath(text)) {
    CHECK(!path->service.empty() && !path->method.empty());
    CHECK(path->service.size() + path->method.size() + 2 == text.size());
  }
  if (const auto status = rpc::ParseStatus(text)) CHECK(!rpc::StatusName(*status).empty());
  for (const char each : rpc::EncodeMessage(text)) CHECK(each >= ' ' && each <= '~');
  rpc::IsGrpcContentType(text);
}

}  // namespace evenkeel::fuzz
