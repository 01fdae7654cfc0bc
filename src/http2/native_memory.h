// NativeMemory: where nghttp2 takes its memory, which is base::BlockPool. Internal to http2.
#pragma once

#include <nghttp2/nghttp2.h>

namespace evenkeel::http2 {

/// For nghttp2_session_server_new3 and the like; lives for ever.
nghttp2_mem* NativeMemory();

}  // namespace evenkeel::http2
