// Plot: lines over an x axis as one inline SVG snapshot.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace evenkeel::sim {

struct Line {
  std::string label;
  std::vector<std::pair<double, double>> points;
};

struct Tick {
  double value;
  std::string text;
};

struct Plot {
  std::string title;
  std::string x_title;
  std::string y_title;
  std::vector<Tick> x_ticks{};
  std::vector<Line> lines{};  ///< y above 0: the y axis is logarithmic

  /// The colours of `lines`, in their order, are Color(0), Color(1), …
  std::string Svg() const;
  static const char* Color(size_t line);
};

}  // namespace evenkeel::sim
