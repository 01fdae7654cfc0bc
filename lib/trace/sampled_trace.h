// SampledTrace: the trace that a call belongs to, where it is sampled; and who decides that.
//
// A caller's decision counts (parent-based sampling); where there is none the sampler's does. Of
// calls that are not sampled nothing is kept, and nothing of them is changed.
#pragma once

#include <optional>

#include "lib/base/random.h"
#include "lib/http/header_list.h"
#include "lib/trace/propagation.h"
#include "lib/trace/sampler.h"

namespace evenkeel::trace {

struct Rules {
  FormatList formats;        ///< read in this order, and written
  Sampler sampler{0};        ///< for those whose caller has not decided
  bool trust_parent = true;  ///< false: each call begins a trace of its own, linked to the caller's
};

struct SampledTrace {
  Context context;              ///< `parent` of it: the caller's span, or none
  TraceId came_with;            ///< what the call's headers name and we go on with; or none
  std::optional<Context> link;  ///< the caller's, where it is not trusted
  bool by_sampler = false;      ///< it was ours, which tracestate tells
};

/// Nothing: the call is not sampled.
std::optional<SampledTrace> Decide(const http2::HeaderList& headers, const Rules& rules,
                                   base::Random& random);

/// Makes the call's headers ready for Write: what it is to replace and is not sound goes, and so do
/// parents' ids of B3 and a tracestate that is no list or nobody's. The result: what Write is to
/// write. Before the first attempt, once.
FormatList Prepare(http2::HeaderList& headers, const SampledTrace& trace, const Rules& rules);

}  // namespace evenkeel::trace
