// HpackDecoder: the header blocks of one direction of a connection, read (RFC 7541).
//
// It knows the format alone: what names and values may hold, and how many fields a list may have,
// others decide. A block costs time linear in its bytes and at most 1.6 times of them in memory for
// the moment, whatever a peer sends. Owned by a session; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "lib/http/header_list.h"
#include "lib/http2/hpack_table.h"
#include "lib/http2/huffman.h"

namespace evenkeel::http2 {

class HpackDecoder {
 public:
  /// `table_limit`: our SETTINGS_HEADER_TABLE_SIZE, at most 4,096.
  explicit HpackDecoder(uint32_t table_limit = HpackTable::kMostSize);
  HpackDecoder(const HpackDecoder&) = delete;
  HpackDecoder& operator=(const HpackDecoder&) = delete;
  ~HpackDecoder() { FreeScratch(); }

  /// Starts on a whole header block (all CONTINUATIONs joined); its bytes live until the last Next.
  void Begin(std::span<const uint8_t> block);
  /// The next field; false at the block's end or at an error. Views live until the next Next or
  /// Begin. A never-indexed literal is marked so.
  bool Next(HeaderField& field);
  /// Whether the block broke RFC 7541 (COMPRESSION_ERROR); the decoder is of no use then.
  bool failed() const { return failed_; }

 private:
  // A string as it stands in the block (RFC 7541, section 5.2).
  struct Encoded {
    std::span<const uint8_t> bytes;
    bool huffman = false;
    /// How much of the scratch it needs to be decoded.
    size_t bound() const { return huffman ? HuffmanDecodedBound(bytes.size()) : 0; }
  };

  void ReadSizeUpdates();
  bool ReadIndexed(HeaderField& field);
  /// `pattern` is the first byte's, above the name's index.
  bool ReadLiteral(uint8_t pattern, unsigned prefix_bits, HeaderField& field);
  void Insert(const HeaderField& field);
  bool ReadNumber(unsigned prefix_bits, uint32_t& value);
  bool ReadString(Encoded& string);
  /// The name and value at an index of both tables; fails when there is none.
  bool LookUp(uint32_t index, HeaderField& field);
  bool Decode(const Encoded& string, std::string_view& text);
  std::string_view Keep(std::string_view text);
  /// Empties the scratch and makes room there.
  void Reserve(size_t bytes);
  void FreeScratch();
  bool Fail();

  HpackTable table_;
  const uint32_t table_limit_;
  bool failed_ = false;
  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  // What of the current field is neither in the block nor in the table; none between blocks.
  char* scratch_ = nullptr;
  size_t scratch_size_ = 0;
  size_t scratch_used_ = 0;
};

}  // namespace evenkeel::http2
