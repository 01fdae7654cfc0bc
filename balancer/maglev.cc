#include "balancer/maglev.h"

#include <algorithm>

#include "balancer/hash.h"
#include "balancer/hash_walk.h"

namespace evenkeel::balancer {
namespace {

constexpr uint64_t kOffsetSeed = 0;
constexpr uint64_t kSkipSeed = 1;

class MaglevTable {
 public:
  MaglevTable(std::span<const EndpointPtr> endpoints, uint32_t size) {
    if (endpoints.empty()) return;
    table_.assign(size, kFree);
    std::vector<Filler> fillers = MakeFillers(endpoints, size);
    // In each round every endpoint takes one place on average, the heaviest takes one each time.
    uint32_t filled = 0;
    while (true) {
      for (uint32_t i = 0; i < fillers.size(); ++i) {
        Filler& filler = fillers[i];
        filler.due += filler.weight;
        if (filler.due < 1) continue;
        filler.due -= 1;
        Take(filler, i, size);
        if (++filled == size) return;
      }
    }
  }

  size_t size() const { return table_.size(); }
  size_t Find(uint64_t hash) const { return hash % table_.size(); }
  size_t At(size_t position) const { return table_[position]; }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;

  // One endpoint's walk through the places in its own order.
  struct Filler {
    uint32_t next;
    uint32_t skip;
    double weight;  // of the heaviest
    double due = 0;
  };

  static std::vector<Filler> MakeFillers(std::span<const EndpointPtr> endpoints, uint32_t size) {
    uint32_t heaviest = 0;
    for (const EndpointPtr& each : endpoints) heaviest = std::max(heaviest, each->weight());
    std::vector<Filler> fillers;
    fillers.reserve(endpoints.size());
    for (const EndpointPtr& each : endpoints) {
      const std::string& key = each->hash_key();
      fillers.push_back({.next = static_cast<uint32_t>(Hash(key, kOffsetSeed) % size),
                         .skip = static_cast<uint32_t>(Hash(key, kSkipSeed) % (size - 1) + 1),
                         .weight = static_cast<double>(each->weight()) / heaviest});
    }
    return fillers;
  }

  void Take(Filler& filler, uint32_t endpoint, uint32_t size) {
    const auto advance = [&] {
      filler.next += filler.skip;
      if (filler.next >= size) filler.next -= size;
    };
    while (table_[filler.next] != kFree) advance();
    table_[filler.next] = endpoint;
    advance();
  }

  std::vector<uint32_t> table_;
};

}  // namespace

std::shared_ptr<const Picker> Maglev::MakePicker(std::vector<EndpointPtr> eligible,
                                                 base::Time /*now*/) {
  MaglevTable table(eligible, settings_.table_size);
  return std::make_shared<HashWalkPicker<MaglevTable>>(
      "maglev", std::move(eligible), std::move(table), settings_.hash, settings_.max_load_factor);
}

}  // namespace evenkeel::balancer
