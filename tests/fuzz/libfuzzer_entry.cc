// The entry point of a libFuzzer program; EVENKEEL_FUZZ_TARGET is one of fuzz_target.h's functions.
#include <cstddef>

#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  evenkeel::fuzz::EVENKEEL_FUZZ_TARGET({data, size});
  return 0;
}
