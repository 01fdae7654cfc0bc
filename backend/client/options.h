// ClientOptions: the command line of user-client as validated values. `user-client COMMAND --help`
// and docs/backend.md are the manual; the names here are the flags' names there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/flags.h"
#include "backend/tls_files.h"
#include "lib/base/address.h"
#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace evenkeel::backend {

/// The methods of UserService; `load` can call each.
enum class Method { kGet, kList, kCreate, kWatch, kSync };

/// "GetUser", …
std::string_view MethodName(Method method);

struct LoadOptions {
  std::optional<double> rate;  ///< calls a second (open loop), above 0; or
  uint32_t concurrency = 1;    ///< calls at once (closed loop), at least 1
  uint32_t connections = 1;    ///< TCP connections, each its own; at least 1
  base::Duration duration = std::chrono::seconds(10);
  uint64_t calls = 0;               ///< stop after so many; 0: no limit
  uint32_t messages = 10;           ///< in a stream: users listed, created or synced
  uint32_t max_in_flight = 10'000;  ///< open loop: calls due beyond wait
  std::optional<std::string> json;  ///< a file, or "-" for stdout
  enum class Failures { kFail, kAllow };
  Failures failures = Failures::kFail;
};

struct ClientOptions {
  /// The method for the one call to make; with `load`, the method of all calls.
  Method method = Method::kGet;
  std::optional<LoadOptions> load;

  std::optional<base::Address> target;                 ///< always there once parsed
  std::string authority;                               ///< empty: the target
  TlsFiles tls;                                        ///< without `ca`: plain text
  std::string tls_name;                                ///< of the server; empty: the target's host
  base::Duration deadline = std::chrono::seconds(10);  ///< of a call; 0: none
  base::Duration connect_timeout = std::chrono::seconds(5);
  std::vector<std::pair<std::string, std::string>> metadata;

  std::vector<std::string> user_ids;  ///< get: at least one; watch: none means all
  uint32_t count = 0;           ///< list: limit; create, sync: users; watch: events; 0: no limit
  std::string prefix = "new-";  ///< create, sync: of user ids
  uint32_t note_size = 0;       ///< bytes in each note, 0 to kMaxNoteSize
  base::Duration read_delay{};  ///< list: wait before each read
};

/// `arguments` are those after the program's name.
base::Result<ClientOptions, EarlyExit> ParseClientOptions(std::vector<std::string> arguments);

}  // namespace evenkeel::backend
