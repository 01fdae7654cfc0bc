#include "proxy/admin/explain_page.h"

#include "lib/config_json/json.h"

namespace evenkeel::admin {

std::string ExplainJson(const ExplainView& view) {
  Json json = {{"policy", view.policy}, {"picked", nullptr}, {"score", view.score_meaning}};
  if (!view.picked.empty()) json["picked"] = view.picked;
  json["candidates"] = Json::array();
  for (const auto& each : view.candidates) {
    json["candidates"].push_back({{"endpoint", each.endpoint}, {"score", each.score}});
  }
  json["excluded"] = Json::array();
  for (const auto& each : view.excluded) {
    json["excluded"].push_back({{"endpoint", each.endpoint}, {"why", each.why}});
  }
  json["notes"] = view.notes;
  return ToText(json);
}

}  // namespace evenkeel::admin
