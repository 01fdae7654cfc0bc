// Entrance: one worker's side of a listener: its sockets, and what its connections go by.
//
// Its connections hold it, and look at it for each new call; the sockets go when the listener
// does. Belongs to a worker, used on its thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/local_ptr.h"
#include "net/listener.h"
#include "proxy/client_settings.h"
#include "proxy/routes.h"

namespace evenkeel::proxy {

/// Never reused.
enum class ListenerId : uint64_t {};

struct Entrance final : base::LocalCounted {
  explicit Entrance(ListenerId id) : id(id) {}

  const ListenerId id;
  base::LocalPtr<const Routes> routes;                    ///< for calls from now on
  ClientSettings settings;                                ///< for connections from now on
  std::vector<std::unique_ptr<net::Listener>> listeners;  ///< none: no more connections
};

}  // namespace evenkeel::proxy
