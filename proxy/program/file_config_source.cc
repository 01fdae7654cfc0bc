#include "proxy/program/file_config_source.h"

#include <utility>

namespace evenkeel::proxy {
namespace {

ConfigSource::Offer OfferOf(const config::Loading& loading) {
  std::vector<std::string> lines;
  if (loading.config) {
    for (const config::ConfigError& each : loading.warnings) {
      lines.push_back(config::FormatWarning(each));
    }
    return {*loading.config, loading.fingerprint, std::move(lines)};
  }
  for (const config::ConfigError& each : loading.config.error()) {
    lines.push_back(config::Format(each));
  }
  return {base::Error(std::move(lines)), loading.fingerprint};
}

}  // namespace

FileConfigSource::FileConfigSource(net::EventLoop& loop, std::string path,
                                   std::vector<std::string> files)
    : path_(std::move(path)), watched_(std::move(files)), watcher_(loop, [this] {
        if (on_change_) on_change_("file change");
      }) {}

void FileConfigSource::Follow(OnChange on_change) {
  on_change_ = std::move(on_change);
  watcher_.Watch(watched_);
}

// Other files than before have to be watched first and read then, or a change in between is missed.
ConfigSource::Offer FileConfigSource::Take() {
  const config::Loading loading = config::Load(path_);
  if (loading.files == watched_) return OfferOf(loading);
  watched_ = loading.files;
  watcher_.Watch(watched_);
  return OfferOf(config::Load(path_));
}

ConfigSource::Offer FileConfigSource::Look() const { return OfferOf(config::Load(path_)); }

}  // namespace evenkeel::proxy
