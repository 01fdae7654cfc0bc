// Our HPACK against nghttp2's: each reads what the other writes, and both refuse the same blocks.
#include <gtest/gtest.h>

#include <string>

#include "lib/base/random.h"
#include "lib/http2/hpack_static_table.h"
#include "tests/lib/http2/hpack_block.h"
#include "tests/lib/http2/native_hpack.h"

namespace evenkeel::http2 {
namespace {

// Header lists of a connection: mostly fields sent before.
class FieldSource {
 public:
  explicit FieldSource(uint64_t seed) : random_(seed) {}

  Fields Make() {
    Fields fields;
    for (uint64_t count = random_.Below(12); count > 0; --count) {
      if (seen_.empty() || random_.Below(6) == 0) seen_.push_back(NewField());
      Field field = seen_[seen_.size() - 1 - random_.Below(std::min<uint64_t>(seen_.size(), 30))];
      if (random_.Below(30) == 0) field.indexing = Indexing::kNever;
      fields.push_back(field);
    }
    return fields;
  }

 private:
  Field NewField() {
    static const char* const kNames[] = {
        ":method", ":path",        ":status",       "content-type",    "user-agent",
        "te",      "grpc-timeout", "grpc-tags-bin", "accept-encoding", "traceparent",
        "a",       "x-request-id", "grpc-status"};
    static const char* const kValues[] = {"", "GET", "POST", "200", "/", "0", "gzip, deflate"};
    Field field;
    field.name = random_.Below(2) == 0 ? kNames[random_.Below(std::size(kNames))] : Text(20);
    field.value = random_.Below(3) == 0 ? kValues[random_.Below(std::size(kValues))] : Text(60);
    if (random_.Below(40) == 0) field.value = Text(5000);
    return field;
  }
  std::string Text(uint64_t most) {
    std::string text(random_.Below(most + 1), ' ');
    const uint64_t symbols = random_.Below(10) == 0 ? 256 : 26;
    for (char& each : text)
      each = static_cast<char>(symbols == 26 ? 'a' + random_.Below(26) : random_.Below(256));
    return text;
  }

  base::Random random_;
  Fields seen_;
};

constexpr int kConnections = 20;
constexpr int kBlocks = 300;

// nghttp2 compares table sizes with what it announced, the default; so a peer may ask for less.
uint32_t TableLimit(base::Random& random) {
  constexpr uint32_t kLimits[] = {0, 32, 64, 100, 500, 1000, 4095, 4096};
  return kLimits[random.Below(std::size(kLimits))];
}

TEST(HpackNativeTest, NativeReadsWhatOursWrites) {
  for (uint64_t seed = 0; seed < kConnections; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    FieldSource source(seed);
    HpackEncoder encoder;
    NativeInflater native;
    for (int i = 0; i < kBlocks; ++i) {
      while (random.Below(20) == 0) encoder.SetTableLimit(TableLimit(random));
      const Fields fields = source.Make();
      ASSERT_EQ(native.Decode(Encode(encoder, fields)), fields) << "block " << i;
    }
  }
}

TEST(HpackNativeTest, OursReadsWhatNativeWrites) {
  for (uint64_t seed = 0; seed < kConnections; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    FieldSource source(seed);
    HpackDecoder decoder;
    NativeDeflater native;
    for (int i = 0; i < kBlocks; ++i) {
      while (random.Below(20) == 0) native.SetTableLimit(TableLimit(random));
      const Fields fields = source.Make();
      ASSERT_EQ(Decode(decoder, native.Encode(fields)), fields) << "block " << i;
    }
  }
}

TEST(HpackNativeTest, BothHaveTheSameStaticTable) {
  for (uint32_t index = 1; index <= kStaticEntries; ++index) {
    HpackDecoder decoder;
    NativeInflater native;
    const std::string block(1, static_cast<char>(0x80 | index));
    const auto fields = Decode(decoder, block);
    ASSERT_TRUE(fields);
    EXPECT_EQ(fields, native.Decode(block));
    // And our encoder finds each, but for what it marks as secret.
    const std::string& name = fields->front().name;
    if (name.ends_with("authorization") || name == "cookie") continue;
    HpackEncoder encoder;
    EXPECT_EQ(Encode(encoder, *fields), block);
  }
}

TEST(HpackNativeTest, OnlyNativeRefusesStringsOf64KiB) {
  for (const size_t size : {65'536, 65'537}) {
    HpackEncoder encoder;
    HpackDecoder decoder;
    NativeInflater native;
    const Fields fields = {{"a", std::string(size, '\x01')}};  // longer in Huffman code
    const std::string block = Encode(encoder, fields);
    EXPECT_EQ(Decode(decoder, block), fields);
    EXPECT_EQ(native.Decode(block).has_value(), size == 65'536);
  }
}

TEST(HpackNativeTest, OursWritesNoMoreThanNative) {
  HpackEncoder encoder;
  NativeDeflater native;
  size_t ours = 0;
  size_t natives = 0;
  for (int i = 0; i < 100; ++i) {
    const Fields request = With(GrpcRequest(), "grpc-timeout", std::to_string(99999 - i) + "m");
    ours += Encode(encoder, request).size();
    natives += native.Encode(request).size();
  }
  EXPECT_LE(ours, natives);
}

std::string Mutated(std::string block, base::Random& random) {
  for (uint64_t steps = random.Below(4); steps > 0 && !block.empty(); --steps) {
    const size_t at = random.Below(block.size());
    switch (random.Below(5)) {
      case 0:
        block.resize(at);
        break;
      case 1:
        block[at] = static_cast<char>(random.Below(256));
        break;
      case 2:
        block[at] ^= static_cast<char>(1 << random.Below(8));
        break;
      case 3:
        block.insert(at, 1 + random.Below(3), static_cast<char>(random.Below(256)));
        break;
      default:
        block.erase(at, 1 + random.Below(3));
    }
  }
  return block;
}

TEST(HpackNativeTest, BothAgreeOnMutatedBlocks) {
  int refused = 0;
  int taken = 0;
  for (uint64_t seed = 0; seed < 20'000; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    FieldSource source(seed);
    HpackEncoder ours;
    NativeDeflater natives;
    HpackDecoder decoder;
    NativeInflater inflater;
    const bool by_native = random.Below(2) == 0;
    for (int i = 0; i < 4; ++i) {
      const Fields fields = source.Make();
      const std::string written = by_native ? natives.Encode(fields) : Encode(ours, fields);
      const std::string block = Mutated(written, random);
      const auto expected = inflater.Decode(block);
      ASSERT_EQ(Decode(decoder, block), expected) << ToHex(block);
      ++(expected ? taken : refused);
      if (!expected) break;
    }
  }
  EXPECT_GT(refused, 2000);
  EXPECT_GT(taken, 2000);
}

}  // namespace
}  // namespace evenkeel::http2
