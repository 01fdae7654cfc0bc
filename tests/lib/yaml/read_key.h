// Read, ExpectWritten: a key type's own word for a text, without a file around it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "lib/yaml/key_types.h"
#include "lib/yaml/yaml_parser.h"

namespace evenkeel::config {

// What is wrong with `text` for a key of this type; empty: it was read into `out`.
template <typename Type, typename T>
std::string Read(const Type& type, std::string_view text, T& out) {
  ErrorList errors("f");
  const YamlNodePtr root = ParseYaml(text, errors);
  if (root) ReadValue(type, Place(*root, "k", errors), out);
  return Format(std::move(errors).Take());
}

// Every type reads again what it writes.
template <typename Type, typename T>
void ExpectWritten(const Type& type, const T& value, std::string_view text) {
  EXPECT_EQ(type.Write(value).text, text);
  T again{};
  EXPECT_EQ(Read(type, text, again), "");
  EXPECT_EQ(again, value);
}

}  // namespace evenkeel::config
