// ListeningSockets: the sockets this process listens on, by address as configured.
//
// Where sockets come from does not matter to who listens: a predecessor's (TakeOver) or a service
// manager's are used before any is opened. Keeps a duplicate of each, to hand over; so an address
// that is given up must be closed here too. Main thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/address.h"
#include "lib/base/file_descriptor.h"
#include "lib/base/result.h"

namespace evenkeel::net {

class ListeningSockets {
 public:
  /// Listening sockets of one address.
  struct Group {
    /// As configured, "127.0.0.1:0"; empty: only the sockets' own address tells.
    std::string name;
    std::vector<base::FileDescriptor> sockets;
    /// Of a Unix socket that this process, or one that it took over from, has made: its file.
    std::optional<std::pair<dev_t, ino_t>> file{};
    bool managed = false;          ///< by a service manager, who goes on using its file
    std::optional<mode_t> mode{};  ///< that the file is to have
  };

  struct Options {
    std::optional<mode_t> mode{};  ///< of a Unix socket's file; nothing: as it is
    /// Addresses of open sockets that are to be closed after, as for Close: the new ones may stand
    /// beside them, and take over those that they cover, as 0.0.0.0 does 127.0.0.1.
    std::vector<std::string> leaving{};
  };

  /// Adds sockets that are open already, for the first Open of their name or address.
  void Inherit(std::vector<Group> groups);
  /// Names of groups that nobody has asked for, and the addresses of those without a name. They
  /// stay open, for the next process, until DropUnclaimed.
  std::vector<std::string> unclaimed() const;
  void DropUnclaimed() { inherited_.clear(); }

  /// One socket for each of `count` workers, or more, when more were inherited: each queues
  /// connections, so each must be accepted from. What is inherited and not asked for leaves. The
  /// error is a sentence for the operator.
  base::Result<std::vector<base::FileDescriptor>, std::string> Open(const base::Address& address,
                                                                    size_t count,
                                                                    const Options& options);
  base::Result<std::vector<base::FileDescriptor>, std::string> Open(const base::Address& address,
                                                                    size_t count) {
    return Open(address, count, {});
  }
  /// The sockets that are bound to this address are configured as `address` and `mode` from now on.
  void Configure(const std::string& bound_to, const base::Address& address,
                 std::optional<mode_t> mode);
  /// Lets go of the sockets that are bound to this address, "127.0.0.1:50051".
  void Close(const std::string& bound_to);
  void CloseAll() { open_.clear(); }
  /// The predecessor is gone, so the files of its Unix sockets are this process's. Until then a
  /// failed take-over must leave them: the predecessor goes on with them.
  void Own();
  /// The process ends and has no successor: the files of Unix sockets go, unless others have put
  /// theirs in the place.
  void RemoveFiles() const;

  /// What a successor is to get.
  const std::vector<Group>& open() const { return open_; }

 private:
  std::optional<Group> TakeInherited(const base::Address& address);
  base::Result<std::vector<base::FileDescriptor>, std::string> OpenNew(const base::Address& address,
                                                                       size_t count,
                                                                       const Options& options);

  std::vector<Group> inherited_;
  std::vector<Group> open_;
};

}  // namespace evenkeel::net
