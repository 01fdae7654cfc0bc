#include "proxy/admin/tokens.h"

#include <strings.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "lib/yaml/token_file.h"

namespace evenkeel::admin {
namespace {

constexpr std::string_view kScheme = "Bearer ";

// Looks at every byte of `given`, whatever it has found. `token` is not empty.
bool IsSame(std::string_view given, std::string_view token) {
  size_t difference = given.size() ^ token.size();
  for (size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<uint8_t>(given[i] ^ token[i % token.size()]);
  }
  return difference == 0;
}

}  // namespace

bool IsBearerOf(std::string_view authorization, const std::vector<std::string>& tokens) {
  if (authorization.size() < kScheme.size() ||
      strncasecmp(authorization.data(), kScheme.data(), kScheme.size()) != 0) {
    return false;
  }
  const std::string_view given = authorization.substr(kScheme.size());
  bool is_one = false;
  for (const std::string& each : tokens) is_one |= IsSame(given, each);
  return is_one;
}

base::Result<std::unique_ptr<Tokens>, std::string> Tokens::Open(net::EventLoop& loop,
                                                                const std::string& path,
                                                                OnReread on_reread) {
  std::unique_ptr<Tokens> tokens(new Tokens(loop, path, std::move(on_reread)));
  if (auto read = tokens->Reread(); !read) return base::Error(read.error());
  return tokens;
}

Tokens::Tokens(net::EventLoop& loop, std::string path, OnReread on_reread)
    : path_(std::move(path)), on_reread_(std::move(on_reread)), watcher_(loop, [this] {
        const auto read = Reread();
        if (on_reread_) on_reread_(read ? "" : read.error());
      }) {
  watcher_.Watch({path_});
}

base::Result<void, std::string> Tokens::Reread() {
  auto tokens = config::ReadTokens(path_);
  if (!tokens) return base::Error(tokens.error().reason + "; " + tokens.error().hint);
  tokens_ = std::move(*tokens);
  return {};
}

}  // namespace evenkeel::admin
