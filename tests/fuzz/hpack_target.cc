#include <string>
#include <string_view>

#include "lib/base/check.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/lib/http2/hpack_block.h"
#include "tests/lib/http2/native_hpack.h"

namespace evenkeel::fuzz {
namespace {

// Below this nghttp2 has no limits of its own: it refuses strings of more than 64 KiB.
constexpr size_t kMostBlock = 16 * 1024;

// Takes a number of so many bytes off the input.
size_t TakeNumber(std::string_view& input, size_t bytes) {
  size_t number = 0;
  for (; bytes > 0 && !input.empty(); --bytes, input.remove_prefix(1)) {
    number = number << 8 | static_cast<uint8_t>(input.front());
  }
  return number;
}

}  // namespace

void FuzzHpack(std::span<const uint8_t> bytes) {
  std::string_view input(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  http2::HpackDecoder decoder;
  http2::NativeInflater native;
  http2::HpackEncoder encoder;
  http2::HpackDecoder of_ours;
  http2::NativeInflater native_of_ours;
  while (!input.empty()) {
    const size_t limit = TakeNumber(input, 1) * 24;  // now and then above what is announced
    const size_t size = TakeNumber(input, 2) % kMostBlock;
    const std::string_view block = input.substr(0, size);
    input.remove_prefix(block.size());
    const auto fields = http2::Decode(decoder, block);
    CHECK(fields == native.Decode(block));
    if (!fields) return;

    encoder.SetTableLimit(static_cast<uint32_t>(limit));
    const std::string again = http2::Encode(encoder, *fields);
    auto expected = http2::Decode(of_ours, again);
    CHECK(expected && expected == native_of_ours.Decode(again));
    CHECK(expected->size() == fields->size());
    for (size_t i = 0; i < fields->size(); ++i) {
      CHECK((*expected)[i].name == (*fields)[i].name);
      CHECK((*expected)[i].value == (*fields)[i].value);
    }
  }
}

}  // namespace evenkeel::fuzz
