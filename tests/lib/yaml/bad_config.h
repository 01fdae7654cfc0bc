// BadConfig: a row of the tables of malformed configurations: a file, and its one error with the
// line, the column, the key and the words that it must have.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "lib/yaml/loader.h"

namespace evenkeel::config {

inline void PrintTo(const Mark& mark, std::ostream* out) {
  *out << mark.line << ":" << mark.column;
}

// `text` with four spaces before each line.
inline std::string Indented(const std::string& text) {
  std::string result = "    ";
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "    ";
  }
  return result + "\n";
}

// Good files with `text` in them, whose first line is line 3 of Root and line 5 of the others;
// column 1 of `text` is column 1 of Root and column 5 of the others.
inline std::string Root(const std::string& text) {
  return "clusters: {a: {endpoints: [\"10.0.0.1:1\"]}}\n"
         "listeners: [{address: \"127.0.0.1:50051\", cluster: a}]\n" +
         text + "\n";
}

inline std::string Cluster(const std::string& text) {
  return "listeners: [{address: \"127.0.0.1:50051\", cluster: a}]\n"
         "clusters:\n"
         "  a:\n"
         "    endpoints: [\"10.0.0.1:1\", \"10.0.0.2:1\"]\n" +
         Indented(text);
}

inline std::string Listener(const std::string& text) {
  return "clusters: {a: {endpoints: [\"10.0.0.1:1\"]}, users: {endpoints: [\"10.0.0.2:1\"]}}\n"
         "listeners:\n"
         "  - address: \"127.0.0.1:50051\"\n"
         "    cluster: a\n" +
         Indented(text);
}

// A cluster whose endpoints are `list`; line 4, where `list` begins in column 16.
inline std::string Endpoints(const std::string& list) {
  return "listeners: [{address: \"127.0.0.1:50051\", cluster: a}]\n"
         "clusters:\n"
         "  a:\n"
         "    endpoints: " +
         list + "\n";
}

// A route with this match; line 5, where `match` begins in column 22.
inline std::string Route(const std::string& match) {
  return Listener("routes: [{match: " + match + ", cluster: a}]");
}

struct BadConfig {
  std::string name;
  std::string text;
  int line;
  int column;
  std::string key;
  std::string message;  ///< part of "reason; hint"
};

inline std::ostream& operator<<(std::ostream& out, const BadConfig& row) { return out << row.name; }

inline void ExpectRefused(const BadConfig& row) {
  SCOPED_TRACE(row.text);
  const auto result = LoadText(row.text, "bad.yaml");
  ASSERT_FALSE(result);
  ASSERT_EQ(result.error().size(), 1U) << Format(result.error());
  const ConfigError& error = result.error().front();
  EXPECT_EQ(error.mark, (Mark{row.line, row.column})) << Format(error);
  EXPECT_EQ(error.key, row.key) << Format(error);
  EXPECT_THAT(error.reason + "; " + error.hint, ::testing::HasSubstr(row.message));
}

inline std::string RowName(const ::testing::TestParamInfo<BadConfig>& info) {
  return info.param.name;
}

}  // namespace evenkeel::config
