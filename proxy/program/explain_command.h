// ExplainCommand: `evenkeel explain`, what a configuration does with one call, and why: which route
// it takes, which rules it fits, what its client would hear. Nothing is sent, nothing need run.
#pragma once

#include <string>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "proxy/program/command_line.h"

namespace evenkeel::proxy {

struct Explanation {
  std::string text;  ///< its lines: a word for what each is about, and what there is to say of it
  bool goes_on;      ///< else the sidecar refuses the call
};

/// An error, a sentence, where what is asked makes no sense with `config`.
base::Result<Explanation, std::string> Explain(const config::Config& config,
                                               const ExplainCommand& command);

/// Prints that; on standard error what is wrong. The result is the exit code: 0 where the call goes
/// on, 1 where it is refused.
int ShowExplanation(const ExplainCommand& command);

}  // namespace evenkeel::proxy
