#include "lib/process/standard_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace evenkeel::proxy {
namespace {

// In a process of its own, for GoogleTest needs its own streams.
int ExitCodeOf(int (*body)()) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(StandardStreamsTest, TheNextDescriptorIsNoStandardStream) {
  EXPECT_EQ(ExitCodeOf([] {
              for (int fd = 0; fd <= 2; ++fd) close(fd);
              OpenStandardStreams();
              return open("/dev/null", O_RDONLY) > 2 ? 0 : 1;
            }),
            0);
}

TEST(StandardStreamsTest, ThoseThatAreOpenStay) {
  EXPECT_EQ(ExitCodeOf([] {
              int ends[2];
              if (pipe(ends) != 0 || dup2(ends[1], 1) != 1) return 1;
              close(2);
              OpenStandardStreams();
              char byte = 0;
              return write(1, "x", 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'x' ? 0 : 2;
            }),
            0);
}

}  // namespace
}  // namespace evenkeel::proxy
