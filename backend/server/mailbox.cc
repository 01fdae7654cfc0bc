#include "backend/server/mailbox.h"

#include <chrono>
#include <utility>

namespace evenkeel::backend {

void Mailbox::Post(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  if (tasks_.size() == 1) alarm_.Set(&queue_, std::chrono::system_clock::now(), this);
}

void Mailbox::Complete(bool /*ok*/) {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks) task();
}

}  // namespace evenkeel::backend
