#include "lib/telemetry/record_ring.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include "lib/base/check.h"

namespace evenkeel::telemetry {
namespace {

static_assert(std::is_trivially_copyable_v<RingedCall>);
static_assert(std::is_trivially_copyable_v<AttemptRecord>);

constexpr size_t kAlignment = 8;

constexpr size_t Aligned(size_t size) { return (size + kAlignment - 1) & ~(kAlignment - 1); }

// What a call views, in the order in which it stands in the ring.
constexpr std::array kTexts = {&CallRecord::path,    &CallRecord::client,  &CallRecord::listener,
                               &CallRecord::route,   &CallRecord::cluster, &CallRecord::endpoint,
                               &CallRecord::message, &CallRecord::reason};

template <typename Visit>
void ForEachText(RingedCall& call, Visit visit) {
  for (const auto text : kTexts) visit(call.record.*text);
  visit(call.authority);
  visit(call.user_agent);
}

// Both in one walk: a request has some ten fields.
void FindFields(const http2::HeaderList& request, RingedCall& call) {
  for (size_t i = 0; i < request.size(); ++i) {
    const http2::HeaderField field = request[i];
    if (field.name.size() != 10) continue;
    if (field.name == ":authority") {
      call.authority = field.value.substr(0, RingedCall::kMostText);
    } else if (field.name == "user-agent") {
      call.user_agent = field.value.substr(0, RingedCall::kMostText);
    }
  }
}

void Cut(RingedCall& call) {
  for (const auto text : kTexts) {
    const size_t most = text == &CallRecord::path ? RingedCall::kMostPath : RingedCall::kMostText;
    if ((call.record.*text).size() > most) call.record.*text = (call.record.*text).substr(0, most);
  }
}

// Copies to `to`, which then points behind the copy.
void Append(std::byte*& to, const void* from, size_t size) {
  if (size > 0) std::memcpy(to, from, size);  // `from` may be null
  to += size;
}
void Append(std::byte*& to, std::string_view text) { Append(to, text.data(), text.size()); }

}  // namespace

// Stands in front of each call. Where there is no room for one before the end of the memory, a
// header without a call fills it.
struct RecordRing::Header {
  uint32_t size;  // with this
  uint32_t has_call;
};

RecordRing::RecordRing(size_t bytes)
    : size_(bytes), bytes_(std::make_unique_for_overwrite<std::byte[]>(bytes)) {
  CHECK(std::has_single_bit(bytes));
}

bool RecordRing::Push(const CallRecord& record, uint32_t marks, Urgent urgent) {
  RingedCall call{.record = record, .marks = marks};
  call.record.request = nullptr;
  if (record.request != nullptr) FindFields(*record.request, call);
  Cut(call);
  size_t size = sizeof(Header) + sizeof(RingedCall) + record.tries.size_bytes();
  ForEachText(call, [&size](const std::string_view& text) { size += text.size(); });
  for (const AttemptRecord& each : record.tries) size += each.endpoint.size() + each.zone.size();
  size = Aligned(size);
  std::byte* to = Reserve(size, urgent);
  if (to == nullptr) return false;
  const Header header{.size = static_cast<uint32_t>(size), .has_call = 1};
  Append(to, &header, sizeof header);
  Append(to, &call, sizeof call);
  Append(to, record.tries.data(), record.tries.size_bytes());
  ForEachText(call, [&to](std::string_view text) { Append(to, text); });
  for (const AttemptRecord& each : record.tries) {
    Append(to, each.endpoint);
    Append(to, each.zone);
  }
  pushed_.store(write_, std::memory_order_release);
  return true;
}

// Where a call of that size goes, once pushed_ is write_; null: there is no room.
std::byte* RecordRing::Reserve(size_t size, Urgent urgent) {
  const size_t left = size_ - (write_ & (size_ - 1));  // before the end of the memory
  const size_t skipped = left < size ? left : 0;
  const size_t most = urgent == Urgent::kYes ? size_ : size_ - size_ / 10;
  const uint64_t end = write_ + skipped + size;
  filling_ = end - seen_ > size_ / 4;
  if (filling_) {
    seen_ = drained_.load(std::memory_order_acquire);
    filling_ = end - seen_ > size_ / 4;
    if (end - seen_ > most) return nullptr;
  }
  if (skipped > 0) {
    const Header header{.size = static_cast<uint32_t>(skipped), .has_call = 0};
    std::memcpy(Place(write_), &header, sizeof header);
  }
  std::byte* const place = Place(write_ + skipped);
  write_ = end;
  return place;
}

uint64_t RecordRing::SizeAt(uint64_t position) const {
  return reinterpret_cast<const Header*>(Place(position))->size;
}

// The views are turned to the copies, in place: the memory is the draining thread's by now.
const RingedCall* RecordRing::At(uint64_t position) {
  std::byte* at = Place(position);
  if (reinterpret_cast<const Header*>(at)->has_call == 0) return nullptr;
  at += sizeof(Header);
  auto* const call = reinterpret_cast<RingedCall*>(at);
  at += sizeof(RingedCall);
  call->record.tries = {reinterpret_cast<AttemptRecord*>(at), call->record.tries.size()};
  at += call->record.tries.size_bytes();
  const auto turn = [&at](std::string_view& text) {
    text = {reinterpret_cast<const char*>(at), text.size()};
    at += text.size();
  };
  ForEachText(*call, turn);
  for (AttemptRecord& each : call->record.tries) {
    turn(each.endpoint);
    turn(each.zone);
  }
  return call;
}

}  // namespace evenkeel::telemetry
