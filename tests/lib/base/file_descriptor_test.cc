#include "lib/base/file_descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace evenkeel::base {
namespace {

FileDescriptor Open() { return FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

bool IsOpen(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(FileDescriptorTest, ClosesWhatItOwns) {
  int fd = -1;
  {
    const FileDescriptor owner = Open();
    fd = owner.get();
    EXPECT_TRUE(owner);
    EXPECT_TRUE(IsOpen(fd));
  }
  EXPECT_FALSE(IsOpen(fd));
}

TEST(FileDescriptorTest, WithoutOneIsFalse) {
  EXPECT_FALSE(FileDescriptor());
  EXPECT_FALSE(FileDescriptor(-1));
}

TEST(FileDescriptorTest, MovingLeavesNothingBehind) {
  FileDescriptor from = Open();
  const int fd = from.get();
  const FileDescriptor to = std::move(from);
  EXPECT_FALSE(from);  // NOLINT(bugprone-use-after-move): what is left is told
  EXPECT_EQ(to.get(), fd);
  EXPECT_TRUE(IsOpen(fd));
}

TEST(FileDescriptorTest, AssigningClosesTheFormerOne) {
  FileDescriptor owner = Open();
  const int former = owner.get();
  FileDescriptor next = Open();
  const int fd = next.get();
  owner = std::move(next);
  EXPECT_FALSE(IsOpen(former));
  EXPECT_TRUE(IsOpen(fd));
  EXPECT_EQ(owner.get(), fd);
}

}  // namespace
}  // namespace evenkeel::base
