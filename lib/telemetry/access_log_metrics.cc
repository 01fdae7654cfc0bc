#include "lib/telemetry/access_log_metrics.h"

#include <prometheus/text_serializer.h>

#include "lib/telemetry/samples.h"

namespace evenkeel::telemetry {

std::shared_ptr<AccessLogCounts> AccessLogMetrics::Of(std::string_view output) {
  const auto found = outputs_.find(output);
  if (found != outputs_.end()) return found->second;
  return outputs_.emplace(output, std::make_shared<AccessLogCounts>()).first->second;
}

std::string AccessLogMetrics::Text() const {
  if (outputs_.empty()) return "";
  MetricFamily lines = CounterFamily("evenkeel_access_log_lines_total",
                                     "Calls that an access log had to do with, by what became of "
                                     "their lines.");
  for (const auto& [output, counts] : outputs_) {
    const auto add = [&](const char* result, uint64_t count) {
      AddCounter(lines, {{"output", output}, {"result", result}}, static_cast<double>(count));
    };
    add("written", counts->written);
    add("dropped", counts->dropped);
    add("sampled_out", counts->sampled_out);
  }
  return prometheus::TextSerializer().Serialize({lines});
}

}  // namespace evenkeel::telemetry
