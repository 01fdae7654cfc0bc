#include "tests/lib/http2/native_hpack.h"

#include "lib/base/check.h"

namespace evenkeel::http2 {

NativeInflater::NativeInflater() {
  nghttp2_hd_inflater* inflater = nullptr;
  CHECK(nghttp2_hd_inflate_new(&inflater) == 0);
  inflater_.reset(inflater);
}

std::optional<Fields> NativeInflater::Decode(std::string_view block) {
  Fields fields;
  int flags = 0;
  while ((flags & NGHTTP2_HD_INFLATE_FINAL) == 0) {
    nghttp2_nv field;
    const ssize_t taken = nghttp2_hd_inflate_hd2(inflater_.get(), &field, &flags,
                                                 AsBytes(block).data(), block.size(), 1);
    if (taken < 0) return std::nullopt;
    block.remove_prefix(static_cast<size_t>(taken));
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0) continue;
    const bool never = (field.flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0;
    fields.push_back({{reinterpret_cast<const char*>(field.name), field.namelen},
                      {reinterpret_cast<const char*>(field.value), field.valuelen},
                      never ? Indexing::kNever : Indexing::kAllowed});
  }
  nghttp2_hd_inflate_end_headers(inflater_.get());
  return fields;
}

NativeDeflater::NativeDeflater() {
  nghttp2_hd_deflater* deflater = nullptr;
  CHECK(nghttp2_hd_deflate_new(&deflater, 4096) == 0);
  deflater_.reset(deflater);
}

void NativeDeflater::SetTableLimit(size_t bytes) {
  CHECK(nghttp2_hd_deflate_change_table_size(deflater_.get(), bytes) == 0);
}

std::string NativeDeflater::Encode(const Fields& fields) {
  std::vector<nghttp2_nv> native;
  for (const Field& each : fields) {
    native.push_back(
        {const_cast<uint8_t*>(AsBytes(each.name).data()),
         const_cast<uint8_t*>(AsBytes(each.value).data()), each.name.size(), each.value.size(),
         static_cast<uint8_t>(each.indexing == Indexing::kNever ? NGHTTP2_NV_FLAG_NO_INDEX
                                                                : NGHTTP2_NV_FLAG_NONE)});
  }
  std::string block;
  block.resize(nghttp2_hd_deflate_bound(deflater_.get(), native.data(), native.size()));
  const ssize_t size =
      nghttp2_hd_deflate_hd(deflater_.get(), reinterpret_cast<uint8_t*>(block.data()), block.size(),
                            native.data(), native.size());
  CHECK(size >= 0);
  block.resize(static_cast<size_t>(size));
  return block;
}

}  // namespace evenkeel::http2
