// MethodTable: the methods that metrics know by name, one table for the process.
//
// Bounded: a peer can invent method names without end, so a name gets a number of its own only once
// an endpoint has answered it or the configuration knows it, and at most `limit` names have one at
// a time (gRFC A66 asks for a bound); the rest, and what is no method at all, are "other". Metrics
// retires names that are called no more when there is no room, and frees their numbers for others
// once no call has them any more. Owned by Metrics; all functions may be called on any thread.
// Calls look up in a MethodIndex instead.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace evenkeel::telemetry {

/// A method's number, the same for all workers. Dense from 0.
enum class MethodId : uint32_t {};

/// Stands for all methods without a number of their own.
inline constexpr MethodId kOtherMethod{0};

/// Stands for a method that no endpoint has answered yet, while its call runs; never a number that
/// anything is counted under.
inline constexpr MethodId kUnsettledMethod{UINT32_MAX};

/// The name of kOtherMethod, as metrics show it.
inline constexpr std::string_view kOtherMethodName = "other";

/// "/package.Service/Method" without its first slash, as gRFC A66 names methods; empty when the
/// path is not of that form (two parts of visible ASCII, at most 256 bytes in all).
std::string_view MethodName(std::string_view path);

/// Lets a map keyed by string be searched with a string_view.
struct NameHash {
  using is_transparent = void;
  size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
};

using MethodMap = std::unordered_map<std::string, MethodId, NameHash, std::equal_to<>>;

class MethodTable {
 public:
  static constexpr size_t kDefaultLimit = 200;

  /// `limit`: named methods, kOtherMethod not counted.
  explicit MethodTable(size_t limit = kDefaultLimit);

  /// Gives a MethodName a number, unless it has one; kOtherMethod when there is no room.
  MethodId Settle(std::string_view name);
  /// Takes the number away: the name has to be settled anew.
  void Retire(MethodId id);
  /// A retired number may be another name's from now on: nobody counts under it.
  void Free(MethodId id);

  /// All names that have a number, and the version() they are of.
  MethodMap Copy(uint64_t& version) const;
  /// Changes with the names.
  uint64_t version() const { return version_.load(std::memory_order_acquire); }
  size_t limit() const { return limit_; }
  /// Whether there is no room for another name.
  bool full() const;
  /// Indexed by MethodId; empty for those retired.
  std::vector<std::string> Names() const;

 private:
  /// kOtherMethod: there is none.
  MethodId NextId();

  const size_t limit_;
  mutable std::mutex mutex_;
  std::atomic<uint64_t> version_ = 0;
  MethodMap ids_;
  std::vector<MethodId> free_;
  uint32_t last_id_ = 0;
};

}  // namespace evenkeel::telemetry
