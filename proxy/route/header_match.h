// HeaderMatch: whether a call carries the metadata that a route or a fault asks for.
#pragma once

#include <algorithm>
#include <vector>

#include "lib/config/metadata.h"
#include "lib/http/header_list.h"

namespace evenkeel::proxy {

/// Whether `headers` has each of `wanted`, name and value; true where nothing is wanted. Of several
/// fields of a name one will do.
inline bool HasAll(const http2::HeaderList& headers, const std::vector<config::Metadata>& wanted) {
  return std::ranges::all_of(wanted, [&headers](const config::Metadata& each) {
    for (const http2::HeaderField field : headers) {
      if (field.name == each.name && field.value == each.value) return true;
    }
    return false;
  });
}

}  // namespace evenkeel::proxy
