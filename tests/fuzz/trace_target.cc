#include <algorithm>
#include <iterator>
#include <string_view>

#include "lib/base/check.h"
#include "lib/trace/sampled_trace.h"
#include "lib/trace/trace_state.h"
#include "tests/fuzz/fuzz_target.h"

namespace evenkeel::fuzz {
namespace {

// Lines are headers: the first character says which.
http2::HeaderList HeadersOf(std::string_view text) {
  constexpr std::string_view kNames[] = {"traceparent",  "tracestate",   "grpc-trace-bin",
                                         "b3",           "x-b3-traceid", "x-b3-spanid",
                                         "x-b3-sampled", "x-b3-flags",   "x-b3-parentspanid"};
  http2::HeaderList headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty()) continue;
    headers.Add(kNames[static_cast<uint8_t>(line[0]) % std::size(kNames)], line.substr(1));
  }
  return headers;
}

// What goes on is sound, of the call's trace, and names the span that sends it.
void CheckSent(http2::HeaderList headers, const trace::SampledTrace& sampled,
               const trace::Rules& rules) {
  constexpr trace::SpanId kOwn = 77;
  const trace::FormatList formats = trace::Prepare(headers, sampled, rules);
  trace::Write(headers, formats, sampled.context, kOwn);
  for (const trace::Format each : formats) {
    const auto sent = trace::Carried(headers).Read(each);
    CHECK(sent && sent->trace == sampled.context.trace && sent->parent == kOwn && sent->sampled());
  }
  if (formats.Has(trace::Format::kW3c)) CHECK(trace::JoinTraceState(headers));
}

}  // namespace

void FuzzTrace(std::span<const uint8_t> input) {
  if (input.empty()) return;
  const uint8_t how = input[0];
  const std::string_view text(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
  const http2::HeaderList headers = HeadersOf(text);
  base::Random random(how);
  trace::Rules rules{.formats = {},
                     .sampler = trace::Sampler((how & 1) != 0 ? 1 : 0.5),
                     .trust_parent = (how & 2) == 0};
  for (int i = 0; i < trace::FormatList::kMost; ++i) {
    if ((how & 4 << i) != 0) rules.formats.Add(static_cast<trace::Format>(i));
  }
  if (const auto sampled = trace::Decide(headers, rules, random)) {
    CHECK(sampled->context.trace.valid() && sampled->context.sampled());
    CheckSent(headers, *sampled, rules);
  }
}

}  // namespace evenkeel::fuzz
