#include "lib/telemetry/event_book.h"

#include <string_view>
#include <utility>

namespace evenkeel::telemetry {
namespace {

std::string Numbered(uint64_t number, std::string_view json) {
  return "{\"id\":" + std::to_string(number) + "," + std::string(json.substr(1));
}

}  // namespace

void EventBook::Keep(std::string json) {
  const std::lock_guard lock(mutex_);
  bytes_ += json.size();
  kept_.push_back(std::move(json));
  ++last_;
  while (kept_.size() > kKept || (bytes_ > kKeptBytes && kept_.size() > 1)) {
    bytes_ -= kept_.front().size();
    kept_.pop_front();
  }
}

std::vector<std::string> EventBook::Recent(uint64_t after) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> events;
  uint64_t number = last_ - kept_.size();
  for (const std::string& each : kept_) {
    if (++number > after) events.push_back(Numbered(number, each));
  }
  return events;
}

}  // namespace evenkeel::telemetry
