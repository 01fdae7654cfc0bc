// HealthState: whether this replica says it serves, for the server as a whole ("") and for
// user.v1.UserService alike, and who wants to hear of changes. One thread.
#pragma once

#include <list>
#include <string_view>

namespace evenkeel::backend {

enum class Serving { kServing, kNotServing };

class HealthState {
 public:
  class Watcher {
   public:
    /// Must not watch or stop watching from within.
    virtual void OnChange() = 0;

   protected:
    ~Watcher() = default;
  };

  /// Whether `service` is one of those above.
  static bool Knows(std::string_view service) {
    return service.empty() || service == "user.v1.UserService";
  }

  Serving serving() const { return serving_; }

  void Set(Serving serving) {
    if (serving == serving_) return;
    serving_ = serving;
    for (Watcher* const watcher : watchers_) watcher->OnChange();
  }

  void Flip() { Set(serving_ == Serving::kServing ? Serving::kNotServing : Serving::kServing); }

  void Add(Watcher& watcher) { watchers_.push_back(&watcher); }
  void Remove(Watcher& watcher) { watchers_.remove(&watcher); }

 private:
  Serving serving_ = Serving::kServing;
  std::list<Watcher*> watchers_;
};

}  // namespace evenkeel::backend
