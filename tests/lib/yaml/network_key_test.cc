#include "lib/yaml/network_key.h"

#include <gtest/gtest.h>

#include "lib/yaml/yaml_parser.h"

namespace evenkeel::config {
namespace {

std::string ErrorOf(std::string_view text, base::Network& network) {
  ErrorList errors("f");
  const YamlNodePtr root = ParseYaml(text, errors);
  if (root) NetworkKey().Read(Place(*root, "n", errors), network);
  return errors.size() == 0 ? "" : Format(std::move(errors).Take().front());
}

TEST(NetworkKeyTest, ReadsAndWritesANetwork) {
  base::Network network;
  EXPECT_EQ(ErrorOf("10.0.0.0/8", network), "");
  EXPECT_EQ(NetworkKey().Write(network), WrittenText("10.0.0.0/8"));
}

TEST(NetworkKeyTest, RefusesWhatIsNone) {
  base::Network network;
  EXPECT_EQ(ErrorOf("10.0.0.1/8", network),
            "f:1:1: n: \"10.0.0.1/8\" has bits behind its prefix: the network is 10.0.0.0/8");
  EXPECT_NE(ErrorOf("[a]", network), "");
  EXPECT_EQ(network, base::Network());
}

}  // namespace
}  // namespace evenkeel::config
