#include "lib/config/suggestion.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace evenkeel::config {
namespace {

constexpr size_t kMaxLength = 64;  // longer names are no typing errors
constexpr size_t kMaxCandidates = 1000;
constexpr size_t kMaxListed = 20;

std::string Normalized(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-') c = '_';
  }
  return result;
}

// Optimal string alignment: insert, delete, replace, or swap two neighbours, for 1 each.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, last);
    std::swap(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view Closest(std::string_view name, std::span<const std::string> known) {
  if (name.size() > kMaxLength) return {};
  const std::string wanted = Normalized(name);
  std::string_view best;
  size_t best_distance = SIZE_MAX;
  for (const std::string& each : known.first(std::min(known.size(), kMaxCandidates))) {
    const size_t longer = std::max(name.size(), each.size());
    const size_t shorter = std::min(name.size(), each.size());
    const size_t allowed = longer / 3;
    if (each.size() > kMaxLength || longer - shorter > allowed) continue;
    const size_t distance = Distance(wanted, Normalized(each));
    if (distance <= allowed && distance < best_distance) {
      best = each;
      best_distance = distance;
    }
  }
  return best;
}

std::string Suggest(std::string_view name, std::span<const std::string> known,
                    std::string_view nouns) {
  if (known.empty()) return "there are no " + std::string(nouns);
  const std::string_view closest = Closest(name, known);
  if (!closest.empty()) return "did you mean \"" + std::string(closest) + "\"?";
  std::string hint = "known " + std::string(nouns) + ": ";
  for (size_t i = 0; i < std::min(known.size(), kMaxListed); ++i) {
    hint += (i == 0 ? "" : ", ") + known[i];
  }
  return hint + (known.size() > kMaxListed ? ", …" : "");
}

}  // namespace evenkeel::config
