// FileWatcher: says when one of some files has changed, by inotify.
//
// It looks at what a path leads to (device, inode, size, time), not at which name was written, and
// watches every folder on the way, symbolic links included. So a write in place, an atomic replace
// and Kubernetes' swap of the `..data` link under a ConfigMap are one case; files may be absent and
// come later. Where inotify is not to be had it looks every two seconds. Used on its loop's thread.
#pragma once

#include <event2/event_struct.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lib/net/event_loop.h"
#include "lib/net/file_descriptor.h"
#include "lib/net/timer.h"

namespace evenkeel::net {

class FileWatcher {
 public:
  /// `on_change` runs in a turn of its own, at most once for changes within some 50 ms, when the
  /// file that changed has been still for as long: half a file is rarely seen, but it can be. It
  /// may call Watch.
  FileWatcher(EventLoop& loop, std::function<void()> on_change);
  ~FileWatcher();
  FileWatcher(const FileWatcher&) = delete;
  FileWatcher& operator=(const FileWatcher&) = delete;

  /// Replaces the files. What changes after this call is reported, so watch first, then read. A
  /// file that is not there is watched for, too.
  void Watch(std::vector<std::string> files);

 private:
  /// What a path leads to; all zero: nothing.
  struct Version {
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t size = 0;
    int64_t modified = 0;  // nanoseconds
    friend bool operator==(const Version&, const Version&) = default;
  };

  static Version VersionOf(const std::string& file);
  std::vector<Version> Versions() const;
  void WatchFolders();
  void OnReadable();
  void Look();
  void OnQuiet();

  const std::function<void()> on_change_;
  std::vector<std::string> files_;
  std::vector<Version> reported_;  // what the owner knows of
  std::vector<Version> seen_;      // what the last look found
  FileDescriptor inotify_;         // empty: poll_ does its work
  event event_;
  Timer quiet_;
  Timer poll_;
};

}  // namespace evenkeel::net
