#include "proxy/program/file_config_source.h"

#include <chrono>
#include <memory>
#include <utility>

namespace evenkeel::proxy {
namespace {

// Between two looks at files of which one does not fit the other.
constexpr auto kPause = std::chrono::milliseconds(200);

struct Reading {
  ConfigSource::Offer offer;
  std::vector<std::string> files;
  bool may_settle;
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
  const bool may_settle = loading.may_settle;
  return std::make_shared<Reading>(OfferOf(std::move(loading)), std::move(files), may_settle);
}

}  // namespace

FileConfigSource::FileConfigSource(net::EventLoop& loop, net::BackgroundThread& background,
                                   std::string path, std::vector<std::string> files,
                                   base::Duration patience)
    : loop_(loop),
      background_(background),
      path_(std::move(path)),
      patience_(patience),
      watched_(std::move(files)),
      watcher_(loop,
               [this] {
                 if (on_change_) on_change_("file change");
               }),
      again_(loop, [this] { std::exchange(take_again_, nullptr)(); }) {}

void FileConfigSource::Follow(OnChange on_change) {
  on_change_ = std::move(on_change);
  watcher_.Watch(watched_);
}

void FileConfigSource::Take(Receive receive) {
  TakeBy(loop_.Now() + patience_, std::move(receive));
}

// Other files than before have to be watched first and read then, or a change in between is missed;
// until what has been read is what is watched.
void FileConfigSource::TakeBy(base::Time last_try, Receive receive) {
  background_.Run([this, path = path_, last_try, receive = std::move(receive)] {
    return [this, last_try, receive, reading = Read(path)] {
      if (reading->files != watched_) {
        watched_ = std::move(reading->files);
        watcher_.Watch(watched_);
        return TakeBy(last_try, receive);
      }
      if (!reading->may_settle || loop_.Now() >= last_try) return receive(reading->offer);
      take_again_ = [this, last_try, receive] { TakeBy(last_try, receive); };
      again_.StartAfter(kPause);
    };
  });
}

void FileConfigSource::Look(Receive receive) const {
  background_.Run([path = path_, receive = std::move(receive)] {
    return [receive, reading = Read(path)] { receive(std::move(reading->offer)); };
  });
}

}  // namespace evenkeel::proxy
