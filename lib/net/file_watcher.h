// FileWatcher: says when one of some files has changed, by inotify.
//
// It looks at what a path leads to (device, inode, size, times), not at which name was written, and
// watches every folder on the way, symbolic links included. So a write in place, an atomic replace
// and Kubernetes' swap of the `..data` link under a ConfigMap are one case; files may be absent and
// come later. A file that somebody has written to and has not closed is not told of: half a file
// can be a good one that says something else. Where inotify is not to be had it looks every two
// seconds, and knows of no writers. Used on its loop's thread.
#pragma once

#include <event2/event_struct.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/file_descriptor.h"
#include "lib/net/event_loop.h"
#include "lib/net/timer.h"

struct inotify_event;

namespace evenkeel::net {

class FileWatcher {
 public:
  /// `on_change` runs in a turn of its own, at most once for changes within some 50 ms, when the
  /// file that changed has been still for as long and its writer has closed it; but no later than
  /// kMostPatience after the first change. It may call Watch.
  FileWatcher(EventLoop& loop, std::function<void()> on_change);
  ~FileWatcher();
  FileWatcher(const FileWatcher&) = delete;
  FileWatcher& operator=(const FileWatcher&) = delete;

  /// Replaces the files. What changes after this call is reported, so watch first, then read. A
  /// file that is not there is watched for, too.
  void Watch(std::vector<std::string> files);

  /// A writer that never closes, or never rests, is not waited for any longer.
  static constexpr auto kMostPatience = std::chrono::seconds(5);

 private:
  /// What a path leads to; all zero: nothing.
  struct Version {
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t size = 0;
    int64_t modified = 0;  // nanoseconds
    int64_t changed = 0;   // likewise; a write that sets `modified` back shows here
    friend bool operator==(const Version&, const Version&) = default;
  };

  static Version VersionOf(const std::string& file);
  std::vector<Version> Versions() const;
  void WatchFolders();
  void OnReadable();
  void OnEvent(const inotify_event& event);
  bool IsOurs(const std::string& name) const;
  void Look();
  void OnQuiet();

  EventLoop& loop_;
  const std::function<void()> on_change_;
  std::vector<std::string> files_;
  std::vector<Version> reported_;               // what the owner knows of
  std::vector<Version> seen_;                   // what the last look found
  std::set<std::pair<int, std::string>> open_;  // written to and not closed: watch and name
  base::Time first_change_{};                   // that on_change_ has not been told of
  base::FileDescriptor inotify_;                // empty: poll_ does its work
  event event_;
  Timer quiet_;
  Timer poll_;
};

}  // namespace evenkeel::net
