#include "lib/telemetry/line_target.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace evenkeel::telemetry {
namespace {

using base::Error;
using base::Result;

bool IsRegular(int descriptor) {
  struct stat facts {};
  return fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode);
}

Result<base::FileDescriptor, std::string> OpenToAppend(const std::string& path) {
  // Without O_NONBLOCK a named pipe that nobody reads would be waited for.
  base::FileDescriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640));
  if (!file) {
    return Error("cannot write to " + path + ": " + std::generic_category().message(errno));
  }
  return file;
}

}  // namespace

LineTarget::LineTarget(int descriptor)
    : descriptor_(descriptor), has_reader_(!IsRegular(descriptor)) {}

LineTarget::LineTarget(std::string path, base::FileDescriptor file)
    : path_(std::move(path)),
      file_(std::move(file)),
      descriptor_(file_.get()),
      has_reader_(!IsRegular(descriptor_)) {}

Result<LineTarget, std::string> LineTarget::Open(std::string path) {
  auto file = OpenToAppend(path);
  if (!file) return Error(file.error());
  return LineTarget(std::move(path), std::move(*file));
}

LineTarget::Written LineTarget::Write(std::string_view text) {
  Written written;
  while (written.bytes < text.size()) {
    const std::string_view rest = text.substr(written.bytes);
    const size_t room = Room(rest);
    if (room == 0) break;
    const ssize_t count = write(descriptor_, rest.data(), room);
    if (count >= 0) {
      written.bytes += static_cast<size_t>(count);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      written.error = {errno, std::generic_category()};
      break;
    }
  }
  return written;
}

// A pipe that has room for anything has room for PIPE_BUF, and so have sockets and terminals: that
// much does not block. (Unless another process fills it in between, which shares the descriptor.)
// It ends with a line where it can, so that lines of others, who share it too, come between ours.
size_t LineTarget::Room(std::string_view text) const {
  if (!has_reader_) return text.size();
  pollfd room{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  if (poll(&room, 1, 0) <= 0) return 0;
  if (text.size() <= PIPE_BUF) return text.size();
  const size_t end = text.rfind('\n', PIPE_BUF - 1);
  return end == std::string_view::npos ? PIPE_BUF : end + 1;
}

Result<void, std::string> LineTarget::Reopen() {
  if (!is_file()) return {};
  auto file = OpenToAppend(path_);
  if (!file) return Error(file.error());
  *this = LineTarget(std::move(path_), std::move(*file));
  return {};
}

bool LineTarget::HasLeft() const {
  if (!is_file()) return false;
  struct stat named {};
  struct stat open {};
  if (fstat(descriptor_, &open) != 0) return true;
  return stat(path_.c_str(), &named) != 0 || named.st_dev != open.st_dev ||
         named.st_ino != open.st_ino;
}

}  // namespace evenkeel::telemetry
