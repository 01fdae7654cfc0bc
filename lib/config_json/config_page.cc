#include "lib/config_json/config_page.h"

#include "lib/config_json/json.h"
#include "lib/yaml/config_reader.h"

namespace evenkeel::admin {

std::string ConfigJson(const config::Config& config) {
  return ToText(ToJson(config::WriteConfig(config)));
}

}  // namespace evenkeel::admin
