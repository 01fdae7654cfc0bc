#include "proxy/server/certificate_watch.h"

#include <utility>

namespace evenkeel::proxy {
namespace {

using telemetry::Event;

// What is left of the whole time when the end is near: fits certificates of a day and of a year.
constexpr int kShareLeft = 10;

}  // namespace

void CertificateWatch::Set(const std::vector<telemetry::CertificateValidity>& certificates) {
  std::map<std::string, Known> before = std::exchange(known_, {});
  for (const telemetry::CertificateValidity& each : certificates) {
    const auto found = before.find(each.file);
    known_[each.file] = {each, found == before.end() ? State::kFine : found->second.told};
  }
}

CertificateWatch::State CertificateWatch::StateOf(const telemetry::CertificateValidity& validity,
                                                  std::chrono::system_clock::time_point now) {
  if (now > validity.not_after) return State::kExpired;
  const auto whole = validity.not_after - validity.not_before;
  return validity.not_after - now < whole / kShareLeft ? State::kEnds : State::kFine;
}

void CertificateWatch::Look(std::chrono::system_clock::time_point now) {
  for (auto& [file, known] : known_) {
    const State state = StateOf(known.validity, now);
    if (std::exchange(known.told, state) == state) continue;
    const Event event = state == State::kFine   ? Event::kCertificateRenewed
                        : state == State::kEnds ? Event::kCertificateEnds
                                                : Event::kCertificateExpired;
    log_.Tell(event,
              {{"file", file}, {"not_after", telemetry::FormatLogTime(known.validity.not_after)}});
  }
}

}  // namespace evenkeel::proxy
