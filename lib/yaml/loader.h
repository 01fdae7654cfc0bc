// Loader: a configuration file, and those it includes, to a Config, or all that is wrong with them.
//
// Does not log, does not resolve names and opens nothing but the files. Main thread; blocks on the
// files. No function throws.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/yaml/config_error.h"
#include "lib/yaml/variables.h"

namespace evenkeel::config {

/// What came of reading a file.
struct Loading {
  base::Result<Config, ConfigErrors> config;
  /// What of a good configuration has hardly the effect that was meant. May be empty.
  ConfigErrors warnings;
  /// Every file that was read or looked for, the file itself first: what to watch.
  std::vector<std::string> files;
  /// The same for the same texts of the same files; variables' values are not in it.
  uint64_t fingerprint;
  /// What is wrong is in the files of certificates and keys alone: where several of them are
  /// replaced one after the other, the next is likely to come in a moment.
  bool may_settle = false;
};

/// Reads and checks a file, and the certificates and keys that it names. One that cannot be read is
/// an error in its line 1, or at the place that names it. Paths in it that are relative become
/// relative to its folder.
Loading Load(const std::string& path, const Variables& variables = FromEnvironment);
/// The same of a text that is in no file, as one from a pipe; errors call it `name`. Files that it
/// names are looked for in the working directory.
Loading LoadGiven(const std::string& text, const std::string& name,
                  const Variables& variables = FromEnvironment);
base::Result<Config, ConfigErrors> LoadFile(const std::string& path,
                                            const Variables& variables = FromEnvironment);

/// Reads and checks a file that `endpoints: {file: …}` names: a map whose one key, `endpoints`, has
/// a list as a cluster's `endpoints` can have. A pipe that has nothing is not waited for.
base::Result<std::vector<Endpoint>, ConfigErrors> LoadEndpoints(const std::string& path);

/// Checks text that came from elsewhere; errors call it `file_name`. It can include no files, and
/// those of certificates and keys are not read.
base::Result<Config, ConfigErrors> LoadText(std::string_view text, std::string file_name,
                                            const Variables& variables = FromEnvironment);

}  // namespace evenkeel::config
