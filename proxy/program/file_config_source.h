// FileConfigSource: the configuration of a YAML file and of all that it includes, read again when
// one of them changes.
#pragma once

#include <string>
#include <vector>

#include "lib/net/event_loop.h"
#include "lib/net/file_watcher.h"
#include "lib/yaml/loader.h"
#include "proxy/program/config_source.h"

namespace evenkeel::proxy {

class FileConfigSource final : public ConfigSource {
 public:
  /// `files`: all that have been read for the configuration that runs, `path` among them.
  FileConfigSource(net::EventLoop& loop, std::string path, std::vector<std::string> files);

  void Follow(OnChange on_change) override;
  Offer Take() override;
  Offer Look() const override;
  const std::string& name() const override { return path_; }

 private:
  const std::string path_;
  OnChange on_change_;
  std::vector<std::string> watched_;
  net::FileWatcher watcher_;
};

}  // namespace evenkeel::proxy
