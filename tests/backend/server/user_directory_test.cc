#include "backend/server/user_directory.h"

#include <gtest/gtest.h>

#include <vector>

namespace evenkeel::backend {
namespace {

class UserDirectoryTest : public testing::Test {
 protected:
  struct Listener final : UserDirectory::Watcher {
    void OnEvent(const UserDirectory::Event& event) override { events.push_back(event); }
    std::vector<UserDirectory::Event> events;
  };

  user::v1::Change Put(const std::string& id, const std::string& name) {
    user::v1::User user;
    user.set_user_id(id);
    user.set_name(name);
    user.set_note("a note");
    return directory_.Put(user);
  }

  UserDirectory directory_{12};
};

TEST_F(UserDirectoryTest, StartsWithNumberedUsers) {
  ASSERT_NE(directory_.Find("user-12"), nullptr);
  EXPECT_FALSE(directory_.Find("user-12")->name().empty());
  EXPECT_EQ(directory_.Find("user-0"), nullptr);
  EXPECT_EQ(directory_.Find("user-13"), nullptr);
}

TEST_F(UserDirectoryTest, TwoDirectoriesStartAlike) {
  const UserDirectory other(12);
  EXPECT_EQ(other.Find("user-7")->SerializeAsString(),
            directory_.Find("user-7")->SerializeAsString());
}

TEST_F(UserDirectoryTest, WalksThroughAllUsersInOrder) {
  std::vector<std::string> ids;
  for (const auto* user = directory_.After(""); user != nullptr;
       user = directory_.After(user->user_id())) {
    ids.push_back(user->user_id());
  }
  EXPECT_EQ(ids.size(), 12u);
  EXPECT_TRUE(std::ranges::is_sorted(ids));
}

TEST_F(UserDirectoryTest, TellsCreatedFromReplacedAndDropsNotes) {
  EXPECT_EQ(Put("ada", "Ada"), user::v1::CHANGE_CREATED);
  EXPECT_EQ(Put("ada", "Ada L."), user::v1::CHANGE_REPLACED);
  EXPECT_EQ(directory_.Find("ada")->name(), "Ada L.");
  EXPECT_EQ(directory_.Find("ada")->note(), "");
}

TEST_F(UserDirectoryTest, WatchersHearOfEachChangeWhileTheyWatch) {
  Listener listener;
  Put("before", "x");
  {
    const auto watch = directory_.AddWatcher(listener);
    Put("ada", "Ada");
    Put("ada", "Ada L.");
  }
  Put("after", "x");
  ASSERT_EQ(listener.events.size(), 2u);
  EXPECT_EQ(listener.events[0]->sequence(), 2u);
  EXPECT_EQ(listener.events[0]->change(), user::v1::CHANGE_CREATED);
  EXPECT_EQ(listener.events[1]->user().name(), "Ada L.");
}

TEST_F(UserDirectoryTest, AMovedWatchGoesOn) {
  Listener listener;
  UserDirectory::Watch kept;
  {
    auto watch = directory_.AddWatcher(listener);
    kept = std::move(watch);
  }
  Put("ada", "Ada");
  EXPECT_EQ(listener.events.size(), 1u);
  kept.End();
  Put("ada", "Ada");
  EXPECT_EQ(listener.events.size(), 1u);
}

}  // namespace
}  // namespace evenkeel::backend
