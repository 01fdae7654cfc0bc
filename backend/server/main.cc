// user-service: one replica. Signals: SIGUSR1 flips its health; SIGTERM or SIGINT drains and ends
// it, a second one at once. Exit codes: 0 ended as asked, 1 cannot listen, 2 bad command line.
#include <pthread.h>
#include <signal.h>

#include <iostream>

#include "backend/server/server.h"

namespace {

using evenkeel::backend::EarlyExit;
using evenkeel::backend::ParseServerOptions;
using evenkeel::backend::Server;

int Print(const EarlyExit& exit) {
  (exit.code == 0 ? std::cout : std::cerr) << exit.text;
  return exit.code;
}

// Before any thread starts, so that all threads inherit the mask and only sigwait sees these.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void Announce(const Server& server) {
  std::cout << "user-service " << server.id() << " listening on";
  for (const std::string& address : server.addresses()) std::cout << ' ' << address;
  std::cout << std::endl;
}

void ServeUntilAskedToEnd(Server& server, const sigset_t& signals) {
  int signal = 0;
  while (sigwait(&signals, &signal) != 0 || signal == SIGUSR1) {
    if (signal == SIGUSR1) server.FlipHealth();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const sigset_t signals = BlockSignals();
  const auto options = ParseServerOptions({argv + 1, argv + argc});
  if (!options) return Print(options.error());
  const auto server = Server::Start(*options);
  if (!server) {
    std::cerr << "user-service: " << server.error() << '\n';
    return 1;
  }
  Announce(**server);
  ServeUntilAskedToEnd(**server, signals);
  // From here on a second signal has its default effect: it ends the process.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  (*server)->Shutdown();
  return 0;
}
