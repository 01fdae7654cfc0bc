#include "lib/telemetry/waker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "lib/base/check.h"

namespace evenkeel::telemetry {

Waker::Waker() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(event_); }

void Waker::Wake() {
  if (sleep_.exchange(Sleep::kAwake) == Sleep::kAwake) return;
  const uint64_t one = 1;
  (void)!write(event_.get(), &one, sizeof one);  // it fails only where it is set to the brim
}

void Waker::SleepOn(std::span<const int> descriptors,
                    std::optional<std::chrono::milliseconds> most) {
  std::vector<pollfd> polled = {{.fd = event_.get(), .events = POLLIN, .revents = 0}};
  for (const int each : descriptors)
    polled.push_back({.fd = each, .events = POLLOUT, .revents = 0});
  poll(polled.data(), polled.size(), most ? static_cast<int>(most->count()) : -1);
  uint64_t count = 0;
  (void)!read(event_.get(), &count, sizeof count);
  StayAwake();
}

}  // namespace evenkeel::telemetry
