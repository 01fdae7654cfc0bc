#include "backend/note.h"

#include <gtest/gtest.h>

namespace evenkeel::backend {
namespace {

TEST(NoteTest, RepeatsAfter251Bytes) {
  const std::string note = MakeNote(600);
  EXPECT_EQ(note.size(), 600u);
  EXPECT_EQ(note[250], static_cast<char>(250));
  EXPECT_EQ(note[251], 0);
  EXPECT_EQ(note[599], static_cast<char>(599 % 251));
}

TEST(NoteChecksumTest, IsAdler32) {
  NoteChecksum checksum;
  EXPECT_EQ(checksum.value(), 1u);
  checksum.Add("Wikipedia");
  EXPECT_EQ(checksum.value(), 0x11E60398u);  // the usual example of Adler-32
}

TEST(NoteChecksumTest, DoesNotOverflowWithTheLargestBytes) {
  NoteChecksum checksum;
  checksum.Add(std::string(1'000'000, '\xff'));
  // Both sums by their closed forms, modulo 65521.
  constexpr uint64_t kLow = (1 + 255ull * 1'000'000) % 65521;
  constexpr uint64_t kHigh = (1'000'000ull + 255ull * 1'000'000 * 1'000'001 / 2) % 65521;
  EXPECT_EQ(checksum.value(), (kHigh << 16) | kLow);
}

TEST(NoteChecksumTest, DoesNotDependOnHowTheBytesAreSplit) {
  const std::string note = MakeNote(20'000);
  NoteChecksum whole;
  whole.Add(note);
  NoteChecksum parts;
  parts.Add(note.substr(0, 7'001));
  parts.Add(note.substr(7'001));
  EXPECT_EQ(whole.value(), parts.value());
}

}  // namespace
}  // namespace evenkeel::backend
