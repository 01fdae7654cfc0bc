#include "proxy/discovery/file_source.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/yaml/loader.h"
#include "proxy/discovery/dns_source.h"

namespace evenkeel::discovery {
namespace {

constexpr auto kRetryOfNames = std::chrono::seconds(5);

// As many as a line of the log bears.
std::string OneLine(const config::ConfigErrors& errors) {
  constexpr size_t kShown = 3;
  std::string text = config::Format(errors.front());
  for (size_t i = 1; i < std::min(errors.size(), kShown); ++i) {
    text += " | " + config::Format(errors[i]);
  }
  if (errors.size() > kShown) text += " | and " + std::to_string(errors.size() - kShown) + " more";
  return text;
}

}  // namespace

FileSource::FileSource(std::string cluster, std::string path, const config::Dns& settings,
                       const Context& context, Events events)
    : EndpointSource(std::move(cluster), "file " + path, context, std::move(events)),
      path_(std::move(path)),
      names_(context.loop, SettingsOf(settings), NameBook::OnFailure::kGiveUp,
             [this] { OnNames(); }),
      watcher_(context.loop, [this] { Read(); }),
      read_(context.loop, [this] { Read(); }) {
  watcher_.Watch({path_});
  read_.StartAfter({});
}

void FileSource::Read() {
  read_.Stop();
  auto listed = config::LoadEndpoints(path_);
  if (!listed) return Failed({"invalid", OneLine(listed.error())});
  listed_ = std::move(*listed);
  if (!names_.LookUp(listed_)) Tell();
}

void FileSource::OnNames() {
  if (!names_.failure()) return Tell();
  // The file is as it should be, so nobody will write it again for this.
  read_.StartAfter(kRetryOfNames);
  Failed({"name not found", path_ + ": " + names_.failure()->reason});
}

void FileSource::Tell() {
  std::vector<ResolvedEndpoint> endpoints;
  endpoints.reserve(listed_.size());
  for (const config::Endpoint& each : listed_) endpoints.push_back(names_.Resolve(each));
  WarnOfSeveral(endpoints);
  Found(Sorted(std::move(endpoints)));
}

}  // namespace evenkeel::discovery
