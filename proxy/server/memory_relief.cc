#include "proxy/server/memory_relief.h"

#include <algorithm>

namespace evenkeel::proxy {
namespace {

// Who holds less is never to blame: what a few calls need.
constexpr size_t kLeastHeldBack = size_t{64} * 1024;
constexpr size_t kLeastEnded = size_t{16} * 1024;

}  // namespace

bool MemoryRelief::Look(const Clients& clients, Ends ends) {
  if (guard_.level() == MemoryGuard::Level::kEnough) {
    guard_.shares().Say(said_, {});
    if (!held_back_) return false;
    held_back_ = false;
    for (const auto& each : clients) each->SetReading(true);
    return false;
  }
  const std::vector<Client> measured = Measure(clients);
  HoldBack(measured);
  held_back_ = true;
  return ends == Ends::kWhoHoldsMost && End(measured);
}

// Those that something may be done about, the largest first.
std::vector<MemoryRelief::Client> MemoryRelief::Measure(const Clients& clients) {
  std::vector<Client> measured;
  MemoryShares::Sums sums{};
  for (const auto& each : clients) {
    const size_t held = each->held();
    sums[MemoryShares::ClassOf(held)] += static_cast<int64_t>(held);
    if (held >= kLeastEnded || each->is_held_back()) measured.push_back({held, each.get()});
  }
  guard_.shares().Say(said_, sums);
  std::ranges::sort(measured, std::greater(), &Client::held);
  return measured;
}

// Those that together hold half of it all. But who has not read most of it is read from: the credit
// that it sends is what makes room.
void MemoryRelief::HoldBack(std::span<const Client> clients) const {
  const size_t lowest = guard_.shares().CutFor(guard_.shares().held() / 2).lowest;
  for (const Client& each : clients) {
    const bool holds_most =
        each.held >= kLeastHeldBack && MemoryShares::ClassOf(each.held) >= lowest;
    each.connection->SetReading(!holds_most || each.connection->unread() > each.held / 2);
  }
}

bool MemoryRelief::End(std::span<const Client> clients) const {
  const MemoryShares::Cut cut = guard_.shares().CutFor(guard_.Excess());
  double wanted = static_cast<double>(said_[cut.lowest]) * cut.part;
  bool ended = false;
  for (const Client& each : clients) {
    const size_t size = MemoryShares::ClassOf(each.held);
    if (each.held < kLeastEnded || size < cut.lowest) break;
    if (size == cut.lowest) {
      if (wanted <= 0) break;
      wanted -= static_cast<double>(each.held);
    }
    each.connection->DropForMemory();
    ended = true;
  }
  return ended;
}

}  // namespace evenkeel::proxy
