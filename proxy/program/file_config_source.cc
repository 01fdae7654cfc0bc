#include "proxy/program/file_config_source.h"

#include <memory>
#include <utility>

namespace evenkeel::proxy {
namespace {

struct Reading {
  ConfigSource::Offer offer;
  std::vector<std::string> files;
};

ConfigSource::Offer OfferOf(config::Loading loading) {
  std::vector<std::string> lines;
  if (loading.config) {
    for (const config::ConfigError& each : loading.warnings) {
      lines.push_back(config::FormatWarning(each));
    }
    return {std::move(*loading.config), loading.fingerprint, std::move(lines)};
  }
  for (const config::ConfigError& each : loading.config.error()) {
    lines.push_back(config::Format(each));
  }
  return {base::Error(std::move(lines)), loading.fingerprint};
}

std::shared_ptr<Reading> Read(const std::string& path) {
  config::Loading loading = config::Load(path);
  std::vector<std::string> files = std::move(loading.files);
  return std::make_shared<Reading>(OfferOf(std::move(loading)), std::move(files));
}

}  // namespace

FileConfigSource::FileConfigSource(net::EventLoop& loop, net::BackgroundThread& background,
                                   std::string path, std::vector<std::string> files)
    : background_(background),
      path_(std::move(path)),
      watched_(std::move(files)),
      watcher_(loop, [this] {
        if (on_change_) on_change_("file change");
      }) {}

void FileConfigSource::Follow(OnChange on_change) {
  on_change_ = std::move(on_change);
  watcher_.Watch(watched_);
}

// Other files than before have to be watched first and read then, or a change in between is missed;
// until what has been read is what is watched.
void FileConfigSource::Take(Receive receive) {
  background_.Run([this, path = path_, receive = std::move(receive)] {
    return [this, receive, reading = Read(path)] {
      if (reading->files == watched_) return receive(std::move(reading->offer));
      watched_ = std::move(reading->files);
      watcher_.Watch(watched_);
      Take(receive);
    };
  });
}

void FileConfigSource::Look(Receive receive) const {
  background_.Run([path = path_, receive = std::move(receive)] {
    return [receive, reading = Read(path)] { receive(std::move(reading->offer)); };
  });
}

}  // namespace evenkeel::proxy
