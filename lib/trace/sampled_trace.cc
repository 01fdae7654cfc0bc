#include "lib/trace/sampled_trace.h"

#include <string>

#include "lib/trace/trace_state.h"

namespace evenkeel::trace {
namespace {

constexpr Format kFormats[] = {Format::kW3c, Format::kGrpcTraceBin, Format::kB3, Format::kB3Multi};

void NewTrace(Context& context, base::Random& random) {
  context.trace = {random(), random()};
  if (!context.trace.valid()) context.trace.low = 1;
  context.parent = 0;
  context.random = true;
}

// tracestate belongs to traceparent: without that, or with another trace's, there is none.
std::string StateOf(const http2::HeaderList& headers, TraceId trace) {
  const auto parent = Carried(headers).Read(Format::kW3c);
  if (!parent || parent->trace != trace) return "";
  return JoinTraceState(headers).value_or("");
}

uint64_t RandomnessOf(const http2::HeaderList& headers, TraceId trace) {
  return ExplicitRandomness(StateOf(headers, trace)).value_or(trace.low & Sampler::kMaxRandomness);
}

// What is left of the caller's decision where it is not trusted.
SampledTrace Restart(std::optional<Context> caller) {
  SampledTrace trace;
  if (caller && caller->trace.valid()) trace.link = caller;
  return trace;
}

bool IsForeign(const std::optional<Context>& there, TraceId ours) {
  return there && there->trace.valid() && there->trace != ours;
}

void PrepareState(http2::HeaderList& headers, const SampledTrace& trace, const Rules& rules) {
  if (trace.by_sampler) {
    const std::string state =
        WithThreshold(StateOf(headers, trace.came_with), rules.sampler.threshold_text());
    headers.Remove("tracestate");
    return headers.Add("tracestate", state);
  }
  const auto parent = Carried(headers).Read(Format::kW3c);
  const bool sound = parent && parent->trace == trace.came_with && JoinTraceState(headers);
  if (!sound) headers.Remove("tracestate");
}

}  // namespace

std::optional<SampledTrace> Decide(const http2::HeaderList& headers, const Rules& rules,
                                   base::Random& random) {
  const auto caller = Extract(headers, rules.formats);
  if (caller && rules.trust_parent && caller->decision == Decision::kDrop) return std::nullopt;
  SampledTrace trace;
  if (!rules.trust_parent) {
    trace = Restart(caller);
  } else if (caller) {
    trace.context = *caller;
    trace.came_with = caller->trace;
  }
  if (!trace.context.trace.valid()) NewTrace(trace.context, random);
  if (trace.context.sampled()) return trace;
  if (!rules.sampler.Samples(RandomnessOf(headers, trace.context.trace))) return std::nullopt;
  trace.context.decision = Decision::kSample;
  trace.by_sampler = true;
  return trace;
}

FormatList Prepare(http2::HeaderList& headers, const SampledTrace& trace, const Rules& rules) {
  FormatList written;
  const TraceId replaced = trace.link ? trace.link->trace : trace.came_with;
  {
    const Carried carried(headers);  // views, for as long as the headers stay as they are
    for (const Format each : kFormats) {
      const auto there = carried.Read(each);
      if (IsForeign(there, replaced)) continue;
      if (there || rules.formats.Has(each)) written.Add(each);
    }
  }
  if (written.Has(Format::kW3c)) PrepareState(headers, trace, rules);
  for (const Format each : written) Remove(headers, each);
  return written;
}

}  // namespace evenkeel::trace
