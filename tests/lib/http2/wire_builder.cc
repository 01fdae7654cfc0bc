#include "tests/lib/http2/wire_builder.h"

#include <algorithm>

namespace evenkeel::http2 {
namespace {

// RFC 7541, section 5.1, with a prefix of 7 bits.
std::string EncodeLength(size_t length) {
  if (length < 127) return std::string(1, static_cast<char>(length));
  std::string encoded(1, '\x7f');
  for (length -= 127; length >= 128; length /= 128) {
    encoded += static_cast<char>(128 | (length % 128));
  }
  return encoded + static_cast<char>(length);
}

uint8_t EndFlag(EndStream end) { return end == EndStream::kYes ? kEndStreamFlag : 0; }

}  // namespace

Fields GrpcRequest(std::string path) {
  return {{":method", "POST"},          {":scheme", "http"}, {":path", path},
          {":authority", "users.test"}, {"te", "trailers"},  {"content-type", "application/grpc"}};
}

Fields GrpcResponse() { return {{":status", "200"}, {"content-type", "application/grpc"}}; }

Fields Without(Fields fields, std::string_view name) {
  std::erase_if(fields, [&](const Field& field) { return field.name == name; });
  return fields;
}

Fields With(Fields fields, std::string name, std::string value) {
  fields.push_back({std::move(name), std::move(value)});
  return fields;
}

HeaderList ToHeaderList(const Fields& fields) {
  HeaderList headers;
  for (const Field& each : fields) headers.Add(each.name, each.value, each.indexing);
  return headers;
}

Fields ToFields(const HeaderList& headers) {
  Fields fields;
  for (const HeaderField each : headers) {
    fields.push_back({std::string(each.name), std::string(each.value), each.indexing});
  }
  return fields;
}

std::string EncodeHeaders(const Fields& fields) {
  std::string block;
  for (const Field& each : fields) {
    block += each.indexing == Indexing::kNever ? '\x10' : '\x00';
    block += EncodeLength(each.name.size()) + each.name;
    block += EncodeLength(each.value.size()) + each.value;
  }
  return block;
}

std::string BigEndian(uint64_t value, size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = size; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
  return bytes;
}

WireBuilder& WireBuilder::Preface() { return Raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"); }

WireBuilder& WireBuilder::Settings(const std::vector<Setting>& settings) {
  std::string payload;
  for (const Setting& each : settings) payload += BigEndian(each.id, 2) + BigEndian(each.value, 4);
  return Frame(kSettings, 0, 0, payload);
}

WireBuilder& WireBuilder::Headers(StreamId id, const Fields& fields, EndStream end) {
  return Frame(kHeaders, kEndHeadersFlag | EndFlag(end), id, EncodeHeaders(fields));
}

WireBuilder& WireBuilder::Data(StreamId id, std::string_view bytes, EndStream end) {
  return Frame(kData, EndFlag(end), id, bytes);
}

WireBuilder& WireBuilder::RstStream(StreamId id, ErrorCode code) {
  return Frame(kRstStream, 0, id, BigEndian(static_cast<uint32_t>(code), 4));
}

WireBuilder& WireBuilder::GoAway(StreamId last, ErrorCode code, std::string_view debug_data) {
  return Frame(kGoAway, 0, 0,
               BigEndian(static_cast<uint32_t>(last), 4) +
                   BigEndian(static_cast<uint32_t>(code), 4) + std::string(debug_data));
}

WireBuilder& WireBuilder::Ping(uint64_t opaque) { return Frame(kPing, 0, 0, BigEndian(opaque, 8)); }

WireBuilder& WireBuilder::WindowUpdate(StreamId id, uint32_t increment) {
  return Frame(kWindowUpdate, 0, id, BigEndian(increment, 4));
}

WireBuilder& WireBuilder::Priority(StreamId id, StreamId dependency) {
  return Frame(kPriority, 0, id, BigEndian(static_cast<uint32_t>(dependency), 4) + '\x10');
}

WireBuilder& WireBuilder::Continuation(StreamId id, std::string_view block, uint8_t flags) {
  return Frame(kContinuation, flags, id, block);
}

WireBuilder& WireBuilder::Frame(uint8_t type, uint8_t flags, StreamId id,
                                std::string_view payload) {
  return Raw(BigEndian(payload.size(), 3) + BigEndian(type, 1) + BigEndian(flags, 1) +
             BigEndian(static_cast<uint32_t>(id), 4))
      .Raw(payload);
}

WireBuilder& WireBuilder::Raw(std::string_view bytes) {
  bytes_ += bytes;
  return *this;
}

}  // namespace evenkeel::http2
