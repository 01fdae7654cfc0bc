// Sidecar: `evenkeel run`, all that runs from the flags to the exit: the server, its reloader, the
// admin port, signals, the hand-over from and to other processes, systemd.
//
// Lives in Serve, on the main thread, whose loop it turns.
#pragma once

#include "lib/yaml/loader.h"
#include "proxy/program/command_line.h"

namespace evenkeel::proxy {

/// Has signals wait for the sidecar, which acts on them: before anything that takes time, and
/// before any thread. Those that mean nothing to it do nothing from now on.
void HoldSignals();

/// Runs the sidecar until it has drained or cannot go on. `loading` has a good configuration. The
/// result is the exit code.
int Serve(const RunCommand& command, const config::Loading& loading);

}  // namespace evenkeel::proxy
