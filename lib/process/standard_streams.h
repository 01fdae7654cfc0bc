// The descriptors 0, 1 and 2, which every library takes for the standard streams.
#pragma once

namespace evenkeel::proxy {

/// Opens /dev/null for those that are closed: else the process's first sockets get their numbers,
/// and lines of the log go to whoever is at their other end. To be called before anything is
/// opened.
void OpenStandardStreams();

}  // namespace evenkeel::proxy
