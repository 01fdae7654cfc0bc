// Key types: what a value in the file may be. Each is a small value with what one key needs:
//
//   void Read(const Place& place, T& out) const;    reads `out`, or adds errors and leaves it
//   KeyFacts Facts(const T& fallback) const;        type, range and default, for docs
//   void Nested(path, const T& fallback, Catalog&)  the keys inside it, for docs
//   Written Write(const T& value) const;            what Read would read; nothing: leave it out
//
// MapReader's Required and Optional take them. A value that is null never gets here.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "lib/base/address.h"
#include "lib/base/shared_value.h"
#include "lib/config/bounds.h"
#include "lib/yaml/map_reader.h"
#include "lib/yaml/name_rules.h"

namespace evenkeel::config {

/// Base of the types without keys inside.
struct Leaf {
  template <typename T>
  void Nested(const std::string&, const T&, Catalog&) const {}
};

/// A number. Validate holds it against its bounds; here it only has to fit its member.
template <typename Unit>
struct Number : Leaf {
  using Value = typename Unit::Value;
  Bounds<Unit> bounds;

  explicit Number(const Bounds<Unit>& bounds) : bounds(bounds) {}

  template <typename T>
  void Read(const Place& place, T& out) const {
    if (const std::optional<Value> value = Parse<T>(place)) out = static_cast<T>(*value);
  }
  template <typename T>
  void Read(const Place& place, std::optional<T>& out) const {
    if (const std::optional<Value> value = Parse<T>(place)) out = static_cast<T>(*value);
  }

  template <typename T>
  KeyFacts Facts(const T& fallback) const {
    KeyFacts facts = TypeFacts();
    facts.fallback = Unit::Format(ToValue(fallback));
    return facts;
  }
  template <typename T>
  KeyFacts Facts(const std::optional<T>& fallback) const {
    return fallback ? Facts(*fallback) : TypeFacts();
  }

  template <typename T>
  Written Write(const T& value) const {
    return {.kind = Unit::kHasUnit ? Written::Kind::kText : Written::Kind::kLiteral,
            .text = Unit::Format(ToValue(value))};
  }
  template <typename T>
  Written Write(const std::optional<T>& value) const {
    return value ? Write(*value) : Written{};
  }

 private:
  KeyFacts TypeFacts() const {
    KeyFacts facts{.type = std::string(Unit::kName), .range = bounds.ToString()};
    if constexpr (std::is_arithmetic_v<Value> && !Unit::kHasUnit) {
      facts.min = static_cast<double>(bounds.min);
      facts.max = static_cast<double>(bounds.max);
    }
    return facts;
  }

  template <typename T>
  static Value ToValue(const T& value) {
    if constexpr (std::is_arithmetic_v<T>)
      return static_cast<Value>(value);
    else
      return std::chrono::duration_cast<Value>(value);
  }

  template <typename T>
  static bool Fits(Value value) {
    if constexpr (std::is_integral_v<T>)
      return std::in_range<T>(value);
    else if constexpr (std::is_arithmetic_v<T>)
      return true;
    else
      return value <= std::chrono::floor<Value>(T::max());
  }

  template <typename T>
  std::optional<Value> Parse(const Place& place) const {
    const std::string expected = "a " + std::string(Unit::kName);
    const std::string* text = place.Text(expected, Unit::kHint);
    if (!text) return std::nullopt;
    const bool is_text = place.node().kind == YamlNode::Kind::kQuoted;
    // In a flow map a variable may need quotes, and is a number all the same.
    if (is_text && !Unit::kQuotable && !place.node().has_variables) {
      place.FailType(expected, std::string(Unit::kHint));
      return std::nullopt;
    }
    const auto value = Unit::Parse(*text);
    if (!value) {
      place.Fail(value.error());
    } else if (!Fits<T>(*value)) {
      place.Fail(bounds.Refusal(*text));
    } else {
      return *value;
    }
    return std::nullopt;
  }
};

/// Text that a rule allows.
struct Text : Leaf {
  std::string_view type;  ///< "service name"
  Rule rule;

  Text(std::string_view type, Rule rule) : type(type), rule(rule) {}

  void Read(const Place& place, std::string& out) const;
  KeyFacts Facts(const std::string& fallback) const {
    return {.type = std::string(type), .fallback = fallback};
  }
  /// No key may be written empty, and empty stands for none.
  Written Write(const std::string& text) const {
    return text.empty() ? Written{} : WrittenText(text);
  }
};

/// The name of a cluster; Validate says whether there is one.
struct ClusterReference : Leaf {
  void Read(const Place& place, std::string& out) const;
  KeyFacts Facts(const std::string&) const { return {.type = "cluster name"}; }
  Written Write(const std::string& name) const {
    return name.empty() ? Written{} : WrittenText(name);
  }
};

/// An address; Validate finds those that stand twice.
struct AddressKey : Leaf {
  enum class Port {
    kAny,    ///< 0 asks for any free port, for listening
    kFixed,  ///< 1 to 65535, for connecting
  };
  Port port;

  explicit AddressKey(Port port) : port(port) {}

  template <typename T>
  void Read(const Place& place, T& out) const {
    if (const auto address = Parse(place)) out = *address;
  }
  KeyFacts Facts(const std::optional<base::Address>& fallback) const;
  Written Write(const std::optional<base::Address>& address) const {
    return address ? WrittenText(address->ToString()) : Written{};
  }

 private:
  std::optional<base::Address> Parse(const Place& place) const;
};

/// A map with keys of ours. `Function` is `void(MapReader&, T&)`. In an optional, there is one
/// where the map stands.
template <typename Function>
struct Group {
  Function read;
  std::string_view noun = "key";  ///< what errors call its keys

  template <typename T>
  void Read(const Place& place, T& out) const {
    if (place.node().kind != YamlNode::Kind::kMap) {
      Catalog keys;
      Nested("", out, keys);
      return place.FailType("a map", KeysHint(keys));
    }
    MapReader map(place, noun);
    read(map, out);
    map.Finish();
  }
  template <typename T>
  void Read(const Place& place, std::optional<T>& out) const {
    Read(place, out ? *out : out.emplace());
  }
  template <typename T>
  KeyFacts Facts(const T&) const {
    return {.type = "map"};
  }
  template <typename T>
  void Nested(const std::string& path, const T& fallback, Catalog& catalog) const {
    const YamlNode empty{.kind = YamlNode::Kind::kMap};
    ErrorList ignored("");
    MapReader map(Place(empty, path, ignored), noun, &catalog);
    T copy = fallback;
    read(map, copy);
  }
  template <typename T>
  void Nested(const std::string& path, const std::optional<T>& fallback, Catalog& catalog) const {
    Nested(path, fallback.value_or(T{}), catalog);
  }
  /// A map that would have no key is left out.
  template <typename T>
  Written Write(const T& value) const {
    Written map = WriteMap(value);
    return map.entries.empty() ? Written{} : map;
  }
  template <typename T>
  Written Write(const std::optional<T>& value) const {
    return value ? WriteMap(*value) : Written{};
  }
  template <typename T>
  Written WriteMap(const T& value) const {
    const YamlNode empty{.kind = YamlNode::Kind::kMap};
    ErrorList ignored("");
    Written written{.kind = Written::Kind::kMap};
    MapReader map(Place(empty, "", ignored), written);
    T copy = value;
    read(map, copy);
    return written;
  }
};

template <typename Function>
Group(Function) -> Group<Function>;

/// A value that the configuration shares: read as what it is shared of.
template <typename Key>
struct Shared {
  Key key;

  template <typename T>
  void Read(const Place& place, base::SharedValue<T>& out) const {
    key.Read(place, out.Edit());
  }
  template <typename T>
  KeyFacts Facts(const base::SharedValue<T>& fallback) const {
    return key.Facts(*fallback);
  }
  template <typename T>
  void Nested(const std::string& path, const base::SharedValue<T>& fallback,
              Catalog& catalog) const {
    key.Nested(path, *fallback, catalog);
  }
  template <typename T>
  Written Write(const base::SharedValue<T>& value) const {
    return key.Write(*value);
  }
};

template <typename Key>
Shared(Key) -> Shared<Key>;

/// A list with at least one item.
template <typename Item>
struct List {
  Item item;

  template <typename T>
  void Read(const Place& place, std::vector<T>& out) const {
    if (place.node().kind != YamlNode::Kind::kList) {
      return place.FailType("a list", "put each item on a line of its own after \"- \"");
    }
    if (place.node().items.empty()) {
      return place.Fail({"is an empty list", "list at least one, or remove the key"});
    }
    // An item that cannot be read stays at its default, so that indexes stay those of the file.
    for (size_t i = 0; i < place.node().items.size(); ++i) {
      ReadValue(item, place.Item(i), out.emplace_back());
    }
  }
  template <typename T>
  KeyFacts Facts(const std::vector<T>&) const {
    const KeyFacts facts = item.Facts(T());
    return {.type = "list of: " + facts.type, .words = facts.words};
  }
  template <typename T>
  void Nested(const std::string& path, const std::vector<T>&, Catalog& catalog) const {
    item.Nested(path + "[]", T(), catalog);
  }
  template <typename T>
  Written Write(const std::vector<T>& values) const {
    if (values.empty()) return {};
    Written list{.kind = Written::Kind::kList};
    for (const T& each : values) list.items.push_back(item.Write(each));
    return list;
  }
};

template <typename Item>
List(Item) -> List<Item>;

/// A map from names that people choose to maps with keys of ours; at least one. `T` has a `name`.
template <typename Function>
struct NamedGroups {
  Group<Function> group;
  Rule rule;  ///< of the names

  template <typename T>
  void Read(const Place& place, std::vector<T>& out) const {
    if (place.node().kind != YamlNode::Kind::kMap) {
      return place.FailType("a map", "write each name as a key, and what it has below it");
    }
    if (place.node().entries.empty()) return place.Fail({"is an empty map", "name at least one"});
    for (const YamlNode::Entry* entry : place.Entries()) {
      if (const auto complaint = rule(entry->key)) place.Key(*entry).Fail(*complaint);
      auto& item = ToEdit(out.emplace_back());
      item.name = entry->key;
      ReadValue(group, place.Value(*entry), item);
    }
  }
  template <typename T>
  KeyFacts Facts(const std::vector<T>&) const {
    return {.type = "map of names to maps"};
  }
  template <typename T>
  void Nested(const std::string& path, const std::vector<T>&, Catalog& catalog) const {
    group.Nested(JoinPath(path, "<name>"), Of(T()), catalog);
  }
  template <typename T>
  Written Write(const std::vector<T>& values) const {
    if (values.empty()) return {};
    Written map{.kind = Written::Kind::kMap};
    for (const T& each : values) map.Set(Of(each).name, group.WriteMap(Of(each)));
    return map;
  }

 private:
  template <typename T>
  static T& ToEdit(T& value) {
    return value;
  }
  template <typename T>
  static T& ToEdit(base::SharedValue<T>& value) {
    return value.Edit();
  }
  template <typename T>
  static const T& Of(const T& value) {
    return value;
  }
  template <typename T>
  static const T& Of(const base::SharedValue<T>& value) {
    return *value;
  }
};

template <typename Function>
NamedGroups(Group<Function>, Rule) -> NamedGroups<Function>;

}  // namespace evenkeel::config
