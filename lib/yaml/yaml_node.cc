#include "lib/yaml/yaml_node.h"

namespace evenkeel::config {

std::string YamlNode::Description() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "a map";
    case Kind::kPlain:
    case Kind::kQuoted:
      break;
  }
  return Quoted(text);
}

}  // namespace evenkeel::config
