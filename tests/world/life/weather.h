// Weather: what befalls a world: replicas that die or misbehave, connections that break, threads
// that get no processor, clients that vanish, configurations that change.
//
// To add a fault: a function here, and a line in kFaults of weather.cc.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "lib/base/random.h"
#include "tests/world/peers/client.h"
#include "tests/world/peers/replica.h"
#include "tests/world/system/world.h"

namespace evenkeel::world {

class Weather {
 public:
  /// What it can reach; all of it outlives the weather.
  struct Reach {
    World& world;
    const std::vector<std::unique_ptr<Replica>>& replicas;
    const std::vector<std::unique_ptr<Client>>& clients;
    const net::EventLoop& peers_loop;  ///< the one loop that is none of the sidecar's
    std::function<void()> reload;
  };

  Weather(const Reach& reach, uint64_t seed) : reach_(reach), random_(seed) {}

  /// One fault, or a cure, at random.
  void Strike();

 private:
  struct Fault;
  static const Fault kFaults[];

  void Die(Replica& replica) { replica.Die(); }
  void Rise(Replica& replica) { replica.Rise(); }
  void Leave(Replica& replica) { replica.Leave(); }
  void SayGoAway(Replica& replica) { replica.SayGoAway(); }
  void ChangeMood(Replica& replica);
  void CheerUp(Replica& replica) { replica.SetMood({}); }
  void BoundStreams(Replica& replica);
  void CutReplica(Replica& replica);
  void SwallowReplica(Replica& replica);
  void CutClient(Replica&);
  void LoseClient(Replica&);
  void StallLoop(Replica&);
  void Reload(Replica&) { reach_.reload(); }

  const Reach reach_;
  base::Random random_;
};

}  // namespace evenkeel::world
