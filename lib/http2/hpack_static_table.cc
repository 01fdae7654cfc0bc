#include "lib/http2/hpack_static_table.h"

#include <algorithm>

#include "lib/http/same_text.h"
#include "lib/http2/hpack_bytes.h"

namespace evenkeel::http2 {
namespace {

struct Text {
  std::string_view name;
  std::string_view value;
};

constexpr std::array<Text, kStaticEntries> kTexts = {{
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", ""},
    {"accept-encoding", "gzip, deflate"},
    {"accept-language", ""},
    {"accept-ranges", ""},
    {"accept", ""},
    {"access-control-allow-origin", ""},
    {"age", ""},
    {"allow", ""},
    {"authorization", ""},
    {"cache-control", ""},
    {"content-disposition", ""},
    {"content-encoding", ""},
    {"content-language", ""},
    {"content-length", ""},
    {"content-location", ""},
    {"content-range", ""},
    {"content-type", ""},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"expect", ""},
    {"expires", ""},
    {"from", ""},
    {"host", ""},
    {"if-match", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"if-range", ""},
    {"if-unmodified-since", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"max-forwards", ""},
    {"proxy-authenticate", ""},
    {"proxy-authorization", ""},
    {"range", ""},
    {"referer", ""},
    {"refresh", ""},
    {"retry-after", ""},
    {"server", ""},
    {"set-cookie", ""},
    {"strict-transport-security", ""},
    {"transfer-encoding", ""},
    {"user-agent", ""},
    {"vary", ""},
    {"via", ""},
    {"www-authenticate", ""},
}};

constexpr size_t kTextSize = [] {
  size_t size = 0;
  for (const Text& each : kTexts) size += each.name.size() + each.value.size();
  return size;
}();

constexpr std::array<char, kTextSize> kBytes = [] {
  std::array<char, kTextSize> bytes{};
  char* to = bytes.data();
  for (const Text& each : kTexts) {
    to = std::copy(each.value.begin(), each.value.end(), to);
    to = std::copy(each.name.begin(), each.name.end(), to);
  }
  return bytes;
}();

constexpr std::array<HpackEntry, kStaticEntries> MakeEntries() {
  std::array<HpackEntry, kStaticEntries> entries;
  const char* at = kBytes.data();
  for (size_t i = 0; i < kTexts.size(); ++i) {
    entries[i].bytes = at;
    entries[i].name_size = static_cast<uint16_t>(kTexts[i].name.size());
    entries[i].value_size = static_cast<uint16_t>(kTexts[i].value.size());
    at += entries[i].name_size + entries[i].value_size;
  }
  return entries;
}

struct NamedInsertion {
  std::string_view name;
  Insertion insertion;
};

// All other names: kAlways.
constexpr NamedInsertion kInsertions[] = {
    {"age", Insertion::kNever},
    {"authorization", Insertion::kSecret},
    {"content-length", Insertion::kNever},
    {"cookie", Insertion::kCookie},
    {"date", Insertion::kNever},
    {"etag", Insertion::kNever},
    {"grpc-message", Insertion::kNever},
    {"grpc-status-details-bin", Insertion::kNever},
    {"grpc-tags-bin", Insertion::kNameOnce},
    {"grpc-timeout", Insertion::kNameOnce},
    {"grpc-trace-bin", Insertion::kNameOnce},
    {"if-modified-since", Insertion::kNever},
    {"last-modified", Insertion::kNever},
    {"location", Insertion::kNever},
    {"proxy-authorization", Insertion::kSecret},
    {"set-cookie", Insertion::kNever},
    {"traceparent", Insertion::kNameOnce},
    {"tracestate", Insertion::kNameOnce},
    {"x-request-id", Insertion::kNameOnce},
};

struct Slot {
  std::string_view name;
  KnownName known;
};

// Where a name is looked for: at its hash, and then in the slots after it up to an empty one.
constexpr size_t kSlots = 256;

constexpr size_t FindSlot(const std::array<Slot, kSlots>& slots, std::string_view name) {
  size_t at = HashBytes(name) % kSlots;
  while (!slots[at].name.empty() && slots[at].name != name) at = (at + 1) % kSlots;
  return at;
}

constexpr std::array<Slot, kSlots> MakeSlots() {
  std::array<Slot, kSlots> slots;
  for (uint8_t i = 0; i < kStaticEntries; ++i) {
    Slot& slot = slots[FindSlot(slots, kTexts[i].name)];
    slot.name = kTexts[i].name;
    if (slot.known.values++ == 0) slot.known.index = static_cast<uint8_t>(i + 1);
  }
  for (const NamedInsertion& each : kInsertions) {
    Slot& slot = slots[FindSlot(slots, each.name)];
    slot.name = each.name;
    slot.known.insertion = each.insertion;
  }
  return slots;
}

constexpr std::array<Slot, kSlots> kNames = MakeSlots();

}  // namespace

constexpr std::array<HpackEntry, kStaticEntries> kStaticTable = MakeEntries();

KnownName FindKnownName(std::string_view name, uint16_t hash) {
  size_t at = hash % kSlots;
  for (; !kNames[at].name.empty(); at = (at + 1) % kSlots) {
    if (SameText(kNames[at].name, name)) return kNames[at].known;
  }
  return {};
}

}  // namespace evenkeel::http2
