#include "backend/server/user_directory.h"

#include <array>
#include <utility>

namespace evenkeel::backend {
namespace {

constexpr std::array kFirstNames = {"Ada",   "Barbara", "Claude", "Donald", "Edsger", "Frances",
                                    "Grace", "Hedy",    "Ivan",   "John",   "Karen",  "Leslie",
                                    "Mary",  "Niklaus", "Ole",    "Peter",  "Radia",  "Sophie"};
constexpr std::array kLastNames = {"Allen", "Backus",  "Dahl",    "Floyd",  "Hamilton", "Hopper",
                                   "Kay",   "Knuth",   "Lamarr",  "Liskov", "Lovelace", "McCarthy",
                                   "Naur",  "Perlman", "Shannon", "Wilson", "Wirth"};

user::v1::User MakeUser(uint32_t number) {
  const char* const first = kFirstNames[number % kFirstNames.size()];
  const char* const last = kLastNames[number % kLastNames.size()];
  user::v1::User user;
  user.set_user_id("user-" + std::to_string(number));
  user.set_name(std::string(first) + " " + last);
  user.set_email(std::string(first) + "." + last + "." + std::to_string(number) + "@example.com");
  return user;
}

user::v1::User WithoutNote(const user::v1::User& user) {
  user::v1::User kept;
  kept.set_user_id(user.user_id());
  kept.set_name(user.name());
  kept.set_email(user.email());
  return kept;
}

}  // namespace

UserDirectory::Watch::Watch(Watch&& other) noexcept
    : directory_(std::exchange(other.directory_, nullptr)), position_(other.position_) {}

UserDirectory::Watch& UserDirectory::Watch::operator=(Watch&& other) noexcept {
  if (this != &other) {
    End();
    directory_ = std::exchange(other.directory_, nullptr);
    position_ = other.position_;
  }
  return *this;
}

void UserDirectory::Watch::End() {
  if (UserDirectory* const directory = std::exchange(directory_, nullptr)) {
    directory->watchers_.erase(position_);
  }
}

UserDirectory::UserDirectory(uint32_t count) {
  for (uint32_t number = 1; number <= count; ++number) {
    user::v1::User user = MakeUser(number);
    std::string id = user.user_id();
    users_.emplace(std::move(id), std::move(user));
  }
}

const user::v1::User* UserDirectory::Find(const std::string& user_id) const {
  const auto found = users_.find(user_id);
  return found == users_.end() ? nullptr : &found->second;
}

const user::v1::User* UserDirectory::After(const std::string& user_id) const {
  const auto next = users_.upper_bound(user_id);
  return next == users_.end() ? nullptr : &next->second;
}

user::v1::Change UserDirectory::Put(const user::v1::User& user) {
  const bool exists = users_.contains(user.user_id());
  if (!exists && users_.size() >= kMaxUsers) return user::v1::CHANGE_UNSPECIFIED;
  const user::v1::Change change = exists ? user::v1::CHANGE_REPLACED : user::v1::CHANGE_CREATED;
  const user::v1::User& kept =
      users_.insert_or_assign(user.user_id(), WithoutNote(user)).first->second;
  ++sequence_;
  if (watchers_.empty()) return change;
  auto event = std::make_shared<user::v1::UserEvent>();
  event->set_sequence(sequence_);
  event->set_change(change);
  *event->mutable_user() = kept;
  for (Watcher* const watcher : watchers_) watcher->OnEvent(event);
  return change;
}

UserDirectory::Watch UserDirectory::AddWatcher(Watcher& watcher) {
  return {this, watchers_.insert(watchers_.end(), &watcher)};
}

}  // namespace evenkeel::backend
