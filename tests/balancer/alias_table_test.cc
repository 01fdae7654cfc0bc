#include "balancer/alias_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace evenkeel::balancer {
namespace {

// How often each index comes in `draws` draws.
std::vector<double> Count(const AliasTable& table, size_t size, int draws) {
  std::vector<double> counts(size);
  base::Random random(1);
  for (int i = 0; i < draws; ++i) ++counts.at(table.Draw(random));
  return counts;
}

TEST(AliasTableTest, DrawsInProportionToTheWeights) {
  constexpr int kDraws = 200'000;
  for (const std::vector<double>& weights : std::vector<std::vector<double>>{
           {7}, {5, 5, 5}, {1, 3}, {3, 1}, {1, 2, 3, 4}, {0.001, 0.001, 0.002}, {1, 1, 1, 997}}) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    const auto counts = Count(AliasTable(weights), weights.size(), kDraws);
    for (size_t i = 0; i < weights.size(); ++i) {
      const double share = weights[i] / sum;
      EXPECT_NEAR(counts[i], kDraws * share, 6 * std::sqrt(kDraws * share))
          << weights[i] << " of " << sum;
    }
  }
}

TEST(AliasTableTest, KeepsTheProportionsOfManyRandomWeights) {
  base::Random random(2);
  std::vector<double> weights(300);
  for (double& each : weights) each = random.Between(0.01, 10);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  constexpr int kDraws = 300'000;
  const auto counts = Count(AliasTable(weights), weights.size(), kDraws);
  double chi_square = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const double expected = kDraws * weights[i] / sum;
    chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  // 299 degrees of freedom: mean 299, standard deviation 24.
  EXPECT_LT(chi_square, 299 + 5 * 24);
}

}  // namespace
}  // namespace evenkeel::balancer
