// HeaderEdits: changes of a call's metadata on its way, as a route says. Values only.
//
// The configuration has refused names that belong to HTTP/2 or gRPC.
#pragma once

#include "lib/config/traffic.h"
#include "lib/http/header_list.h"

namespace evenkeel::proxy {

/// Removes, then sets, then adds.
inline void Edit(http2::HeaderList& headers, const config::HeaderEdits& edits) {
  for (const std::string& name : edits.remove) headers.Remove(name);
  for (const config::Metadata& each : edits.set) {
    headers.Remove(each.name);
    headers.Add(each.name, each.value);
  }
  for (const config::Metadata& each : edits.add) headers.Add(each.name, each.value);
}

}  // namespace evenkeel::proxy
