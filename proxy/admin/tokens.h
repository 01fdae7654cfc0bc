// Tokens: who may look at pages of the admin port that are not open to everybody.
//
// The bearer tokens (RFC 6750) of a file, which is watched: another one counts as soon as it is
// there. One that is wrong changes nothing. Used on its loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/net/event_loop.h"
#include "lib/net/file_watcher.h"

namespace evenkeel::admin {

/// Whether `authorization`, a request's field as it came, is "Bearer" with one of `tokens`. Takes
/// as long for every token of one length, so that the time tells nobody how much was right.
bool IsBearerOf(std::string_view authorization, const std::vector<std::string>& tokens);

class Tokens {
 public:
  /// Empty: the file was read anew. Else why the old tokens stay, in a sentence.
  using OnReread = std::function<void(const std::string& trouble)>;

  /// The error is a sentence for the operator.
  static base::Result<std::unique_ptr<Tokens>, std::string> Open(net::EventLoop& loop,
                                                                 const std::string& path,
                                                                 OnReread on_reread);

  bool Accepts(std::string_view authorization) const { return IsBearerOf(authorization, tokens_); }

 private:
  Tokens(net::EventLoop& loop, std::string path, OnReread on_reread);
  base::Result<void, std::string> Reread();

  const std::string path_;
  const OnReread on_reread_;
  std::vector<std::string> tokens_;
  net::FileWatcher watcher_;
};

}  // namespace evenkeel::admin
