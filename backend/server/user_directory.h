// UserDirectory: the users of one replica, in memory, and who wants to hear of changes.
//
// It does not keep notes: they are payload for tests, not data. One thread.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "user/v1/user_service.pb.h"

namespace evenkeel::backend {

class UserDirectory {
 public:
  using Event = std::shared_ptr<const user::v1::UserEvent>;

  class Watcher {
   public:
    /// Must not watch or stop watching from within.
    virtual void OnEvent(const Event& event) = 0;

   protected:
    ~Watcher() = default;
  };

  /// Keeps a watcher registered; destroying it ends that.
  class Watch {
   public:
    Watch() = default;
    Watch(UserDirectory* directory, std::list<Watcher*>::iterator position)
        : directory_(directory), position_(position) {}
    Watch(Watch&& other) noexcept;
    Watch& operator=(Watch&& other) noexcept;
    ~Watch() { End(); }
    void End();

   private:
    UserDirectory* directory_ = nullptr;
    std::list<Watcher*>::iterator position_;
  };

  /// More are refused, so that no client can fill the memory.
  static constexpr size_t kMaxUsers = 1'000'000;
  static constexpr size_t kMaxIdSize = 256;

  /// Starts with user-1 to user-`count`, whose names and addresses depend on the number alone.
  explicit UserDirectory(uint32_t count);

  /// Nothing when there is none. Lives until the next Put.
  const user::v1::User* Find(const std::string& user_id) const;

  /// The first user whose id comes after `user_id`; nothing at the end. Start with "".
  const user::v1::User* After(const std::string& user_id) const;

  /// Creates or replaces, and tells every watcher before it returns. CHANGE_UNSPECIFIED: refused,
  /// because the directory is full.
  user::v1::Change Put(const user::v1::User& user);

  /// `watcher` must outlive the Watch, and the Watch not this.
  Watch AddWatcher(Watcher& watcher);

 private:
  std::map<std::string, user::v1::User> users_;
  std::list<Watcher*> watchers_;
  uint64_t sequence_ = 0;
};

}  // namespace evenkeel::backend
