#include "lib/config_json/json.h"

namespace evenkeel::admin {
Json ToJson(const config::Written& written) {
  using Kind = config::Written::Kind;
  switch (written.kind) {
    case Kind::kLiteral:
      return Json::parse(written.text);
    case Kind::kText:
      return written.text;
    case Kind::kSecret:
      return kMask;
    case Kind::kList: {
      Json list = Json::array();
      for (const config::Written& each : written.items) list.push_back(ToJson(each));
      return list;
    }
    case Kind::kMap: {
      Json map = Json::object();
      for (const auto& [key, value] : written.entries) map[key] = ToJson(value);
      return map;
    }
    case Kind::kNothing:
      break;
  }
  return nullptr;
}

}  // namespace evenkeel::admin
