#include "lib/http2/peer_settings.h"

#include <algorithm>

namespace evenkeel::http2 {
namespace {

// Each entry costs work out of proportion to its bytes (CVE-2020-11080); there are six kinds.
constexpr size_t kMostEntries = 32;

auto Fault(ErrorCode code, const char* reason) {
  return base::Error(ConnectionError{code, reason});
}

}  // namespace

base::Result<void, ConnectionError> PeerSettings::Take(std::span<const uint8_t> payload,
                                                       bool push_allowed) {
  if (payload.size() % kSettingsEntrySize != 0) {
    return Fault(ErrorCode::kFrameSizeError, "SETTINGS whose length is no multiple of six");
  }
  if (payload.size() > kMostEntries * kSettingsEntrySize) {
    return Fault(ErrorCode::kEnhanceYourCalm, "SETTINGS with too many entries");
  }
  // The first SETTINGS decide: what they leave out is unlimited.
  if (!received) max_streams = UINT32_MAX;
  received = true;
  least_header_table = header_table;
  for (; !payload.empty(); payload = payload.subspan(kSettingsEntrySize)) {
    const auto id = static_cast<SettingId>(payload[0] << 8 | payload[1]);
    const auto taken = TakeEntry({id, ReadUint32(payload.data() + 2)}, push_allowed);
    if (!taken) return taken;
  }
  return {};
}

base::Result<void, ConnectionError> PeerSettings::TakeEntry(const SettingsEntry& entry,
                                                            bool push_allowed) {
  constexpr uint32_t kLargestFrameSize = (1 << 24) - 1;
  switch (entry.id) {
    case SettingId::kHeaderTableSize:
      header_table = entry.value;
      least_header_table = std::min(least_header_table, entry.value);
      break;
    case SettingId::kEnablePush:
      if (entry.value > (push_allowed ? 1 : 0)) {
        return Fault(ErrorCode::kProtocolError, "SETTINGS with a bad ENABLE_PUSH");
      }
      break;
    case SettingId::kMaxConcurrentStreams:
      max_streams = entry.value;
      break;
    case SettingId::kInitialWindowSize:
      if (entry.value > kMaxWindow) {
        return Fault(ErrorCode::kFlowControlError, "SETTINGS with too large a window");
      }
      initial_window = entry.value;
      break;
    case SettingId::kMaxFrameSize:  // ours stay at the least that a peer can ask for
      if (entry.value < kMaxPayload || entry.value > kLargestFrameSize) {
        return Fault(ErrorCode::kProtocolError, "SETTINGS with a bad MAX_FRAME_SIZE");
      }
      break;
    case SettingId::kMaxHeaderListSize:
      max_header_list = entry.value;
      break;
    case SettingId::kSidecarInstance:
      instance = entry.value;
      break;
    default:
      break;
  }
  return {};
}

}  // namespace evenkeel::http2
