// Propagation: which trace a call's headers put it into, and what goes on to the endpoint.
//
// Headers of a call that is not sampled are left alone. Of one that is, each format in which its
// trace came is written anew for each attempt, and those configured; a context of another trace,
// which somebody else may need, stays as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/http/header_list.h"
#include "lib/trace/context.h"

namespace evenkeel::trace {

enum class Format : uint8_t { kW3c, kGrpcTraceBin, kB3, kB3Multi };

/// Some formats in an order, each at most once.
class FormatList {
 public:
  static constexpr int kMost = 4;

  void Add(Format format) {
    if (!Has(format)) formats_[count_++] = format;
  }
  bool Has(Format format) const {
    for (const Format each : *this) {
      if (each == format) return true;
    }
    return false;
  }
  const Format* begin() const { return formats_; }
  const Format* end() const { return formats_ + count_; }

 private:
  Format formats_[kMost] = {};
  int count_ = 0;
};

/// What headers have of trace contexts, as text; lives as long as they do unchanged.
struct Carried {
  std::string_view traceparent;  ///< no data: none, of this and the others
  std::string_view grpc_trace_bin;
  std::string_view b3;
  B3Fields b3_fields;
  bool several_traceparents = false;

  explicit Carried(const http2::HeaderList& headers);
  /// By the rules of that format; nothing: there is none, or it is to be ignored.
  std::optional<Context> Read(Format format) const;
};

/// The first that is sound, in that order. B3 in one header is read before B3 in several, whichever
/// of the two is listed.
std::optional<Context> Extract(const http2::HeaderList& headers, const FormatList& order);

/// Takes out all that there is of a format but tracestate.
void Remove(http2::HeaderList& headers, Format format);

/// Writes the context of a span `own` in these formats, in place of what is there.
void Write(http2::HeaderList& headers, const FormatList& formats, const Context& context,
           SpanId own);

}  // namespace evenkeel::trace
