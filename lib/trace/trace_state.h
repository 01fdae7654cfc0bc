// tracestate: what vendors have to say about a trace (W3C Trace Context, section 3.3), and the
// sub-keys of OpenTelemetry's member `ot` in it (OpenTelemetry, "TraceState handling").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/http/header_list.h"

namespace evenkeel::trace {

/// The members of all `tracestate` headers in their order, joined by ","; empty: there are none.
/// Nothing: they are no list, or more than 32; to be dropped.
std::optional<std::string> JoinTraceState(const http2::HeaderList& headers);

/// `rv` of `ot`: the randomness that samplers agreed on, 56 bits.
std::optional<uint64_t> ExplicitRandomness(std::string_view state);

/// `state`, which is sound, with the threshold (Sampler::threshold_text) that the trace was sampled
/// by in `ot`, on the left; other sub-keys stay. Of what is longer than 512 bytes then, members of
/// more than 128 go first, and others from the right.
std::string WithThreshold(std::string_view state, std::string_view threshold);

}  // namespace evenkeel::trace
