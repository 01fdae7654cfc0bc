#include <algorithm>
#include <string_view>

#include "lib/base/check.h"
#include "lib/rpc/field_rules.h"
#include "lib/rpc/fit_answer.h"
#include "lib/rpc/message.h"
#include "lib/rpc/status.h"
#include "lib/rpc/timeout.h"
#include "tests/fuzz/fuzz_target.h"

namespace evenkeel::fuzz {
namespace {

// What goes on has no joined values, and nothing is left to be said on it.
void CheckBinary(std::string_view value) {
  http2::HeaderList fields;
  fields.Add("x-bin", value);
  if (!rpc::ApplyFieldRules(fields)) return;
  const size_t values = fields.size();
  for (const http2::HeaderField each : fields) CHECK(each.value.find(',') == each.value.npos);
  CHECK(rpc::ApplyFieldRules(fields) && fields.size() == values);
}

void CheckFit(std::string_view message) {
  constexpr size_t kLimit = 120;
  http2::HeaderList fields;
  fields.Add("grpc-status", "13");
  fields.Add("grpc-message", rpc::EncodeMessage(message));
  const size_t before = fields.list_size();
  const auto status = rpc::FitAnswer(fields, kLimit, rpc::StatusCode::kInternal);
  CHECK(status == rpc::StatusCode::kInternal && fields.list_size() <= kLimit);
  CHECK(fields.Find("grpc-status") == "13" && (before > kLimit || fields.list_size() == before));
}

}  // namespace

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
  CheckBinary(text);
  CheckFit(text);
}

}  // namespace evenkeel::fuzz
