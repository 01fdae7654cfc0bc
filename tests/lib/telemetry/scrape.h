// Scrape: Prometheus's text format, read back for tests.
#pragma once

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace evenkeel::telemetry {

class Scrape {
 public:
  explicit Scrape(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) Read(line);
  }

  /// `series` as in the text: name{label="value",...}. A failure of the test if it is not there.
  double Value(const std::string& series) const {
    const auto found = values_.find(series);
    if (found != values_.end()) return found->second;
    ADD_FAILURE() << "no series " << series;
    return 0;
  }
  bool Has(const std::string& series) const { return values_.contains(series); }

  /// The sum of all series of a name.
  double Sum(const std::string& name) const {
    double sum = 0;
    for (const auto& [series, value] : values_) sum += IsOf(series, name) ? value : 0;
    return sum;
  }

  /// How many series a name has.
  size_t Count(const std::string& name) const {
    size_t count = 0;
    for (const auto& [series, value] : values_) count += IsOf(series, name);
    return count;
  }

  /// Name to type, also of families without a sample.
  const std::map<std::string, std::string>& types() const { return types_; }
  const std::map<std::string, double>& values() const { return values_; }

 private:
  static bool IsOf(const std::string& series, const std::string& name) {
    return series == name || series.starts_with(name + "{");
  }

  void Read(const std::string& line) {
    if (line.starts_with("# TYPE ")) {
      const size_t space = line.rfind(' ');
      types_[line.substr(7, space - 7)] = line.substr(space + 1);
    } else if (!line.empty() && line[0] != '#') {
      const size_t space = line.rfind(' ');
      values_[line.substr(0, space)] = std::stod(line.substr(space + 1));
    }
  }

  std::map<std::string, std::string> types_;
  std::map<std::string, double> values_;
};

/// Of a part of Metrics, by its Collect.
template <typename Part>
Scrape ScrapeOf(const Part& part) {
  std::vector<prometheus::MetricFamily> families;
  part.Collect(families);
  return Scrape(prometheus::TextSerializer().Serialize(families));
}

}  // namespace evenkeel::telemetry
