// CommandTest: a folder for the files of a subcommand, and what it prints.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace evenkeel::proxy {

class CommandTest : public ::testing::Test {
 protected:
  CommandTest() {
    std::string name = ::testing::TempDir() + "evenkeel-command-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~CommandTest() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const { return directory_ / name; }
  /// Its path.
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
    return Path(name);
  }

  struct Printed {
    int code;
    std::string out;
    std::string err;
  };
  /// What `command` prints until it returns its exit code.
  template <typename Command>
  static Printed Run(Command command) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = command();
    std::string out = ::testing::internal::GetCapturedStdout();
    return {code, std::move(out), ::testing::internal::GetCapturedStderr()};
  }

  std::filesystem::path directory_;
};

}  // namespace evenkeel::proxy
