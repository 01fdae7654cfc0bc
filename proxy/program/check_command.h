// CheckCommand: `evenkeel check`, whether a configuration and the files that it names are good.
#pragma once

#include "proxy/program/command_line.h"

namespace evenkeel::proxy {

/// Reads the configuration, and says what is wrong with it or with its files of endpoints, and what
/// of it has no effect: as lines on standard error, with the file's own line beneath each where
/// that is a terminal; or as one JSON object on standard output. The result is the exit code.
///
/// {"file","ok","listeners","clusters","errors":[{"file","line","column","key","reason","hint"}],
/// "warnings":[…]}; the two numbers are there where ok is true.
int Check(const CheckCommand& command);

}  // namespace evenkeel::proxy
