// What header blocks cost, by our HPACK and by nghttp2's: a gRPC request whose fields were all sent
// before (deadlines:1), and one whose deadline changes from call to call (deadlines:64).
//
//   hpack_bench --benchmark_filter='Encode.*'
//
// In instructions: per block a thousandth of what callgrind counts in the function that does it.
//   valgrind --tool=callgrind --collect-atstart=no --toggle-collect='*HpackEncoder::Encode(*' ...
//     ... hpack_bench --benchmark_filter=EncodeOurs/deadlines:64
#include <benchmark/benchmark.h>
#include <nghttp2/nghttp2.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/usual_fields.h"
#include "lib/http2/hpack_decoder.h"
#include "lib/http2/hpack_encoder.h"

namespace evenkeel::http2 {
namespace {

constexpr int kBlocks = 1000;

// One connection's requests, again and again.
class Requests {
 public:
  explicit Requests(const benchmark::State& state) {
    for (int64_t i = 0; i < state.range(0); ++i) {
      lists_.push_back(bench::UsualRequest(std::to_string(9999 - i) + "m"));
    }
  }
  const HeaderList& Next() { return lists_[next_++ % lists_.size()]; }

 private:
  std::vector<HeaderList> lists_;
  size_t next_ = 0;
};

using Block = std::array<uint8_t, 4096>;

// As a session hands them over: the fields stay where they are.
[[gnu::noinline]] size_t EncodeByNative(nghttp2_hd_deflater* deflater, const HeaderList& headers,
                                        Block& block) {
  std::array<nghttp2_nv, 16> fields;
  size_t count = 0;
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  for (const HeaderField each : headers) {
    fields[count++] = {bytes(each.name), bytes(each.value), each.name.size(), each.value.size(), 0};
  }
  const ssize_t size =
      nghttp2_hd_deflate_hd(deflater, block.data(), block.size(), fields.data(), count);
  if (size < 0) std::abort();
  return static_cast<size_t>(size);
}

[[gnu::noinline]] size_t DecodeByNative(nghttp2_hd_inflater* inflater, const uint8_t* at,
                                        size_t left) {
  size_t bytes = 0;
  for (int flags = 0; (flags & NGHTTP2_HD_INFLATE_FINAL) == 0;) {
    nghttp2_nv field;
    const ssize_t taken = nghttp2_hd_inflate_hd2(inflater, &field, &flags, at, left, 1);
    if (taken < 0) std::abort();
    at += taken;
    left -= static_cast<size_t>(taken);
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) bytes += field.namelen + field.valuelen;
  }
  nghttp2_hd_inflate_end_headers(inflater);
  return bytes;
}

[[gnu::noinline]] size_t DecodeByOurs(HpackDecoder& decoder, const uint8_t* at, size_t size) {
  size_t bytes = 0;
  decoder.Begin({at, size});
  for (HeaderField field; decoder.Next(field);) bytes += field.name.size() + field.value.size();
  if (decoder.failed()) std::abort();
  return bytes;
}

void EncodeOurs(benchmark::State& state) {
  Requests requests(state);
  HpackEncoder encoder;
  Block block;
  for (auto _ : state) {
    benchmark::DoNotOptimize(encoder.Encode(requests.Next(), block.data()));
  }
}
BENCHMARK(EncodeOurs)->ArgName("deadlines")->Arg(1)->Arg(64)->Iterations(kBlocks);

void EncodeNative(benchmark::State& state) {
  Requests requests(state);
  nghttp2_hd_deflater* deflater;
  if (nghttp2_hd_deflate_new(&deflater, 4096) != 0) std::abort();
  Block block;
  for (auto _ : state) {
    benchmark::DoNotOptimize(EncodeByNative(deflater, requests.Next(), block));
  }
  nghttp2_hd_deflate_del(deflater);
}
BENCHMARK(EncodeNative)->ArgName("deadlines")->Arg(1)->Arg(64)->Iterations(kBlocks);

// Each of blocks that our encoder wrote, which both read.
void DecodeOurs(benchmark::State& state) {
  Requests requests(state);
  HpackEncoder encoder;
  HpackDecoder decoder;
  Block block;
  for (auto _ : state) {
    const size_t size = encoder.Encode(requests.Next(), block.data());
    benchmark::DoNotOptimize(DecodeByOurs(decoder, block.data(), size));
  }
}
BENCHMARK(DecodeOurs)->ArgName("deadlines")->Arg(1)->Arg(64)->Iterations(kBlocks);

void DecodeNative(benchmark::State& state) {
  Requests requests(state);
  HpackEncoder encoder;
  nghttp2_hd_inflater* inflater;
  if (nghttp2_hd_inflate_new(&inflater) != 0) std::abort();
  Block block;
  for (auto _ : state) {
    const size_t size = encoder.Encode(requests.Next(), block.data());
    benchmark::DoNotOptimize(DecodeByNative(inflater, block.data(), size));
  }
  nghttp2_hd_inflate_del(inflater);
}
BENCHMARK(DecodeNative)->ArgName("deadlines")->Arg(1)->Arg(64)->Iterations(kBlocks);

}  // namespace
}  // namespace evenkeel::http2
