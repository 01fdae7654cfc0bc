#include "tests/world/life/weather.h"

#include <iterator>
#include <string>

#include "tests/world/life/scenario.h"
#include "tests/world/system/sockets.h"

namespace evenkeel::world {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostStall = 250ms;

}  // namespace

struct Weather::Fault {
  const char* what;  // for the log, after a replica's address
  void (Weather::*strike)(Replica&);
};

const Weather::Fault Weather::kFaults[] = {
    {"dies", &Weather::Die},
    {"rises", &Weather::Rise},
    {"rises", &Weather::Rise},
    {"leaves", &Weather::Leave},
    {"says GOAWAY", &Weather::SayGoAway},
    {"is in another mood", &Weather::ChangeMood},
    {"is well", &Weather::CheerUp},
    {"allows other numbers of streams", &Weather::BoundStreams},
    {"loses connections", &Weather::CutReplica},
    {"has connections that are swallowed", &Weather::SwallowReplica},
    {"sees nothing of a client whose connection is cut", &Weather::CutClient},
    {"sees nothing of a client that vanishes", &Weather::LoseClient},
    {"sees nothing of a thread that stalls", &Weather::StallLoop},
    {"sees nothing of a reload", &Weather::Reload},
};

void Weather::Strike() {
  Replica& replica = *reach_.replicas[random_.Below(reach_.replicas.size())];
  const Fault& fault = kFaults[random_.Below(std::size(kFaults))];
  reach_.world.Note(replica.address() + " " + fault.what);
  (this->*fault.strike)(replica);
}

void Weather::ChangeMood(Replica& replica) {
  Mood mood;
  uint32_t* const kinds[] = {&mood.fails,  &mood.fails_late, &mood.refuses,
                             &mood.resets, &mood.hangs,      &mood.answers_early};
  *kinds[random_.Below(std::size(kinds))] = static_cast<uint32_t>(random_.Below(600));
  if (random_.Below(3) == 0) mood.most_delay = 100ms;
  replica.SetMood(mood);
}

void Weather::BoundStreams(Replica& replica) {
  replica.SetMaxStreams(static_cast<uint32_t>(1 + random_.Below(20)));
}

void Weather::CutReplica(Replica& replica) {
  reach_.world.sockets().Cut(replica.address(), 1 + random_.Below(3));
}

void Weather::SwallowReplica(Replica& replica) {
  reach_.world.sockets().Swallow(replica.address(), 1 + random_.Below(2));
}

void Weather::CutClient(Replica&) { reach_.world.sockets().Cut(kSidecar, 1); }

void Weather::LoseClient(Replica&) {
  reach_.clients[random_.Below(reach_.clients.size())]->Vanish();
}

void Weather::StallLoop(Replica&) {
  const auto loops = reach_.world.loops();
  net::EventLoop* const loop = loops[random_.Below(loops.size())];
  if (loop != &reach_.peers_loop) {
    reach_.world.Stall(*loop, reach_.world.Between(1ms, kMostStall));
  }
}

}  // namespace evenkeel::world
