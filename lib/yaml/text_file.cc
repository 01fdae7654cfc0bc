#include "lib/yaml/text_file.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>

#include "lib/base/file_descriptor.h"
#include "lib/yaml/yaml_parser.h"

namespace evenkeel::config {
namespace {

using Clock = std::chrono::steady_clock;

// Waits until there is something to read or the file has ended; false when `end` comes first.
bool AwaitBytes(int fd, Clock::time_point end) {
  pollfd event{.fd = fd, .events = POLLIN, .revents = 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
  const int ready = ::poll(&event, 1, static_cast<int>(std::max<int64_t>(left, 0)));
  return ready > 0 || (ready < 0 && errno == EINTR);
}

base::Result<std::string, int> Read(const std::string& path, Clock::duration patience) {
  const base::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file) return base::Error(int{errno});
  const Clock::time_point end = Clock::now() + patience;
  std::string text;
  char buffer[64 * 1024];
  while (text.size() <= kMaxFileBytes) {
    if (!AwaitBytes(file.get(), end)) return base::Error(ETIMEDOUT);
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got == 0) break;
    if (got > 0) {
      text.append(buffer, static_cast<size_t>(got));
    } else if (errno != EINTR && errno != EAGAIN) {
      return base::Error(int{errno});
    }
  }
  text.resize(std::min(text.size(), kMaxFileBytes + 1));
  return text;
}

}  // namespace

base::Result<std::string, int> ReadTextFile(const std::string& path) {
  return Read(path, kPipePatience);
}

base::Result<std::string, int> ReadTextFileAtOnce(const std::string& path) {
  return Read(path, Clock::duration::zero());
}

Complaint Unreadable(std::string_view subject, int error, std::string_view missing) {
  std::string reason = subject.empty() ? "" : Quoted(subject) + " ";
  reason += "cannot be read: " + std::generic_category().message(error);
  switch (error) {
    case ENOENT:
      return {reason, std::string(missing)};
    case EACCES:
      return {reason, "check the permissions of the file and its folders"};
    case ETIMEDOUT:
      return {reason, "it is a pipe or device that gives nothing; give a file"};
    case EISDIR:
      return {reason, "give a file in it"};
    default:
      return {reason, ""};
  }
}

}  // namespace evenkeel::config
