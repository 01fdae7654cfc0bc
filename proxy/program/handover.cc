#include "proxy/program/handover.h"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <utility>

namespace evenkeel::proxy {
namespace {

using telemetry::Event;

constexpr auto kLookInterval = std::chrono::milliseconds(10);
// So that the socket's path fits into sockaddr_un.
constexpr size_t kLongestHome = 80;
constexpr auto kPatience = std::chrono::seconds(10);

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Whether none but this user (and root) can put a file into the folder.
bool IsOurOwn(const std::string& folder) {
  struct stat info;
  return ::stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
         info.st_uid == ::geteuid() && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

}  // namespace

std::string DefaultTakeoverSocket() {
  constexpr char kName[] = "/evenkeel-takeover.sock";
  const std::string of_service = Variable("RUNTIME_DIRECTORY");
  if (!of_service.empty()) return of_service.substr(0, of_service.find(':')) + kName;
  const std::string of_user = Variable("XDG_RUNTIME_DIR");
  if (!of_user.empty()) return of_user + kName;
  if (::geteuid() == 0) return std::string("/run") + kName;
  // In /tmp another user could be there first, and keep this one from starting.
  const std::string home = Variable("HOME");
  if (!home.empty() && home.size() <= kLongestHome && IsOurOwn(home)) {
    return home + "/.evenkeel-takeover.sock";
  }
  return "/tmp/evenkeel-takeover-" + std::to_string(::geteuid()) + ".sock";
}

Handover::Handover(net::EventLoop& loop, net::ListeningSockets& sockets, telemetry::Log& log)
    : loop_(loop), sockets_(sockets), log_(log), look_(loop, [this] { Look(); }) {}

base::Result<void, std::string> Handover::Begin(const std::string& path) {
  auto asked = net::Takeover::Ask(path);
  if (!asked) return base::Error(asked.error());
  takeover_ = std::move(*asked);
  if (!takeover_) {
    log_.Tell(Event::kNobodyToTakeOverFrom, {{"takeover_socket", path}});
    return {};
  }
  sockets_.Inherit(takeover_->TakeSockets());
  return {};
}

void Handover::Complete(Events events) {
  events_ = std::move(events);
  if (!takeover_) return events_.on_serving();
  give_up_at_ = loop_.Now() + kPatience;
  look_.StartAfter({});
}

void Handover::Look() {
  const std::vector<std::string> reasons = events_.why_not_ready(takeover_->serving());
  if (reasons.empty()) return Finish();
  if (loop_.Now() < *give_up_at_) return look_.StartAfter(kLookInterval);
  takeover_.reset();
  log_.Tell(Event::kTakeoverGivenUp, {{"reason", "not ready after 10 s: " + reasons.front()}});
  events_.on_failed();
}

void Handover::Finish() {
  has_taken_over_ = true;
  const auto finished = takeover_->Finish();
  takeover_.reset();
  if (!finished) log_.Tell(Event::kNoGoodbye, {{"reason", finished.error()}});
  log_.Tell(Event::kTookOver);
  events_.on_serving();
}

base::Result<void, std::string> Handover::Offer(const std::string& path,
                                                std::function<std::vector<std::string>()> serving,
                                                std::function<void()> on_taken) {
  auto offer =
      net::TakeoverOffer::Open(loop_, path, sockets_,
                               {.serving = std::move(serving),
                                .on_taken =
                                    [this, on_taken = std::move(on_taken)] {
                                      log_.Tell(Event::kTakenOver);
                                      on_taken();
                                    },
                                .on_failed =
                                    [this](std::string reason) {
                                      log_.Tell(Event::kTakeoverFailed, {{"reason", reason}});
                                    }});
  if (!offer) return base::Error(offer.error());
  offer_ = std::move(*offer);
  return {};
}

void Handover::Withdraw() { offer_.reset(); }

}  // namespace evenkeel::proxy
