// TakeoverMessage: one packet between a running process and its successor, with sockets in it.
//
// The conversation, over a SOCK_SEQPACKET Unix socket; each line one packet:
//
//   successor                     predecessor
//   "evenkeel-takeover 1"    →
//                            ←    "sockets NAME" with 1 to 100 descriptors (SCM_RIGHTS); then
//                            ←    "more NAME" with further ones; both for each address
//                            ←    "serving\nCLUSTER\nCLUSTER…", none or more: clusters that have an
//                                 endpoint now
//                            ←    "end"
//   "accepting"              →                      the successor accepts on all it wants to keep
//                            ←    "draining"        the predecessor accepts no more
//
// Instead of an answer either may say "error SENTENCE". Who sees the other's end before "accepting"
// goes on as if nothing had been.
#pragma once

#include <string>
#include <system_error>
#include <vector>

#include "lib/base/file_descriptor.h"
#include "lib/base/result.h"

namespace evenkeel::net {

inline constexpr char kTakeoverHello[] = "evenkeel-takeover 1";
inline constexpr char kTakeoverAccepting[] = "accepting";
inline constexpr char kTakeoverDraining[] = "draining";
inline constexpr char kTakeoverEnd[] = "end";
inline constexpr char kTakeoverSockets[] = "sockets ";
inline constexpr char kTakeoverMore[] = "more ";
inline constexpr char kTakeoverServing[] = "serving\n";
inline constexpr char kTakeoverError[] = "error ";

/// Sockets in one packet, of the 253 (SCM_MAX_FD) that Linux allows.
inline constexpr size_t kTakeoverSocketsPerMessage = 100;

/// Bytes of text in one packet; what is beyond is cut off.
inline constexpr size_t kTakeoverMaxText = 4096;

struct TakeoverMessage {
  std::string text;                           ///< at most kTakeoverMaxText
  std::vector<base::FileDescriptor> sockets;  ///< at most kTakeoverSocketsPerMessage
};

/// Both wait only as the socket's mode and timeouts say. An empty text with no sockets: the other
/// side is gone.
base::Result<void, std::error_code> SendTakeover(int socket, const std::string& text,
                                                 const std::vector<int>& sockets = {});
base::Result<TakeoverMessage, std::error_code> ReceiveTakeover(int socket);

/// Whether the process at the other end runs as our user, or as root.
bool IsPeerTrusted(int socket);

}  // namespace evenkeel::net
