// PeerSettings: what the peer's SETTINGS say of us (RFC 9113, section 6.5.2).
#pragma once

#include <cstdint>
#include <span>

#include "lib/base/result.h"
#include "lib/http2/error_code.h"
#include "lib/http2/frame.h"

namespace evenkeel::http2 {

struct PeerSettings {
  bool received = false;
  /// How many streams of ours the peer takes at once; before its SETTINGS 100 are assumed.
  uint32_t max_streams = 100;
  /// What we may send on a new stream, in bytes.
  uint32_t initial_window = kDefaultWindow;
  /// How large a table we may compress with, in bytes: now, and at the least while the last
  /// SETTINGS were applied one by one (RFC 9113, section 6.5.3).
  uint32_t header_table = 4096;
  uint32_t least_header_table = 4096;
  /// The largest list of fields the peer means to take: name + value + 32 of each.
  uint32_t max_header_list = UINT32_MAX;
  /// The sidecar that the peer is; 0: none.
  uint32_t instance = 0;

  /// Takes a SETTINGS frame's payload; `push_allowed`: whether the peer may allow us to push, which
  /// only a client can.
  base::Result<void, ConnectionError> Take(std::span<const uint8_t> payload, bool push_allowed);

 private:
  base::Result<void, ConnectionError> TakeEntry(const SettingsEntry& entry, bool push_allowed);
};

}  // namespace evenkeel::http2
