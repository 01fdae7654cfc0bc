// The list of those who watch the sidecar's health; what it says of names is in
// health_call_test.cc.
#include "proxy/call/health_service.h"

#include <gtest/gtest.h>

#include <memory>

namespace evenkeel::proxy {
namespace {

class CountingWatcher final : public HealthService::Watcher {
 public:
  explicit CountingWatcher(HealthService& service) : service_(service) {}
  void Look() override {
    ++looks;
    if (leaves) service_.Remove(*this);
  }

  int looks = 0;
  bool leaves = false;

 private:
  HealthService& service_;
};

class HealthServiceTest : public ::testing::Test {
 protected:
  CountingWatcher& Watch() {
    watchers_.push_back(std::make_unique<CountingWatcher>(service_));
    EXPECT_TRUE(service_.Add(*watchers_.back()));
    return *watchers_.back();
  }

  HealthService service_;
  std::vector<std::unique_ptr<CountingWatcher>> watchers_;
};

TEST_F(HealthServiceTest, EachWatcherLooksAtEachChange) {
  Watch();
  Watch();
  service_.SetReady(HealthService::Ready::kYes);
  service_.LookAgain();
  service_.Drain();
  for (const auto& each : watchers_) EXPECT_EQ(each->looks, 3);
}

TEST_F(HealthServiceTest, AWatcherMayLeaveWhileItLooks) {
  for (int i = 0; i < 5; ++i) Watch().leaves = i % 2 == 0;
  service_.LookAgain();
  for (const auto& each : watchers_) EXPECT_EQ(each->looks, 1);
  service_.LookAgain();
  for (const auto& each : watchers_) EXPECT_EQ(each->looks, each->leaves ? 1 : 2);
}

TEST_F(HealthServiceTest, TakesNoMoreThanItsMost) {
  for (size_t i = 0; i < HealthService::kMostWatchers; ++i) Watch();
  CountingWatcher another(service_);
  EXPECT_FALSE(service_.Add(another));
  service_.Remove(*watchers_.front());
  EXPECT_TRUE(service_.Add(another));
}

}  // namespace
}  // namespace evenkeel::proxy
