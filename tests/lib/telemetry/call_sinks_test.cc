#include "lib/telemetry/call_sinks.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::telemetry {
namespace {

class Noted final : public CallSink {
 public:
  Noted(std::string name, std::string& notes) : name_(std::move(name)), notes_(notes) {}
  void OnCallStarted(const CallRecord& record) override {
    notes_ += name_ + "+" + std::string(record.path) + " ";
  }
  void OnCallEnded(const CallRecord& record) override {
    notes_ += name_ + "-" + std::string(record.path) + " ";
  }

 private:
  const std::string name_;
  std::string& notes_;
};

TEST(CallSinksTest, EachHearsOfEachCallInTheOrderInWhichItWasAdded) {
  std::string notes;
  CallSinks sinks;
  sinks.Add(std::make_unique<Noted>("a", notes));
  sinks.Add(std::make_unique<Noted>("b", notes));
  CallRecord record;
  record.path = "/x";
  sinks.OnCallStarted(record);
  sinks.OnCallEnded(record);
  EXPECT_EQ(notes, "a+/x b+/x a-/x b-/x ");
}

}  // namespace
}  // namespace evenkeel::telemetry
