// LocalPtr: shared ownership among objects of one thread.
//
// A plain count in the object itself: taking and letting go costs an increment, where shared_ptr
// has an atomic operation on a line that all threads want. So an object and all pointers to it
// belong to one thread. The last pointer destroys the object.
#pragma once

#include <cstddef>
#include <utility>

namespace evenkeel::base {

/// What a LocalPtr can hold.
class LocalCounted {
 public:
  LocalCounted(const LocalCounted&) = delete;
  LocalCounted& operator=(const LocalCounted&) = delete;

 protected:
  LocalCounted() = default;
  ~LocalCounted() = default;

 private:
  template <typename T>
  friend class LocalPtr;
  mutable size_t pointers_ = 0;
};

template <typename T>
class LocalPtr {
 public:
  LocalPtr() = default;
  /// One more owner of `object`, which was made by new; null holds nothing.
  explicit LocalPtr(T* object) : object_(object) { Take(); }
  LocalPtr(const LocalPtr& other) : object_(other.object_) { Take(); }
  LocalPtr(LocalPtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  LocalPtr& operator=(LocalPtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~LocalPtr() {
    if (object_ != nullptr && --object_->pointers_ == 0) delete object_;
  }

  T* get() const { return object_; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  void Take() {
    if (object_ != nullptr) ++object_->pointers_;
  }

  T* object_ = nullptr;
};

template <typename T, typename... Args>
LocalPtr<T> MakeLocal(Args&&... args) {
  return LocalPtr<T>(new T(std::forward<Args>(args)...));
}

}  // namespace evenkeel::base
