// MethodTable: the methods that metrics know by name, one table for the process.
//
// Bounded: a peer can invent method names without end, so only the first `limit` get a number of
// their own (gRFC A66 asks for that); the rest, and what is no method at all, are "other". Owned by
// Metrics; all functions may be called on any thread. Calls look up in a MethodIndex instead.
#pragma once

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

  /// The number of a MethodName; kOtherMethod for a new one when the table is full.
  MethodId Intern(std::string_view name);
  /// All names that have a number.
  MethodMap Copy() const;
  /// Indexed by MethodId.
  std::vector<std::string> Names() const;

 private:
  const size_t limit_;
  mutable std::mutex mutex_;
  MethodMap ids_;
};

}  // namespace evenkeel::telemetry
