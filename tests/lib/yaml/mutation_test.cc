// Property: whatever is done to a good file, loading it neither crashes nor hangs, and each refusal
// says where and why.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/random.h"
#include "lib/yaml/loader.h"

namespace evenkeel::config {
namespace {

constexpr int kMutants = 2000;

// Pieces that matter to YAML or to us.
constexpr std::string_view kPieces[] = {
    "[",    "]",    "{",      "}",       ":",         ": ",          "- ",          "? ",  ",",
    "\n",   "\t",   " ",      "#",       "|",         ">",           "'",           "\"",  "\\",
    "&a ",  "*a",   "!!str ", "---\n",   "...\n",     "<<: ",        "~",           "%",   "@",
    "null", "\r\n", "\xff",   "\x01",    "é",         "0",           "-1",          "1e9", "64KiB",
    "5s",   "::",   "unix:",  "[::1]:1", "listeners", "clusters:\n", "\xef\xbb\xbf"};

std::string ReadExample(const char* name) {
  std::ifstream file(std::string(EVENKEEL_SOURCE_DIR "/deploy/examples/") + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  std::string Mutate(std::string text) {
    const uint64_t steps = 1 + random_.Below(4);
    for (uint64_t i = 0; i < steps; ++i) Step(text);
    return text;
  }

 private:
  size_t Position(const std::string& text) { return random_.Below(text.size() + 1); }

  void Step(std::string& text) {
    const size_t at = Position(text);
    const size_t length = random_.Below(random_.Below(2) == 0 ? 4 : 40);
    switch (random_.Below(6)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, kPieces[random_.Below(std::size(kPieces))]);
        break;
      case 2:
        text.insert(at, text.substr(Position(text), length));
        break;
      case 3:
        text.replace(at, std::min(length, text.size() - at), text.substr(Position(text), length));
        break;
      case 4:
        if (at < text.size()) text[at] = static_cast<char>(random_.Below(256));
        break;
      default:
        text.resize(at);
    }
  }

  base::Random random_;
};

void ExpectSensible(const ConfigErrors& errors, const std::string& text) {
  ASSERT_FALSE(errors.empty());
  const int lines = static_cast<int>(std::ranges::count(text, '\n')) + 1;
  for (const ConfigError& error : errors) {
    EXPECT_GE(error.mark.line, 1);
    EXPECT_LE(error.mark.line, lines) << Format(error);
    EXPECT_GE(error.mark.column, 1);
    EXPECT_FALSE(error.reason.empty());
    EXPECT_EQ(Format(error).find('\n'), std::string::npos);
  }
  EXPECT_TRUE(std::ranges::is_sorted(errors, {}, &ConfigError::mark)) << Format(errors);
}

void ExpectSensible(const Config& config) {
  EXPECT_FALSE(config.listeners.empty());
  ASSERT_FALSE(config.clusters.empty());
  for (const Cluster& cluster : config.clusters) {
    EXPECT_EQ(cluster.endpoints.empty(), cluster.origin.index() != 0);
  }
}

TEST(MutationTest, EveryMutantLoadsOrIsRefusedWithAPlace) {
  const std::string originals[] = {ReadExample("minimal.yaml"), ReadExample("routes.yaml"),
                                   ReadExample("full.yaml")};
  int refused = 0;
  for (int seed = 0; seed < kMutants; ++seed) {
    const std::string text =
        Mutator(static_cast<uint64_t>(seed)).Mutate(originals[static_cast<size_t>(seed) % 3]);
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto result = LoadText(text, "mutant.yaml");
    if (result) {
      ExpectSensible(*result);
    } else {
      ExpectSensible(result.error(), text);
      ++refused;
    }
  }
  EXPECT_GT(refused, kMutants / 4) << "the mutations are too tame to show anything";
}

}  // namespace
}  // namespace evenkeel::config
