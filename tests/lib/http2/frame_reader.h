// FrameReader: HTTP/2 bytes that a session produced, read back as frames, for tests to compare.
//
// Reads one direction of one connection, because header blocks build on each other. Bytes of a
// frame that is not complete wait for the rest.
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "tests/lib/http2/native_hpack.h"
#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::http2 {

struct Frame {
  uint8_t type;
  uint8_t flags;
  StreamId id;
  std::string payload;
  Fields fields;  ///< of HEADERS
};

/// A frame in the words of RFC 9113: "HEADERS 1 END_STREAM", "DATA 1 5 bytes",
/// "RST_STREAM 1 CANCEL", "WINDOW_UPDATE 0 +960", "GOAWAY last 3 NO_ERROR", "SETTINGS ACK".
std::string Describe(const Frame& frame);
std::vector<std::string> Describe(const std::vector<Frame>& frames);

class FrameReader {
 public:
  /// The frames that these bytes complete. A client's preface is skipped.
  std::vector<Frame> Read(std::span<const uint8_t> bytes);

 private:
  void SkipPreface();
  Fields Decode(std::string_view block);

  std::string pending_;
  NativeInflater inflater_;
};

}  // namespace evenkeel::http2
