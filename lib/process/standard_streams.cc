#include "lib/process/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

namespace evenkeel::proxy {

void OpenStandardStreams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // The lowest free number is this one.
    if (::fcntl(fd, F_GETFD) < 0) (void)!::open("/dev/null", O_RDWR);
  }
}

}  // namespace evenkeel::proxy
