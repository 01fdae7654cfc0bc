#include "proxy/admin/explain_page.h"

#include <gtest/gtest.h>

namespace evenkeel::admin {
namespace {

TEST(ExplainPageTest, HasWhatThePickLookedAtAndWhatItCouldNot) {
  const ExplainView view{.policy = "least_request",
                         .picked = "b:1",
                         .score_meaning = "in flight",
                         .candidates = {{"a:1", 3}, {"b:1", 1.5}},
                         .excluded = {{"c:1", "ejected"}},
                         .notes = {"panic"}};
  EXPECT_EQ(ExplainJson(view), R"({
  "policy": "least_request",
  "picked": "b:1",
  "score": "in flight",
  "candidates": [
    {
      "endpoint": "a:1",
      "score": 3.0
    },
    {
      "endpoint": "b:1",
      "score": 1.5
    }
  ],
  "excluded": [
    {
      "endpoint": "c:1",
      "why": "ejected"
    }
  ],
  "notes": [
    "panic"
  ]
}
)");
}

TEST(ExplainPageTest, ListsAreThereWhereThereIsNothingAndNobodyIsNull) {
  EXPECT_EQ(ExplainJson({.policy = "random", .picked = "", .score_meaning = "weight"}), R"({
  "policy": "random",
  "picked": null,
  "score": "weight",
  "candidates": [],
  "excluded": [],
  "notes": []
}
)");
}

}  // namespace
}  // namespace evenkeel::admin
