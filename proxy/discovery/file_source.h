// FileSource: endpoints from a file of their own, read again whenever it changes. The file is taken
// as a whole or not at all, also where it has host names: all of them must have addresses. See
// docs/discovery.md for what users may rely on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/net/file_watcher.h"
#include "lib/net/timer.h"
#include "proxy/discovery/endpoint_source.h"
#include "proxy/discovery/name_book.h"

namespace evenkeel::discovery {

class FileSource final : public EndpointSource {
 public:
  /// `settings`: how to look up names that the file has.
  FileSource(std::string cluster, std::string path, const config::Dns& settings,
             const Context& context, Events events);

 private:
  void Read();
  void OnNames();
  void Tell();

  const std::string path_;
  std::vector<config::Endpoint> listed_;  // by the file as it was read last
  NameBook names_;
  net::FileWatcher watcher_;
  net::Timer read_;
};

}  // namespace evenkeel::discovery
