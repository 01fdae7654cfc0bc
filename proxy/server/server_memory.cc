// What the server does about the process's memory.
#include <malloc.h>

#include <utility>

#include "lib/base/block_pool.h"
#include "proxy/server/server.h"

// A sanitizer's allocator, which malloc_trim knows nothing of, gives back; null in other builds.
extern "C" [[gnu::weak]] void __sanitizer_purge_allocator();

namespace evenkeel::proxy {
namespace {

// How often the process looks at its own memory.
constexpr auto kMemoryPeriod = std::chrono::milliseconds(100);
constexpr auto kMemoryPeriodNear = std::chrono::milliseconds(10);

}  // namespace

void Server::LookAtMemory() {
  using Level = MemoryGuard::Level;
  const Level before = memory_.level();
  memory_.Look(loop_.Now());
  TellMemory();
  if (std::exchange(workers_wait_, false) || before != Level::kEnough ||
      memory_.level() != Level::kEnough) {
    const auto ends =
        memory_.must_end() ? MemoryRelief::Ends::kWhoHoldsMost : MemoryRelief::Ends::kNobody;
    for (const auto& worker : workers_) worker->LookAtMemory(ends);
  }
  if (memory_.limit() == 0) return;
  memory_timer_.StartAfter(memory_.IsNear() ? kMemoryPeriodNear : kMemoryPeriod);
}

// A look that was under way may have put the level back that a worker raised. The worker reads no
// more from some clients by then, and must hear that there is enough.
void Server::OnMemoryTight() {
  workers_wait_ = true;
  LookAtMemory();
}

void Server::TellMemory() {
  const bool over = memory_.IsOver();
  if (std::exchange(told_over_, over) == over) return;
  log_.Tell(over ? telemetry::Event::kMemoryLimitReached : telemetry::Event::kMemoryLimitOver,
            {{"memory_limit", memory_.limit()}, {"used", memory_.used()}});
}

// What a worker keeps for its next calls goes to the heap in its next turn, and from there to the
// system at the next look.
bool Server::GiveMemoryBack() {
  if (loop_.Now() - memory_given_back_ < kMemoryPeriod) return false;
  memory_given_back_ = loop_.Now();
  for (const auto& worker : workers_) worker->Ask([] { base::BlockPool::Release(); });
  malloc_trim(0);
  if (__sanitizer_purge_allocator != nullptr) __sanitizer_purge_allocator();
  return true;
}

}  // namespace evenkeel::proxy
