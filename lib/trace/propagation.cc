#include "lib/trace/propagation.h"

namespace evenkeel::trace {
namespace {

constexpr std::string_view kTraceparent = "traceparent";
constexpr std::string_view kGrpcTraceBin = "grpc-trace-bin";
constexpr std::string_view kB3 = "b3";
constexpr std::string_view kB3TraceId = "x-b3-traceid";
constexpr std::string_view kB3SpanId = "x-b3-spanid";
constexpr std::string_view kB3ParentSpanId = "x-b3-parentspanid";
constexpr std::string_view kB3Sampled = "x-b3-sampled";
constexpr std::string_view kB3Flags = "x-b3-flags";

// The first value of a name wins.
void Take(std::string_view& slot, std::string_view value) {
  if (slot.data() == nullptr) slot = value;
}

void TakeB3(B3Fields& fields, const http2::HeaderField& field) {
  if (field.name == kB3TraceId) return Take(fields.trace_id, field.value);
  if (field.name == kB3SpanId) return Take(fields.span_id, field.value);
  if (field.name == kB3Sampled) return Take(fields.sampled, field.value);
  if (field.name == kB3Flags) Take(fields.flags, field.value);
}

void WriteB3Fields(http2::HeaderList& headers, const Context& context, SpanId own) {
  headers.Set(kB3TraceId, View(FormatTraceId(context.trace)));
  headers.Set(kB3SpanId, View(FormatSpanId(own)));
  if (context.decision == Decision::kDebug) return headers.Set(kB3Flags, "1");
  headers.Set(kB3Sampled, context.sampled() ? "1" : "0");
}

}  // namespace

Carried::Carried(const http2::HeaderList& headers) {
  for (const http2::HeaderField field : headers) {
    switch (field.name.size()) {
      case kTraceparent.size():  // and kB3SpanId
        if (field.name == kTraceparent) {
          several_traceparents = traceparent.data() != nullptr;
          Take(traceparent, field.value);
          break;
        }
        [[fallthrough]];
      case kB3TraceId.size():  // and kB3Sampled
      case kB3Flags.size():
        if (field.name[0] == 'x') TakeB3(b3_fields, field);
        break;
      case kGrpcTraceBin.size():
        if (field.name == kGrpcTraceBin) Take(grpc_trace_bin, field.value);
        break;
      case kB3.size():
        if (field.name == kB3) Take(b3, field.value);
        break;
      default:
        break;
    }
  }
}

std::optional<Context> Carried::Read(Format format) const {
  switch (format) {
    case Format::kW3c:
      if (traceparent.data() == nullptr || several_traceparents) return std::nullopt;
      return ParseTraceparent(traceparent);
    case Format::kGrpcTraceBin:
      return grpc_trace_bin.data() == nullptr ? std::nullopt : ParseGrpcTraceBin(grpc_trace_bin);
    case Format::kB3:
      return b3.data() == nullptr ? std::nullopt : ParseB3(b3);
    case Format::kB3Multi:
      return ParseB3(b3_fields);
  }
  return std::nullopt;
}

std::optional<Context> Extract(const http2::HeaderList& headers, const FormatList& order) {
  const Carried carried(headers);
  for (const Format each : order) {
    const bool is_b3 = each == Format::kB3 || each == Format::kB3Multi;
    auto context = carried.Read(is_b3 ? Format::kB3 : each);
    if (!context && is_b3) context = carried.Read(Format::kB3Multi);
    if (context) return context;
  }
  return std::nullopt;
}

void Remove(http2::HeaderList& headers, Format format) {
  switch (format) {
    case Format::kW3c:
      return headers.Remove(kTraceparent);
    case Format::kGrpcTraceBin:
      return headers.Remove(kGrpcTraceBin);
    case Format::kB3:
      return headers.Remove(kB3);
    case Format::kB3Multi:
      for (const std::string_view each :
           {kB3TraceId, kB3SpanId, kB3ParentSpanId, kB3Sampled, kB3Flags}) {
        headers.Remove(each);
      }
  }
}

void Write(http2::HeaderList& headers, const FormatList& formats, const Context& context,
           SpanId own) {
  for (const Format each : formats) {
    switch (each) {
      case Format::kW3c:
        headers.Set(kTraceparent, View(FormatTraceparent(context, own)));
        break;
      case Format::kGrpcTraceBin:
        headers.Set(kGrpcTraceBin, View(FormatGrpcTraceBin(context, own)));
        break;
      case Format::kB3:
        headers.Set(kB3, View(FormatB3(context, own)));
        break;
      case Format::kB3Multi:
        WriteB3Fields(headers, context, own);
        break;
    }
  }
}

}  // namespace evenkeel::trace
