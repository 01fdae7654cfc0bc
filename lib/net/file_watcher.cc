#include "lib/net/file_watcher.h"

#include <event2/event.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "lib/base/check.h"

namespace evenkeel::net {
namespace {

namespace fs = std::filesystem;

constexpr auto kQuiet = std::chrono::milliseconds(50);
constexpr auto kPollInterval = std::chrono::seconds(2);
// As the kernel has for a path.
constexpr int kMaxLinks = 40;
constexpr uint32_t kEvents = IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_MOVED_TO |
                             IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR;

// The folders whose entries decide what `file` leads to.
std::set<std::string> FoldersOnTheWayTo(const std::string& file) {
  std::set<std::string> folders;
  std::error_code ignored;
  fs::path pending = fs::absolute(file, ignored);
  for (int links = 0; links < kMaxLinks; ++links) {
    fs::path reached;
    fs::path target;
    for (auto part = pending.begin(); part != pending.end(); ++part) {
      if (!reached.empty()) folders.insert(reached.string());
      const fs::path next = reached / *part;
      if (!fs::is_symlink(next, ignored)) {
        reached = next;
        continue;
      }
      target = fs::read_symlink(next, ignored);
      if (target.is_relative()) target = reached / target;
      while (++part != pending.end()) target /= *part;
      break;
    }
    if (target.empty()) return folders;
    pending = target;
  }
  return folders;
}

}  // namespace

FileWatcher::FileWatcher(EventLoop& loop, std::function<void()> on_change)
    : on_change_(std::move(on_change)),
      inotify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      quiet_(loop, [this] { OnQuiet(); }),
      poll_(loop, [this] {
        Look();
        poll_.StartAfter(kPollInterval);
      }) {
  CHECK(event_assign(
            &event_, loop.native(), inotify_.get(), EV_READ | EV_PERSIST,
            [](int, short, void* self) noexcept { static_cast<FileWatcher*>(self)->OnReadable(); },
            this) == 0);
  if (inotify_) {
    CHECK(event_add(&event_, nullptr) == 0);
  } else {
    poll_.StartAfter(kPollInterval);
  }
}

FileWatcher::~FileWatcher() {
  if (inotify_) event_del(&event_);
}

void FileWatcher::Watch(std::vector<std::string> files) {
  files_ = std::move(files);
  WatchFolders();  // before the look, so that nothing falls between the two
  seen_ = reported_ = Versions();
}

void FileWatcher::WatchFolders() {
  if (!inotify_) return;
  for (const std::string& file : files_) {
    for (const std::string& folder : FoldersOnTheWayTo(file)) {
      // The same folder twice is one watch. One that is not there yet shows in its parent.
      const int watch = inotify_add_watch(inotify_.get(), folder.c_str(), kEvents);
      if (watch < 0 && errno == ENOSPC && !poll_.running()) poll_.StartAfter(kPollInterval);
    }
  }
}

FileWatcher::Version FileWatcher::VersionOf(const std::string& file) {
  struct stat info;
  if (::stat(file.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino, info.st_size,
          info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec};
}

std::vector<FileWatcher::Version> FileWatcher::Versions() const {
  std::vector<Version> versions;
  for (const std::string& each : files_) versions.push_back(VersionOf(each));
  return versions;
}

void FileWatcher::OnReadable() {
  alignas(inotify_event) char buffer[16 * 1024];
  while (read(inotify_.get(), buffer, sizeof buffer) > 0) continue;
  Look();
}

void FileWatcher::Look() {
  WatchFolders();  // a link may lead elsewhere now, or a folder may have come
  std::vector<Version> now = Versions();
  if (now == seen_) return;
  seen_ = std::move(now);
  quiet_.StartAfter(kQuiet);
}

void FileWatcher::OnQuiet() {
  const std::vector<Version> now = Versions();
  if (now != seen_) {
    seen_ = now;
    return quiet_.StartAfter(kQuiet);
  }
  if (seen_ == std::exchange(reported_, seen_)) return;  // it is as it was
  on_change_();
}

}  // namespace evenkeel::net
