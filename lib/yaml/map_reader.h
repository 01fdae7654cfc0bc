// MapReader: reads the keys of one map, each by one line that names it, its place in a struct, and
// its type.
//
//   void ReadExample(MapReader& map, Example& example) {
//     map.Required("address", example.address, AddressKey{...});
//     map.Optional("timeout", example.timeout, Number(Example::kTimeout));  // default: what stands
//     there
//   }
//
// The same function, run with a Catalog, describes its keys instead of reading them, and run with a
// Written, writes them. So the keys in errors, in docs/configuration.md, in what is accepted and in
// what /config shows come from one line and cannot differ.
// Nothing stops at the first error: a key that could not be read keeps its default.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/yaml/place.h"
#include "lib/yaml/written.h"

namespace evenkeel::config {

/// What there is to know about one key.
struct KeyFacts {
  std::string path{};      ///< "clusters.<name>.endpoints[].address"
  std::string type{};      ///< "duration"
  std::string range{};     ///< "10ms to 5m"; empty: none to name
  std::string fallback{};  ///< the default as one would write it; empty: none
  bool required = false;
  std::optional<double> min{};       ///< of numbers without a unit
  std::optional<double> max{};       ///< likewise
  std::vector<std::string> words{};  ///< texts that stand for themselves, such as "off"
};

using Catalog = std::vector<KeyFacts>;

/// The hint for a value that should have been a map: "its keys are: a, b".
std::string KeysHint(const Catalog& keys);

/// Reads `place` into `out` as `type` says, unless nothing stands there, or a secret, which are
/// errors for every type: what is read here may be shown (MetadataKey reads secrets itself).
template <typename Type, typename T>
void ReadValue(const Type& type, const Place& place, T& out) {
  if (place.node().kind == YamlNode::Kind::kNull) {
    return place.Fail({"has no value", "write one, or remove the key"});
  }
  if (!place.node().secret.empty()) {
    return place.Fail({"a secret cannot stand here, where it would be shown",
                       "${file:PATH} is for the values of metadata"});
  }
  type.Read(place, out);
}

class MapReader {
 public:
  /// `place` must be a map. `noun` is what its keys are called in errors. With a `catalog` nothing
  /// is read, and the facts of each key asked for are added to it.
  explicit MapReader(const Place& place, std::string_view noun = "key", Catalog* catalog = nullptr)
      : place_(place),
        noun_(noun),
        catalog_(catalog),
        entries_(place.Entries()),
        errors_before_(place.errors().size()) {}

  /// Nothing is read, and each key asked for is added to `written` with what its struct says.
  /// `place` is an empty map.
  MapReader(const Place& place, Written& written)
      : place_(place), noun_("key"), written_(&written), errors_before_(place.errors().size()) {}

  /// Reads the key's value into `out`; its absence is an error. key_types.h has the types.
  template <typename Type, typename T>
  void Required(std::string_view key, T& out, const Type& type) {
    Read(key, Presence::kRequired, out, type);
  }

  /// The same for a key that may be absent: `out` then keeps its value, the default.
  template <typename Type, typename T>
  void Optional(std::string_view key, T& out, const Type& type) {
    Read(key, Presence::kOptional, out, type);
  }

  /// The same for a key that is only required where the map has not `other` instead.
  template <typename Type, typename T>
  void RequiredWithout(std::string_view other, std::string_view key, T& out, const Type& type) {
    const bool required = !catalog_ && !written_ && !Has(other);
    Read(key, required ? Presence::kRequired : Presence::kOptional, out, type);
  }

  /// The same for a key that means something only where `applies`: to read it elsewhere is an error
  /// with this complaint, and it is not written there.
  template <typename Type, typename T>
  void OptionalIf(bool applies, Complaint complaint, std::string_view key, T& out,
                  const Type& type) {
    if (written_ && !applies) return;
    const size_t errors = place_.errors().size();
    Read(key, Presence::kOptional, out, type);
    const bool is_good = place_.errors().size() == errors;
    if (!applies && is_good && Has(key)) At(key).Fail(std::move(complaint));
  }

  /// A key that people look for here although it is none: gives unknown-key errors this hint.
  void Elsewhere(std::string_view key, std::string_view hint) {
    elsewhere_.emplace_back(key, hint);
  }

  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  /// The map's entries, asked for or not.
  const std::vector<const YamlNode::Entry*>& entries() const { return entries_; }
  /// The value of a key. The map must have it.
  Place At(std::string_view key) const { return place_.Value(*Find(key)); }
  /// Whether nothing in this map has been wrong so far: what a check across keys needs.
  bool IsGood() const { return place_.errors().size() == errors_before_; }
  /// An error about the map as a whole.
  void Fail(Complaint complaint) const { place_.Fail(std::move(complaint)); }

  /// Adds an error for each key that was not asked for.
  void Finish() const;

 private:
  enum class Presence { kRequired, kOptional };

  template <typename Type, typename T>
  void Read(std::string_view key, Presence presence, T& out, const Type& type) {
    known_.emplace_back(key);
    if (written_) return written_->Set(key, type.Write(out));
    if (catalog_) return Describe(key, presence, out, type);
    if (const YamlNode::Entry* entry = Find(key)) return ReadValue(type, place_.Value(*entry), out);
    if (presence == Presence::kRequired) FailMissing(key);
  }

  template <typename Type, typename T>
  void Describe(std::string_view key, Presence presence, const T& fallback, const Type& type) {
    KeyFacts facts = type.Facts(fallback);
    facts.path = JoinPath(place_.path(), key);
    facts.required = presence == Presence::kRequired;
    if (facts.required) facts.fallback.clear();
    catalog_->push_back(facts);
    type.Nested(facts.path, fallback, *catalog_);
  }

  const YamlNode::Entry* Find(std::string_view key) const;
  void FailMissing(std::string_view key) const;
  void FailUnknown(const YamlNode::Entry& entry) const;
  std::string_view HintFor(std::string_view key) const;

  const Place place_;
  const std::string_view noun_;
  Catalog* const catalog_ = nullptr;
  Written* const written_ = nullptr;
  const std::vector<const YamlNode::Entry*> entries_;
  const size_t errors_before_;
  std::vector<std::string> known_;
  std::vector<std::pair<std::string, std::string>> elsewhere_;
};

}  // namespace evenkeel::config
