#include "backend/client/options.h"

#include <algorithm>
#include <map>

#include "backend/note.h"
#include "lib/base/version.h"

namespace evenkeel::backend {
namespace {

constexpr char kDescription[] =
    "user-client: calls user.v1.UserService once, or puts load on it and shows who served it.\n"
    "Exit codes: 0 all calls succeeded, 1 a call failed, 2 bad command line, 3 cannot connect.";
constexpr char kDefaultTarget[] = "127.0.0.1:50051";

bool IsMetadataName(std::string_view name) {
  return !name.empty() && !name.starts_with("grpc-") &&
         std::ranges::all_of(name, [](unsigned char c) {
           return std::islower(c) || std::isdigit(c) || c == '-' || c == '_' || c == '.';
         });
}

void AddMetadata(CLI::App& app, ClientOptions& options) {
  const auto read = [&options](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      const size_t equals = text.find('=');
      const std::string name = text.substr(0, equals);
      if (equals == std::string::npos || !IsMetadataName(name)) {
        throw CLI::ValidationError(
            "--metadata",
            "\"" + text + "\" is not NAME=VALUE with a lower-case name other than grpc-…");
      }
      options.metadata.emplace_back(name, text.substr(equals + 1));
    }
  };
  app.add_option_function<std::vector<std::string>>("--metadata", read,
                                                    "Sent with each call; may be repeated")
      ->type_name("NAME=VALUE");
}

void AddTarget(CLI::App& app, ClientOptions& options) {
  const auto read_target = [&options](const std::string& text) {
    auto address = base::Address::Parse(text);
    if (!address) throw CLI::ValidationError("--target", address.error());
    options.target = *std::move(address);
  };
  app.add_option_function<std::string>("--target", read_target,
                                       "host:port, [ipv6]:port or unix:path")
      ->type_name("ADDRESS")
      ->default_str(kDefaultTarget);
  app.add_option("--authority", options.authority, "Sent as :authority (default: the target)")
      ->type_name("NAME");
  AddDuration(app, "--deadline", options.deadline, "Time limit of each call. 0: none");
  AddDuration(app, "--connect-timeout", options.connect_timeout, "Time to connect");
  AddMetadata(app, options);
  AddTlsFiles(app, options.tls,
              "Speaks TLS; the server must show a certificate that one of these has signed (PEM)");
  app.add_option("--tls-name", options.tls_name,
                 "What its certificate must be for (default: the target's host)")
      ->type_name("NAME")
      ->group("TLS");
  const auto read_token = [&options](const std::string& token) {
    options.metadata.emplace_back("authorization", "Bearer " + token);
  };
  app.add_option_function<std::string>("--token", read_token,
                                       "Short for --metadata \"authorization=Bearer TOKEN\"")
      ->type_name("TOKEN");
}

void AddNoteSize(CLI::App& app, const std::string& names, ClientOptions& options,
                 const std::string& description) {
  app.add_option(names, options.note_size, description)
      ->type_name("BYTES")
      ->check(CLI::Range(uint32_t{0}, kMaxNoteSize))
      ->capture_default_str();
}

CLI::App& AddCommand(CLI::App& app, const std::string& name, const std::string& description,
                     ClientOptions& options) {
  CLI::App& command = *app.add_subcommand(name, description);
  AddTarget(command, options);
  return command;
}

void AddGet(CLI::App& app, ClientOptions& options) {
  CLI::App& command = AddCommand(app, "get", "GetUser: print users", options);
  command.add_option("user_id", options.user_ids, "For example user-1")->required();
  AddNoteSize(command, "--note-size", options, "Bytes of note to ask for");
  command.callback([&options] { options.method = Method::kGet; });
}

void AddList(CLI::App& app, ClientOptions& options) {
  CLI::App& command =
      AddCommand(app, "list", "ListUsers: print users, and check their notes", options);
  command.add_option("--limit", options.count, "Users to ask for. 0: all")->capture_default_str();
  AddNoteSize(command, "--note-size", options, "Bytes of note to ask for, with each user");
  AddDuration(command, "--read-delay", options.read_delay, "Wait this long before each read");
  command.callback([&options] { options.method = Method::kList; });
}

void AddPut(CLI::App& app, ClientOptions& options, Method method) {
  const bool sync = method == Method::kSync;
  CLI::App& command =
      sync ? AddCommand(app, "sync", "SyncUsers: create users one by one, check each answer",
                        options)
           : AddCommand(app, "create", "CreateUsers: create users, check that all bytes arrived",
                        options);
  command.add_option("--count", options.count, "Users to send (default: 1)")
      ->check(CLI::Range(1, 1'000'000));
  command.add_option("--prefix", options.prefix, "Of their ids, before a number")
      ->capture_default_str();
  AddNoteSize(command, "--note-size", options, "Bytes of note to send with each");
  command.callback([&options, method] { options.method = method; });
}

void AddWatch(CLI::App& app, ClientOptions& options) {
  CLI::App& command = AddCommand(
      app, "watch", "WatchUsers: print changes until Ctrl-C; no deadline unless given", options);
  command.add_option("user_id", options.user_ids, "Only these users (default: all)");
  command.add_option("--events", options.count, "End after so many. 0: never")
      ->capture_default_str();
  command.callback([&options, &command] {
    options.method = Method::kWatch;
    if (command.count("--deadline") == 0) options.deadline = base::Duration::zero();
  });
}

void AddLoadShape(CLI::App& command, LoadOptions& load, ClientOptions& options) {
  static const std::map<std::string, Method> kMethods = {{"get", Method::kGet},
                                                         {"list", Method::kList},
                                                         {"create", Method::kCreate},
                                                         {"watch", Method::kWatch},
                                                         {"sync", Method::kSync}};
  const auto read_method = [&options](const std::string& name) {
    const auto found = kMethods.find(name);
    if (found == kMethods.end()) {
      throw CLI::ValidationError("--method",
                                 "\"" + name + "\" is not get, list, create, watch or sync");
    }
    options.method = found->second;
  };
  command
      .add_option_function<std::string>(
          "--method", read_method,
          "get, list, create, sync, or watch: streams held open until the end")
      ->type_name("METHOD")
      ->default_str("get");
  command.add_option("--messages", load.messages, "Users in each list, create or sync call")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  AddNoteSize(command, "--payload", options,
              "Bytes of note with each user: in answers (get, list, sync), in requests (create, "
              "sync)");
}

void AddLoadPace(CLI::App& command, LoadOptions& load) {
  command
      .add_option("--rate", load.rate,
                  "Open loop: start so many calls a second, however long they take. Latency "
                  "counts from when a call was due")
      ->check(CLI::Range(0.001, 1e6));
  command
      .add_option("--concurrency", load.concurrency,
                  "Closed loop: keep so many calls open, each followed by the next")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str()
      ->excludes("--rate");
  command.add_option("--connections", load.connections, "TCP connections, used in turn")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  AddDuration(command, "--duration", load.duration, "Start no more calls after this time");
  command.add_option("--calls", load.calls, "Start no more than so many calls. 0: no limit")
      ->capture_default_str();
  command
      .add_option("--max-in-flight", load.max_in_flight,
                  "Open loop: so many calls at once; more wait, which counts into their latency")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
}

void AddLoad(CLI::App& app, LoadOptions& load, ClientOptions& options) {
  CLI::App& command = AddCommand(
      app, "load", "Put load on a method: a live table, and a summary at the end or at Ctrl-C",
      options);
  AddLoadShape(command, load, options);
  AddLoadPace(command, load);
  command
      .add_option(
          "--json", load.json,
          "Write the summary as JSON to a file, or to stdout without one; the table goes to "
          "stderr then")
      ->type_name("[FILE]")
      ->expected(0, 1)
      ->default_str("-");
  command.add_flag_callback(
      "--allow-failures", [&load] { load.failures = LoadOptions::Failures::kAllow; },
      "Exit with 0 even if calls failed, as long as one succeeded");
  command.callback([&load, &options] { options.load = load; });
}

}  // namespace

std::string_view MethodName(Method method) {
  switch (method) {
    case Method::kGet:
      return "GetUser";
    case Method::kList:
      return "ListUsers";
    case Method::kCreate:
      return "CreateUsers";
    case Method::kWatch:
      return "WatchUsers";
    case Method::kSync:
      return "SyncUsers";
  }
  return "";
}

base::Result<ClientOptions, EarlyExit> ParseClientOptions(std::vector<std::string> arguments) {
  ClientOptions options;
  options.target = *base::Address::Parse(kDefaultTarget);
  LoadOptions load;
  CLI::App app(kDescription, "user-client");
  app.set_version_flag("--version", std::string("user-client ") + base::kVersion);
  app.require_subcommand(0, 1);  // none is our own error, after mistyped ones are CLI11's
  AddGet(app, options);
  AddList(app, options);
  AddPut(app, options, Method::kCreate);
  AddWatch(app, options);
  AddPut(app, options, Method::kSync);
  AddLoad(app, load, options);
  if (auto exit = ParseArguments(app, std::move(arguments))) return base::Error(*std::move(exit));
  if (app.get_subcommands().empty()) {
    return base::Error(
        UsageError(app, "A command is required: get, list, create, watch, sync, load"));
  }
  const bool puts = options.method == Method::kCreate || options.method == Method::kSync;
  if (puts && options.count == 0) options.count = 1;
  if (options.target->port() == 0 && options.target->kind() != base::Address::Kind::kUnix) {
    return base::Error(UsageError(app, "--target: port 0 cannot be called"));
  }
  return options;
}

}  // namespace evenkeel::backend
