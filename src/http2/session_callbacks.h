// What nghttp2 calls back into, as trampolines to Session and Stream. Internal to http2.
#pragma once

#include <nghttp2/nghttp2.h>

#include "http2/session.h"

namespace evenkeel::http2 {

struct SessionCallbacks {
  /// Made once, shared by all sessions.
  static const nghttp2_session_callbacks* Get();

  /// nghttp2's source of a stream's body; hands the bytes out by SendData.
  static ssize_t ReadBody(nghttp2_session* session, int32_t id, uint8_t* buffer, size_t length,
                          uint32_t* flags, nghttp2_data_source* source, void* user) noexcept;

 private:
  static int OnBeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept;
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t flags,
                      void* user) noexcept;
  static int OnDataChunk(nghttp2_session*, uint8_t flags, int32_t id, const uint8_t* data,
                         size_t size, void* user) noexcept;
  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept;
  static int OnFrameSent(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept;
  static int OnInvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int error,
                            void* user) noexcept;
  static int OnStreamClose(nghttp2_session*, int32_t id, uint32_t code, void* user) noexcept;
  static int SendData(nghttp2_session*, nghttp2_frame* frame, const uint8_t* frame_header,
                      size_t length, nghttp2_data_source* source, void* user) noexcept;
  static int OnError(nghttp2_session*, int code, const char* text, size_t size,
                     void* user) noexcept;

  static void OnHeadersFrame(Session& session, Stream& stream, const nghttp2_frame& frame);
  static void OnGoAwayFrame(Session& session, const nghttp2_goaway& frame);
  static void NoteFailure(Session& session, const nghttp2_goaway& frame);
};

}  // namespace evenkeel::http2
