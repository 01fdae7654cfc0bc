#include "sim/plot.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace evenkeel::sim {
namespace {

constexpr double kWidth = 560;
constexpr double kHeight = 300;
constexpr double kLeft = 60;
constexpr double kRight = 12;
constexpr double kTop = 28;
constexpr double kBottom = 40;

// Maps values to snapshot coordinates; y is logarithmic.
struct Frame {
  double x_low, x_high, y_low, y_high;

  double X(double x) const {
    return kLeft + (x - x_low) / (x_high - x_low) * (kWidth - kLeft - kRight);
  }
  double Y(double y) const {
    const double share = (std::log(y) - std::log(y_low)) / (std::log(y_high) - std::log(y_low));
    return kHeight - kBottom - share * (kHeight - kTop - kBottom);
  }
};

Frame FrameOf(const Plot& plot) {
  Frame frame{plot.x_ticks.front().value, plot.x_ticks.back().value, HUGE_VAL, 0};
  for (const Line& line : plot.lines) {
    for (const auto& [x, y] : line.points) {
      frame.y_low = std::min(frame.y_low, y);
      frame.y_high = std::max(frame.y_high, y);
    }
  }
  if (frame.y_high == 0) frame.y_low = frame.y_high = 1;
  frame.y_low *= 0.9;
  frame.y_high *= 1.1;
  return frame;
}

std::vector<double> LogTicks(double low, double high) {
  std::vector<double> ticks;
  for (double decade = std::pow(10, std::floor(std::log10(low))); decade <= high; decade *= 10) {
    for (const double step : {1.0, 2.0, 5.0}) {
      if (decade * step >= low && decade * step <= high) ticks.push_back(decade * step);
    }
  }
  return ticks;
}

void WriteText(std::ostream& out, double x, double y, const char* anchor, const std::string& text) {
  out << "<text x='" << x << "' y='" << y << "' text-anchor='" << anchor << "'>" << text
      << "</text>\n";
}

void WriteRule(std::ostream& out, double x1, double y1, double x2, double y2) {
  out << "<line x1='" << x1 << "' y1='" << y1 << "' x2='" << x2 << "' y2='" << y2
      << "' class='rule'/>\n";
}

void WriteAxes(std::ostream& out, const Plot& plot, const Frame& frame) {
  for (const Tick& tick : plot.x_ticks) {
    const double x = frame.X(tick.value);
    WriteRule(out, x, kTop, x, kHeight - kBottom);
    WriteText(out, x, kHeight - kBottom + 14, "middle", tick.text);
  }
  for (const double tick : LogTicks(frame.y_low, frame.y_high)) {
    WriteRule(out, kLeft, frame.Y(tick), kWidth - kRight, frame.Y(tick));
    std::ostringstream text;
    text << tick;
    WriteText(out, kLeft - 6, frame.Y(tick) + 4, "end", text.str());
  }
  WriteText(out, kLeft, 16, "start", plot.title + " (" + plot.y_title + ")");
  WriteText(out, (kLeft + kWidth) / 2, kHeight - 6, "middle", plot.x_title);
}

}  // namespace

const char* Plot::Color(size_t line) {
  // Okabe and Ito's palette, told apart by colour-blind readers too.
  static constexpr const char* kColors[] = {"#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7",
                                            "#56b4e9", "#000000", "#999933", "#882255", "#777777"};
  return kColors[line % std::size(kColors)];
}

std::string Plot::Svg() const {
  std::ostringstream out;
  out << "<svg viewBox='0 0 " << kWidth << " " << kHeight << "' width='" << kWidth << "' height='"
      << kHeight << "' role='img'>\n";
  const Frame frame = FrameOf(*this);
  WriteAxes(out, *this, frame);
  for (size_t i = 0; i < lines.size(); ++i) {
    out << "<polyline fill='none' stroke-width='1.6' stroke='" << Color(i) << "' points='";
    for (const auto& [x, y] : lines[i].points) out << frame.X(x) << "," << frame.Y(y) << " ";
    out << "'><title>" << lines[i].label << "</title></polyline>\n";
  }
  out << "</svg>\n";
  return out.str();
}

}  // namespace evenkeel::sim
