#include "discovery/file_source.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "config/loader.h"
#include "net/resolver.h"

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

FileSource::FileSource(std::string cluster, std::string path, const Context& context, Events events)
    : EndpointSource(std::move(cluster), "file " + path, context, std::move(events)),
      path_(std::move(path)),
      watcher_(context.loop, [this] { Read(); }),
      read_(context.loop, [this] { Read(); }) {
  watcher_.Watch({path_});
  read_.StartAfter({});
}

void FileSource::Read() {
  read_.Stop();
  const auto listed = config::LoadEndpoints(path_);
  if (!listed) return Failed("invalid", OneLine(listed.error()));
  auto resolved = Resolve(*listed);
  if (resolved) return Found(std::move(*resolved));
  // The file is as it should be, so nobody will write it again for this.
  read_.StartAfter(kRetryOfNames);
  Failed("name not found", path_ + ": " + resolved.error());
}

base::Result<std::vector<ResolvedEndpoint>, std::string> FileSource::Resolve(
    const std::vector<config::Endpoint>& listed) const {
  std::vector<ResolvedEndpoint> endpoints;
  endpoints.reserve(listed.size());
  for (const config::Endpoint& each : listed) {
    auto addresses = net::Resolve(each.address);
    if (!addresses) return base::Error(addresses.error());
    endpoints.push_back({each.address.ToString(),
                         {each.weight, each.priority, each.zone, each.hash_key},
                         std::move(*addresses)});
  }
  return endpoints;
}

}  // namespace evenkeel::discovery
