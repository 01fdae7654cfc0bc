#include "lib/trace/sampler.h"

#include <algorithm>
#include <cmath>

#include "lib/trace/context.h"

namespace evenkeel::trace {

Sampler::Sampler(double share)
    : threshold_(static_cast<uint64_t>(std::llround((1 - std::clamp(share, 0.0, 1.0)) * 0x1p56))) {
  const SpanIdText digits = FormatSpanId(threshold_);
  text_ = View(digits).substr(2);
  text_.erase(std::max(text_.find_last_not_of('0') + 1, size_t{1}));
}

}  // namespace evenkeel::trace
