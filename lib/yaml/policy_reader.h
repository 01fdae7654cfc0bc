// PolicyReader: a cluster's keys that say how it balances.
#pragma once

#include "lib/config/policy.h"
#include "lib/yaml/key_types.h"

namespace evenkeel::config {

/// `policy:`, a map whose only key is the policy's name, with its settings below it. `policy: name`
/// means `policy: {name: {}}`.
struct PolicyKey : Group<void (*)(MapReader&, Policy&)> {
  PolicyKey();

  void Read(const Place& place, Policy& policy) const;
  KeyFacts Facts(const Policy& fallback) const;
};

/// The keys around the policy: panic, slow start, locality, subset.
void ReadBalancing(MapReader& map, Balancing& balancing);

}  // namespace evenkeel::config
