// FileSource: endpoints from a file of their own, read again whenever it changes. The file is taken
// as a whole or not at all. See docs/discovery.md for what users may rely on.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "discovery/endpoint_source.h"
#include "net/file_watcher.h"
#include "net/timer.h"

namespace evenkeel::discovery {

class FileSource final : public EndpointSource {
 public:
  FileSource(std::string cluster, std::string path, const Context& context, Events events);

 private:
  void Read();
  base::Result<std::vector<ResolvedEndpoint>, std::string> Resolve(
      const std::vector<config::Endpoint>& listed) const;

  const std::string path_;
  net::FileWatcher watcher_;
  net::Timer read_;
};

}  // namespace evenkeel::discovery
