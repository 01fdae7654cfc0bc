// user-client: single calls to user.v1.UserService, and load on it.
#include <iostream>

#include "backend/client/commands.h"
#include "backend/client/interrupt.h"

int main(int argc, char** argv) {
  using namespace evenkeel::backend;  // NOLINT: this is the whole program
  const auto options = ParseClientOptions({argv + 1, argv + argc});
  if (!options) {
    (options.error().code == 0 ? std::cout : std::cerr) << options.error().text;
    return options.error().code;
  }
  Interrupt::Block();
  return options->load ? RunLoad(*options) : RunCall(*options);
}
