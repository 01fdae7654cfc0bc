// NvArray: a HeaderList in the form that nghttp2's submit functions read. Internal to http2.
//
// It lives for one call of such a function. nghttp2 copies the array but not the bytes, so the list
// has to stay as it is until its frame is made or its stream has closed.
#pragma once

#include <nghttp2/nghttp2.h>

#include <array>
#include <vector>

#include "http2/header_list.h"

namespace evenkeel::http2 {

class NvArray {
 public:
  explicit NvArray(const HeaderList& headers) {
    nghttp2_nv* to = inline_.data();
    if (headers.size() > inline_.size()) {
      large_.resize(headers.size());
      to = large_.data();
    }
    data_ = to;
    for (const HeaderField field : headers) {
      *to++ = {Bytes(field.name), Bytes(field.value), field.name.size(), field.value.size(),
               FlagsOf(field.indexing)};
    }
  }
  NvArray(const NvArray&) = delete;
  NvArray& operator=(const NvArray&) = delete;

  const nghttp2_nv* data() const { return data_; }

 private:
  static uint8_t FlagsOf(Indexing indexing) {
    constexpr int kNoCopy = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE;
    return static_cast<uint8_t>(indexing == Indexing::kNever ? kNoCopy | NGHTTP2_NV_FLAG_NO_INDEX
                                                             : kNoCopy);
  }
  // nghttp2 takes pointers to non-const and writes through none of them.
  static uint8_t* Bytes(std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  }

  std::array<nghttp2_nv, 32> inline_;  // enough for nearly every call: no allocation
  std::vector<nghttp2_nv> large_;
  const nghttp2_nv* data_;
};

}  // namespace evenkeel::http2
