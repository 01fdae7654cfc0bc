// ListenerBinding: one worker's side of a listener: its sockets, and what its connections go by.
//
// Its connections hold it, and look at it for each new call; the sockets go when the listener
// does. Belongs to a worker, used on its thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lib/base/local_ptr.h"
#include "lib/net/listener.h"
#include "proxy/call/routes.h"
#include "proxy/clients/client_settings.h"

namespace evenkeel::proxy {

/// Never reused.
enum class ListenerId : uint64_t {};

struct ListenerBinding final : base::LocalCounted {
  explicit ListenerBinding(ListenerId id) : id(id) {}

  const ListenerId id;
  base::LocalPtr<const Routes> routes;  ///< for calls from now on
  ClientSettings settings;              ///< for connections from now on
  /// Of all workers' clients; not null.
  std::shared_ptr<base::Limit> connections = std::make_shared<base::Limit>();
  std::vector<std::unique_ptr<net::Listener>> listeners;  ///< none: no more connections
};

}  // namespace evenkeel::proxy
