#include "proxy/route/cluster_places.h"

#include <gmock/gmock.h>

namespace evenkeel::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class ClusterPlacesTest : public ::testing::Test {
 protected:
  ClusterPlacesTest() {
    for (const char* each : {"a", "b", "c", "d"}) clusters_[each] = {ClusterId{id_++}, {}};
  }
  ClusterPlaces Make(const std::vector<std::string>& names, const ClusterPlaces& before = {}) {
    return {names, clusters_, before};
  }
  ClusterId Id(const std::string& name) { return clusters_.at(name).id; }

  uint64_t id_ = 1;
  NamedClusters clusters_;
};

TEST_F(ClusterPlacesTest, EachClusterHasOnePlace) {
  const ClusterPlaces places = Make({"b", "a", "b"});
  EXPECT_THAT(places.ids(), SizeIs(2));
  EXPECT_EQ(places.ids()[places.Of(Id("a"))], Id("a"));
  EXPECT_EQ(places.ids()[places.Of(Id("b"))], Id("b"));
}

TEST_F(ClusterPlacesTest, ItKeepsItWhenOthersGo) {
  const ClusterPlaces before = Make({"a", "b", "c"});
  const ClusterPlaces places = Make({"c"}, before);
  EXPECT_EQ(places.Of(Id("c")), before.Of(Id("c")));
  EXPECT_THAT(places.ids(), ElementsAre(std::nullopt, std::nullopt, Id("c")));
}

TEST_F(ClusterPlacesTest, EmptyPlacesAreTakenAgain) {
  const ClusterPlaces before = Make({"b"}, Make({"a", "b"}));
  const ClusterPlaces places = Make({"b", "c", "d"}, before);
  EXPECT_THAT(places.ids(), ElementsAre(Id("c"), Id("b"), Id("d")));
}

TEST_F(ClusterPlacesTest, TheSameClustersAreTheSamePlaces) {
  const ClusterPlaces before = Make({"a", "b"});
  EXPECT_TRUE(Make({"b", "a"}, before) == before);
  EXPECT_FALSE(Make({"b"}, before) == before);
}

}  // namespace
}  // namespace evenkeel::proxy
