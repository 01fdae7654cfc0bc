// FieldCheck: whether the fields of one header block make a well-formed HTTP message.
//
// What another implementation might read differently than we do must not pass (RFC 9113, sections
// 8.1 to 8.3 and 10.3): names in lower case, no bytes that end a field in HTTP/1, pseudo fields
// once each and first, nothing that belongs to one connection. A value on the stack, for one block.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/http/header_list.h"

namespace evenkeel::http2 {

/// What sidecars tell one another of a call's way, and no one else may.
inline constexpr std::string_view kHopsField = "evenkeel-via";
/// What a proxy tells of its client's certificate, and no client may.
inline constexpr std::string_view kForwardedCertificate = "x-forwarded-client-cert";

class FieldCheck {
 public:
  enum class Section : uint8_t { kRequest, kResponse, kTrailers };

  explicit FieldCheck(Section section) : section_(section) {}

  /// The block's next field.
  void Add(const HeaderField& field) {
    const bool good = field.name.starts_with(':') ? AddPseudo(field.name, field.value)
                                                  : AddRegular(field.name, field.value);
    if (!good) broken_ = true;
  }
  /// Whether all fields were good and those that must be there are. After the last Add.
  bool sound() const;

  /// Whether a field is there whose name ends in -bin, or one twice that gRPC knows once, or
  /// kHopsField or kForwardedCertificate: what others than HTTP have rules for
  /// (rpc::ApplyFieldRules).
  bool doubtful() const { return doubtful_; }
  /// Requests: whether there is a host.
  bool has_host() const { return seen(kHost); }

  /// Responses: :status; 0 while there is none.
  int status() const { return status_; }
  /// A 1xx response, which another follows (section 8.1).
  bool interim() const { return status_ >= 100 && status_ < 200; }
  /// content-length; -1 if there is none.
  int64_t content_length() const { return content_length_; }

 private:
  // What has been seen, as bits.
  enum Seen : uint16_t {
    kMethod = 1 << 0,
    kScheme = 1 << 1,
    kPath = 1 << 2,
    kAuthority = 1 << 3,
    kHost = 1 << 4,
    kStatus = 1 << 5,
    kRegular = 1 << 6,
    kConnect = 1 << 7,
    kOptions = 1 << 8,
    kStarPath = 1 << 9,
    kContentType = 1 << 10,
    kGrpcTimeout = 1 << 11,
    kGrpcStatus = 1 << 12,
    kGrpcEncoding = 1 << 13,
  };

  bool AddPseudo(std::string_view name, std::string_view value);
  bool AddMethod(std::string_view method);
  bool AddPath(std::string_view path);
  bool AddStatus(std::string_view status);
  bool AddRegular(std::string_view name, std::string_view value);
  bool AddContentLength(std::string_view value);
  /// Notes what may come once; false if it has come before.
  bool Once(Seen what);
  void NoteSingle(Seen what) {
    if (!Once(what)) doubtful_ = true;
  }
  bool seen(uint16_t all) const { return (seen_ & all) == all; }
  bool SoundRequest() const;

  const Section section_;
  bool broken_ = false;
  bool doubtful_ = false;
  uint16_t seen_ = 0;
  int status_ = 0;
  int64_t content_length_ = -1;
};

}  // namespace evenkeel::http2
