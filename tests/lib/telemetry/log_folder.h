// LogFolderTest: a folder of the test's for log files.
#pragma once

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace evenkeel::telemetry {

class LogFolderTest : public ::testing::Test {
 protected:
  LogFolderTest() {
    std::string name = ::testing::TempDir() + "evenkeel-log-XXXXXX";
    folder_ = mkdtemp(name.data());
    std::signal(SIGPIPE, SIG_IGN);
  }
  ~LogFolderTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ / name; }
  std::string Text(const std::string& name) const {
    std::ifstream file(Path(name));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::vector<std::string> Lines(const std::string& name) const {
    std::istringstream text(Text(name));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace evenkeel::telemetry
