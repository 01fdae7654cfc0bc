#include "tests/world/system/world.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "lib/base/check.h"
#include "tests/world/system/loops.h"
#include "tests/world/system/sockets.h"

namespace evenkeel::world {
namespace {

// How long a turn takes.
constexpr base::Duration kLeastTurn = std::chrono::microseconds(2);
constexpr base::Duration kMostTurn = std::chrono::microseconds(20);

}  // namespace

World* World::current_ = nullptr;

World::World(uint64_t seed) : random_(seed), sockets_(std::make_unique<Sockets>(*this)) {
  CHECK(current_ == nullptr);
  current_ = this;
}

World::~World() { current_ = nullptr; }

base::Duration World::Between(base::Duration least, base::Duration most) {
  return least + base::Duration(random_.Below(static_cast<uint64_t>((most - least).count()) + 1));
}

void World::At(base::Time due, Action action) {
  agenda_.push({std::max(due, now_), ++items_, std::move(action)});
}

void World::AddLoop(net::EventLoop& loop, std::string name) {
  loops_.push_back({&loop, std::move(name)});
}

void World::RemoveLoop(net::EventLoop& loop) {
  std::erase_if(loops_, [&loop](const Loop& each) { return each.loop == &loop; });
}

void World::Stall(net::EventLoop& loop, base::Duration duration) {
  for (Loop& each : loops_) {
    if (each.loop != &loop) continue;
    each.free = now_ + duration;
    Note(each.name + " stalls");
  }
}

const std::vector<net::EventLoop*> World::loops() const {
  std::vector<net::EventLoop*> all;
  for (const Loop& each : loops_) all.push_back(each.loop);
  return all;
}

bool World::RunUntil(const std::function<bool()>& done, base::Duration limit) {
  const base::Time end = now_ + limit;
  At(end, [] {});  // so that time passes although nothing else happens
  while (!done()) {
    if (now_ >= end) return false;
    CHECK(Step());
  }
  return true;
}

void World::RunFor(base::Duration duration) {
  RunUntil([] { return false; }, duration);
}

bool World::Step() { return DoAgenda() || TurnOne() || PassTime(); }

bool World::DoAgenda() {
  if (agenda_.empty() || agenda_.top().due > now_) return false;
  const Action action = std::move(agenda_.top().action);
  agenda_.pop();
  action();
  return true;
}

bool World::TurnOne() {
  ready_.clear();
  for (size_t i = 0; i < loops_.size(); ++i) {
    if (loops_[i].free <= now_ && IsReady(*loops_[i].loop->native(), now_)) ready_.push_back(i);
  }
  if (ready_.empty()) return false;
  const size_t chosen = ready_[ready_.size() == 1 ? 0 : random_.Below(ready_.size())];
  loops_[chosen].free = now_ + Between(kLeastTurn, kMostTurn);
  ++turns_;
  loops_[chosen].loop->RunOnce();  // which may add loops and remove some
  return true;
}

bool World::PassTime() {
  base::Time next = base::Time::max();
  if (!agenda_.empty()) next = agenda_.top().due;
  for (const Loop& each : loops_) {
    next = std::min(next, std::max(each.free, NextEvent(*each.loop->native(), now_)));
  }
  if (next == base::Time::max()) return false;
  now_ = std::max(now_, next);
  return true;
}

void World::Note(const std::string& line) {
  if (!keeps_log_) return;
  char time[32];
  std::snprintf(time, sizeof time, "%12.6f ",
                std::chrono::duration<double>(now_ - base::Time(std::chrono::hours(1))).count());
  log_.push_back(time + line);
}

}  // namespace evenkeel::world
