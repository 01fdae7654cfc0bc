#include "lib/http/server_stream.h"

#include <gtest/gtest.h>

namespace evenkeel::http {
namespace {

class FakeStream final : public ServerStream {
 public:
  explicit FakeStream(int& releases) : releases_(releases) {}
  void SetHandler(http2::StreamHandler&) override {}
  void SubmitHeaders(http2::HeaderList, http2::EndStream) override {}
  void SubmitData(std::span<const uint8_t>, http2::EndStream) override {}
  void SubmitTrailers(http2::HeaderList) override {}
  void Reset(http2::ErrorCode) override {}
  void ReturnCredit(size_t) override {}
  uint32_t max_header_list() const override { return UINT32_MAX; }
  size_t unsent() const override { return 7; }
  size_t held() const override { return 0; }

 private:
  void Release() override { ++releases_; }
  int& releases_;
};

TEST(ServerStreamTest, AHandleHasTheStreamReleaseItself) {
  int releases = 0;
  FakeStream stream(releases);
  {
    const ServerStreamHandle handle(&stream);
    EXPECT_EQ(handle->unsent(), 7u);
    EXPECT_EQ(releases, 0);
  }
  EXPECT_EQ(releases, 1);
}

}  // namespace
}  // namespace evenkeel::http
