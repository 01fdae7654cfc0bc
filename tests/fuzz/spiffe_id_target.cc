#include <string_view>

#include "lib/base/check.h"
#include "lib/base/spiffe_id.h"
#include "tests/fuzz/fuzz_target.h"

namespace evenkeel::fuzz {

// What is an ID has one spelling, whose parts make it up.
void FuzzSpiffeId(std::span<const uint8_t> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  const auto id = base::SpiffeId::Parse(text);
  if (!id) {
    CHECK(!id.error().empty());
    return;
  }
  CHECK(id->ToString() == text && text.size() <= base::SpiffeId::kMaxSize);
  CHECK(id->ToString() == "spiffe://" + std::string(id->trust_domain()) + std::string(id->path()));
  CHECK(!id->trust_domain().empty() && id->trust_domain().find('/') == std::string_view::npos);
  CHECK(text.find_first_of("%?#@:\\ ", 9) == std::string_view::npos);
  CHECK(!id->path().ends_with('/') && id->path().find("//") == std::string_view::npos);
  for (const std::string_view each : {"/./", "/../"}) {
    CHECK((std::string(id->path()) + "/").find(each) == std::string::npos);
  }
}

}  // namespace evenkeel::fuzz
