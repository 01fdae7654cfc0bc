#include "backend/flags.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "backend/duration.h"

namespace evenkeel::backend {

CLI::Option* AddDuration(CLI::App& app, const std::string& names, base::Duration& target,
                         const std::string& description) {
  const auto read = [&target, names](const std::string& text) {
    const auto duration = ParseDuration(text);
    if (!duration) throw CLI::ValidationError(names, duration.error());
    target = *duration;
  };
  return app.add_option_function<std::string>(names, read, description)
      ->type_name("DURATION")
      ->default_str(FormatDuration(target));
}

CLI::Option* AddAddresses(CLI::App& app, const std::string& names,
                          std::vector<base::Address>& target, const std::string& description) {
  const auto read = [&target, names](const std::vector<std::string>& texts) {
    target.clear();
    for (const std::string& text : texts) {
      auto address = base::Address::Parse(text);
      if (!address) throw CLI::ValidationError(names, address.error());
      target.push_back(*std::move(address));
    }
  };
  return app.add_option_function<std::vector<std::string>>(names, read, description)
      ->type_name("ADDRESS")
      ->default_str(target.empty() ? "" : target.front().ToString());
}

std::optional<rpc::StatusCode> ParseStatusCode(std::string_view text) {
  int number = 0;
  const char* const last = text.data() + text.size();
  if (const auto [end, error] = std::from_chars(text.data(), last, number);
      error == std::errc() && end == last) {
    if (number < 0 || number >= rpc::kStatusCodeCount) return std::nullopt;
    return static_cast<rpc::StatusCode>(number);
  }
  std::string name(text);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  return rpc::StatusNamed(name);
}

std::optional<EarlyExit> ParseArguments(CLI::App& app, std::vector<std::string> arguments) {
  std::ranges::reverse(arguments);  // CLI11 takes them from the back
  try {
    app.parse(std::move(arguments));
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(error, out, err);
    return EarlyExit{code == 0 ? 0 : kUsageError, out.str() + err.str()};
  }
}

EarlyExit UsageError(const CLI::App& app, const std::string& message) {
  return {kUsageError, message + "\nRun " + app.get_name() + " --help for more information.\n"};
}

}  // namespace evenkeel::backend
