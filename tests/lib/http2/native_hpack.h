// NativeInflater and NativeDeflater: nghttp2's HPACK, to hold ours against.
//
// Each is one direction of one connection.
#pragma once

#include <nghttp2/nghttp2.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::http2 {

class NativeInflater {
 public:
  NativeInflater();
  /// Null when the block is an error; the inflater is of no use then.
  std::optional<Fields> Decode(std::string_view block);

 private:
  struct Deleter {
    void operator()(nghttp2_hd_inflater* inflater) const { nghttp2_hd_inflate_del(inflater); }
  };
  std::unique_ptr<nghttp2_hd_inflater, Deleter> inflater_;
};

class NativeDeflater {
 public:
  NativeDeflater();
  void SetTableLimit(size_t bytes);
  std::string Encode(const Fields& fields);

 private:
  struct Deleter {
    void operator()(nghttp2_hd_deflater* deflater) const { nghttp2_hd_deflate_del(deflater); }
  };
  std::unique_ptr<nghttp2_hd_deflater, Deleter> deflater_;
};

}  // namespace evenkeel::http2
