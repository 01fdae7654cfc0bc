#include "lib/yaml/text_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "lib/yaml/yaml_parser.h"

namespace evenkeel::config {
namespace {

class TextFileTest : public ::testing::Test {
 protected:
  TextFileTest() {
    std::string name = ::testing::TempDir() + "evenkeel-text-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~TextFileTest() override { std::filesystem::remove_all(directory_); }
  std::string Write(const std::string& text) const {
    const std::string path = directory_ / "file";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::filesystem::path directory_;
};

TEST_F(TextFileTest, IsWhatTheFileHoldsByteForByte) {
  for (const std::string& text :
       {std::string(), std::string("a\r\nb\0\xff", 6), std::string(200'000, 'x')}) {
    EXPECT_EQ(ReadTextFile(Write(text)), text);
  }
}

TEST_F(TextFileTest, IsCutAByteAfterWhatTheParserTakes) {
  EXPECT_EQ(ReadTextFile(Write(std::string(kMaxFileBytes, 'x')))->size(), kMaxFileBytes);
  EXPECT_EQ(ReadTextFile(Write(std::string(kMaxFileBytes + 5, 'x')))->size(), kMaxFileBytes + 1);
  EXPECT_EQ(ReadTextFile("/dev/zero")->size(), kMaxFileBytes + 1);
}

TEST_F(TextFileTest, APipeIsReadToItsEnd) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "a: 1", 4), 4);
  close(ends[1]);
  EXPECT_EQ(ReadTextFile("/dev/fd/" + std::to_string(ends[0])), "a: 1");
  close(ends[0]);
}

TEST_F(TextFileTest, APipeThatHasNothingIsNotWaitedForWhereItIsReadAtOnce) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string path = "/dev/fd/" + std::to_string(ends[0]);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(ReadTextFileAtOnce(path).error(), ETIMEDOUT);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kPipePatience);
  ASSERT_EQ(write(ends[1], "a: 1", 4), 4);
  close(ends[1]);
  EXPECT_EQ(ReadTextFileAtOnce(path), "a: 1");
  close(ends[0]);
}

TEST_F(TextFileTest, AFileThatCannotBeReadIsItsErrno) {
  EXPECT_EQ(ReadTextFile(directory_ / "none").error(), ENOENT);
  EXPECT_EQ(ReadTextFile(Write("") + "/below").error(), ENOTDIR);
  EXPECT_EQ(ReadTextFile(directory_).error(), EISDIR);
}

TEST_F(TextFileTest, LeavesNoDescriptorOpen) {
  const auto open = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const auto before = open();
  (void)ReadTextFile(Write("x"));
  (void)ReadTextFile(directory_);
  EXPECT_EQ(open(), before);
}

TEST(UnreadableTest, SaysWhatToDo) {
  const auto text = [](std::string_view subject, int error) {
    const Complaint complaint = Unreadable(subject, error, "make it");
    return complaint.reason + "; " + complaint.hint;
  };
  EXPECT_EQ(text("a.yaml", ENOENT),
            "\"a.yaml\" cannot be read: No such file or directory; make it");
  EXPECT_EQ(text("", EACCES),
            "cannot be read: Permission denied; check the permissions of the file and its folders");
  EXPECT_EQ(text("", EISDIR), "cannot be read: Is a directory; give a file in it");
  EXPECT_EQ(text("", ETIMEDOUT),
            "cannot be read: Connection timed out; it is a pipe or device that gives nothing; give "
            "a file");
  EXPECT_EQ(text("", EIO), "cannot be read: Input/output error; ");
}

}  // namespace
}  // namespace evenkeel::config
