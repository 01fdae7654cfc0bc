#include "lib/tls/ticket_keys.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <utility>

#include "lib/base/check.h"

namespace evenkeel::tls {
namespace {

TicketKeys::Key MakeKey() {
  TicketKeys::Key key;
  CHECK(RAND_bytes(key.name.data(), key.name.size()) == 1);
  CHECK(RAND_priv_bytes(key.cipher.data(), key.cipher.size()) == 1);
  CHECK(RAND_priv_bytes(key.mac.data(), key.mac.size()) == 1);
  return key;
}

}  // namespace

TicketKeys::TicketKeys(std::function<Time()> now)
    : now_(std::move(now)), current_(MakeKey()), made_(now_()) {}

TicketKeys::~TicketKeys() {
  OPENSSL_cleanse(&current_, sizeof current_);
  if (previous_) OPENSSL_cleanse(&*previous_, sizeof *previous_);
}

TicketKeys::Key TicketKeys::Current() {
  const std::lock_guard lock(mutex_);
  Rotate();
  return current_;
}

std::optional<TicketKeys::Found> TicketKeys::Find(std::span<const unsigned char, 16> name) {
  const std::lock_guard lock(mutex_);
  Rotate();
  if (std::ranges::equal(name, current_.name)) return Found{current_, true};
  if (previous_ && std::ranges::equal(name, previous_->name)) return Found{*previous_, false};
  return std::nullopt;
}

void TicketKeys::Rotate() {
  const auto age = now_() - made_;
  if (age < kPeriod) return;
  if (previous_) OPENSSL_cleanse(&*previous_, sizeof *previous_);
  previous_.reset();
  if (age < 2 * kPeriod) previous_ = current_;
  current_ = MakeKey();
  made_ = now_();
}

}  // namespace evenkeel::tls
