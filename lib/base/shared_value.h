// SharedValue: a value that its copies share for as long as nobody edits one of them.
//
// To copy it costs a count, and to compare it with a copy of itself a pointer. What others hold
// never changes: Edit takes a copy first. A plain shared_ptr<const T> would be equal by pointer
// only, and would have each editor copy by hand. Copies may be used on different threads; one
// object as any value.
#pragma once

#include <memory>
#include <utility>

namespace evenkeel::base {

template <typename T>
class SharedValue {
 public:
  SharedValue() : value_(std::make_shared<T>()) {}
  SharedValue(T value) : value_(std::make_shared<T>(std::move(value))) {}

  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }
  operator const T&() const { return *value_; }

  /// The value, for whoever needs it longer than this object lives.
  std::shared_ptr<const T> snapshot() const { return value_; }

  /// To change this object alone. Valid until it is copied.
  T& Edit() {
    if (value_.use_count() > 1) value_ = std::make_shared<T>(*value_);
    return *value_;
  }

  /// Whether the two share one value; if not, they may still be equal.
  bool IsShared(const SharedValue& other) const { return value_ == other.value_; }

  friend bool operator==(const SharedValue& a, const SharedValue& b) {
    return a.IsShared(b) || *a == *b;
  }

 private:
  std::shared_ptr<T> value_;
};

}  // namespace evenkeel::base
