// Runs every fuzz target over its committed corpus and over seeded mutations of it, so that the
// suite keeps what fuzzing found and finds a little more itself, with any compiler.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "tests/fuzz/fuzz_target.h"

namespace evenkeel::fuzz {
namespace {

struct Target {
  const char* name;  // its folder in corpus/
  void (*run)(std::span<const uint8_t>);
  int mutants;
  friend void PrintTo(const Target& each, std::ostream* out) { *out << each.name; }
};

// Makes new inputs of old ones.
class Mutator {
 public:
  Mutator(const std::vector<std::string>& corpus, uint64_t seed) : corpus_(corpus), random_(seed) {}

  std::string Make() {
    std::string input = Any();
    for (uint64_t steps = 1 + random_.Below(6); steps > 0; --steps) Step(input);
    return input;
  }

 private:
  const std::string& Any() { return corpus_[random_.Below(corpus_.size())]; }
  size_t Position(const std::string& input) { return random_.Below(input.size() + 1); }

  void Step(std::string& input) {
    const size_t at = Position(input);
    const size_t length = random_.Below(random_.Below(3) == 0 ? 100 : 12);
    switch (random_.Below(7)) {
      case 0:
        input.erase(at, length);
        break;
      case 1:
        input.insert(at, input.substr(Position(input), length));
        break;
      case 2:
        input.insert(at, length, static_cast<char>(random_.Below(256)));
        break;
      case 3: {  // a piece of another input
        const std::string& other = Any();
        input.insert(at, other.substr(Position(other), length));
        break;
      }
      case 4:
        if (at < input.size()) input[at] = static_cast<char>(random_.Below(256));
        break;
      case 5:
        if (at < input.size()) input[at] ^= static_cast<char>(1 << random_.Below(8));
        break;
      default:
        if (!input.empty()) input[0] = static_cast<char>(random_.Below(256));
    }
  }

  const std::vector<std::string>& corpus_;
  base::Random random_;
};

class CorpusTest : public ::testing::TestWithParam<Target> {
 protected:
  CorpusTest() {
    const std::filesystem::path folder =
        std::filesystem::path(EVENKEEL_FUZZ_CORPUS) / GetParam().name;
    std::vector<std::filesystem::path> files;
    for (const auto& each : std::filesystem::directory_iterator(folder)) files.push_back(each);
    std::ranges::sort(files);  // so that a seed means the same everywhere
    for (const auto& each : files) {
      std::ifstream file(each, std::ios::binary);
      corpus_.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }

  void Run(const std::string& input) {
    GetParam().run({reinterpret_cast<const uint8_t*>(input.data()), input.size()});
  }

  std::vector<std::string> corpus_;
};

TEST_P(CorpusTest, BreaksNoPromiseOnTheCorpus) {
  ASSERT_FALSE(corpus_.empty());
  for (const std::string& each : corpus_) Run(each);
}

TEST_P(CorpusTest, BreaksNoPromiseOnTheCorpusCutAnywhere) {
  for (const std::string& each : corpus_) {
    const size_t step = 1 + each.size() / 200;
    for (size_t size = 0; size < each.size(); size += step) Run(each.substr(0, size));
  }
}

TEST_P(CorpusTest, BreaksNoPromiseOnMutants) {
  for (int seed = 0; seed < GetParam().mutants; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Run(Mutator(corpus_, static_cast<uint64_t>(seed)).Make());
  }
}

const Target kTargets[] = {{"server_session", FuzzServerSession, 30'000},
                           {"client_session", FuzzClientSession, 30'000},
                           {"server_frames", FuzzServerFrames, 10'000},
                           {"client_frames", FuzzClientFrames, 10'000},
                           {"call", FuzzCall, 500},
                           {"hpack", FuzzHpack, 30'000},
                           {"http_answer", FuzzHttpAnswer, 30'000},
                           {"header_values", FuzzHeaderValues, 30'000},
                           {"proxy_header", FuzzProxyHeader, 30'000},
                           {"spiffe_id", FuzzSpiffeId, 30'000},
                           {"jwt", FuzzJwt, 20'000},
                           {"jwks", FuzzJwks, 3'000},
                           {"forwarded_certificate", FuzzForwardedCertificate, 30'000},
                           {"config", FuzzConfig, 300},
                           {"tls_session", FuzzTlsSession, 1'000},
                           {"trace", FuzzTrace, 30'000}};

INSTANTIATE_TEST_SUITE_P(All, CorpusTest, ::testing::ValuesIn(kTargets),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace evenkeel::fuzz
