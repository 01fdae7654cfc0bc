#include "lib/net/file_watcher.h"

#include <event2/event.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
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

int64_t Nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

}  // namespace

FileWatcher::FileWatcher(EventLoop& loop, std::function<void()> on_change)
    : loop_(loop),
      on_change_(std::move(on_change)),
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
  return {info.st_dev, info.st_ino, info.st_size, Nanoseconds(info.st_mtim),
          Nanoseconds(info.st_ctim)};
}

std::vector<FileWatcher::Version> FileWatcher::Versions() const {
  std::vector<Version> versions;
  for (const std::string& each : files_) versions.push_back(VersionOf(each));
  return versions;
}

void FileWatcher::OnReadable() {
  alignas(inotify_event) char buffer[16 * 1024];
  ssize_t got;
  while ((got = read(inotify_.get(), buffer, sizeof buffer)) > 0) {
    for (const char* at = buffer; at < buffer + got;) {
      const auto& event = *reinterpret_cast<const inotify_event*>(at);
      OnEvent(event);
      at += sizeof(inotify_event) + event.len;
    }
  }
  Look();
}

void FileWatcher::OnEvent(const inotify_event& event) {
  if (event.mask & IN_Q_OVERFLOW) return open_.clear();  // who has closed is not known any longer
  if (event.len == 0 || !IsOurs(event.name)) return;
  constexpr uint32_t kEnds = IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
  const std::pair<int, std::string> file(event.wd, event.name);
  if (event.mask & IN_MODIFY) open_.insert(file);
  if (event.mask & kEnds) open_.erase(file);
}

// By its name alone: a neighbour of the same name in another folder can only make us wait.
bool FileWatcher::IsOurs(const std::string& name) const {
  std::error_code ignored;
  return std::ranges::any_of(files_, [&](const std::string& each) {
    return fs::path(each).filename() == name ||
           fs::weakly_canonical(each, ignored).filename() == name;
  });
}

void FileWatcher::Look() {
  WatchFolders();  // a link may lead elsewhere now, or a folder may have come
  std::vector<Version> now = Versions();
  if (now == seen_) return;
  if (seen_ == reported_) first_change_ = loop_.Now();
  seen_ = std::move(now);
  const bool is_patient = loop_.Now() - first_change_ < kMostPatience;
  if (is_patient || !quiet_.running()) quiet_.StartAfter(kQuiet);
}

void FileWatcher::OnQuiet() {
  const std::vector<Version> now = Versions();
  const bool rests = now == seen_ && open_.empty();
  seen_ = now;
  if (!rests && loop_.Now() - first_change_ < kMostPatience) return quiet_.StartAfter(kQuiet);
  if (seen_ == std::exchange(reported_, seen_)) return;  // it is as it was
  on_change_();
}

}  // namespace evenkeel::net
