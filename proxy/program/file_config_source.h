// FileConfigSource: the configuration of a YAML file and of all that it includes, read again when
// one of them changes. It is read and checked on a background thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/net/background_thread.h"
#include "lib/net/event_loop.h"
#include "lib/net/file_watcher.h"
#include "lib/net/timer.h"
#include "lib/yaml/loader.h"
#include "proxy/program/config_source.h"

namespace evenkeel::proxy {

class FileConfigSource final : public ConfigSource {
 public:
  /// `files`: all that have been read for the configuration that runs, `path` among them.
  /// `background` is destroyed before this, or before the loop turns again. `patience`: how long a
  /// certificate and a key that do not fit wait for the rest of their set.
  FileConfigSource(net::EventLoop& loop, net::BackgroundThread& background, std::string path,
                   std::vector<std::string> files,
                   base::Duration patience = net::FileWatcher::kMostPatience);

  void Follow(OnChange on_change) override;
  void Take(Receive receive) override;
  void Look(Receive receive) const override;
  const std::string& name() const override { return path_; }

 private:
  void TakeBy(base::Time last_try, Receive receive);

  net::EventLoop& loop_;
  net::BackgroundThread& background_;
  const std::string path_;
  const base::Duration patience_;
  OnChange on_change_;
  std::vector<std::string> watched_;
  net::FileWatcher watcher_;
  net::Timer again_;
  std::function<void()> take_again_;  // when again_ rings
};

}  // namespace evenkeel::proxy
