#include "lib/yaml/yaml_parser.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/yaml/syntax_hints.h"
#include "lib/yaml/utf8_text.h"

namespace evenkeel::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr size_t kTextPerNode = 64;  // bytes of text that weigh as much as a node

// Stops yaml-cpp from within its events; caught in Parse.
struct Refusal {
  Mark mark;
  Complaint complaint;
  bool may_be_unclosed = false;  ///< a bracket or quote before it
};

Mark FromYaml(const YAML::Mark& mark, int file) {
  return mark.is_null() ? Mark{1, 1, file} : Mark{mark.line + 1, mark.column + 1, file};
}

size_t TextWeight(std::string_view text) { return 1 + text.size() / kTextPerNode; }

// Makes the tree from yaml-cpp's events and stops it where we do not go on.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const YamlOrigin& origin) : text_(text), origin_(origin) {}

  /// Null when there was no document.
  const YamlNodePtr& root() const { return root_; }
  /// Where the last text in quotes began, as an offset into the file.
  std::optional<size_t> last_quote() const { return last_quote_; }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { Close(); }

 private:
  // A list or map whose end has not come; in a map, the key that waits for its value.
  struct Open {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor;
    std::optional<YamlNode::Entry> entry;
  };

  bool ExpectsKey() const {
    return !open_.empty() && open_.back().node->kind == YamlNode::Kind::kMap && !open_.back().entry;
  }
  void OpenNode(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
                YAML::anchor_t anchor);
  void Close();
  void Add(YamlNodePtr node, Mark mark);
  void SetKey(const YamlNode& node, Mark mark);

  Mark At(const YAML::Mark& mark) const { return FromYaml(mark, origin_.file); }
  void RefuseTag(const YAML::Mark& mark, const std::string& tag) const;
  void SetText(YamlNode& node, const std::string& value) const;
  static void RefuseLookAlikes(const std::string& text, Mark mark);

  const std::string_view text_;
  const YamlOrigin origin_;
  YamlNodePtr root_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, YamlNodePtr> anchors_;
  std::optional<size_t> last_quote_;
  int documents_ = 0;
};

void TreeBuilder::RefuseTag(const YAML::Mark& mark, const std::string& tag) const {
  if (tag.empty() || tag == "?" || tag == "!") return;  // yaml-cpp's marks for "none written"
  throw Refusal{At(mark), {"YAML tags are not used here", "remove the !tag"}};
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (documents_++ == 0) return;
  const std::string_view rest =
      text_.substr(std::min(text_.size(), static_cast<size_t>(std::max(mark.pos, 0))));
  if (rest.starts_with("---")) {
    throw Refusal{At(mark),
                  {"a second YAML document starts here", "keep one document in the file"}};
  }
  throw Refusal{At(mark),
                {"this does not belong to what stands above it",
                 "align it with the first key of the file, and do not mix list and map"}};
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  auto node = std::make_shared<YamlNode>();
  // yaml-cpp has already read on to the next word, maybe lines below: the key is where to look.
  const bool is_value = !open_.empty() && open_.back().entry;
  node->mark = is_value ? open_.back().entry->mark : At(mark);
  if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
  Add(std::move(node), At(mark));
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    throw Refusal{At(mark), {"this alias stands inside its own anchor", "write it out"}};
  }
  Add(found->second, At(mark));
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  RefuseTag(mark, tag);
  auto node = std::make_shared<YamlNode>();
  node->kind = tag == "!" ? YamlNode::Kind::kQuoted : YamlNode::Kind::kPlain;
  node->mark = At(mark);
  SetText(*node, value);
  node->weight = TextWeight(node->text) + node->secret.size() / kTextPerNode;
  if (tag == "!") last_quote_ = mark.pos;
  if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
  Add(std::move(node), At(mark));
}

void TreeBuilder::SetText(YamlNode& node, const std::string& value) const {
  const std::string written = ShowVariables(value);
  if (node.kind == YamlNode::Kind::kPlain) RefuseLookAlikes(written, node.mark);
  if (ExpectsKey() && BeginsSlashComment(written)) throw Refusal{node.mark, SlashComment(written)};
  node.text = written;
  if (ExpectsKey() || origin_.variables == nullptr) return;
  static const Secrets kNone;
  auto expanded = ExpandVariables(written, *origin_.variables,
                                  origin_.secrets == nullptr ? kNone : *origin_.secrets);
  if (!expanded) throw Refusal{node.mark, expanded.error()};
  node.text = std::move(expanded->shown);
  node.secret = std::move(expanded->secret);
  node.has_variables = node.text != written;
}

// Words outside quotes have no use for them.
void TreeBuilder::RefuseLookAlikes(const std::string& text, Mark mark) {
  const auto slip = FindLookAlike(text);
  if (!slip) return;
  mark.column += static_cast<int>(slip->offset);
  throw Refusal{mark, slip->complaint};
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  OpenNode(YamlNode::Kind::kList, mark, tag, anchor);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
  OpenNode(YamlNode::Kind::kMap, mark, tag, anchor);
}

void TreeBuilder::OpenNode(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
                           YAML::anchor_t anchor) {
  RefuseTag(mark, tag);
  if (ExpectsKey()) {
    throw Refusal{
        At(mark),
        {"a key must be text",
         "put text that starts with [ or {, such as \"[::1]:50051\", in quotes, and close "
         "each bracket"},
        true};
  }
  if (open_.size() >= kMaxDepth) {
    throw Refusal{At(mark),
                  {"lists and maps are nested deeper than " + std::to_string(kMaxDepth) + " levels",
                   "nothing in the configuration goes that deep"}};
  }
  auto node = std::make_shared<YamlNode>();
  node->kind = kind;
  node->mark = At(mark);
  open_.push_back({std::move(node), anchor, std::nullopt});
}

void TreeBuilder::Close() {
  Open closed = std::move(open_.back());
  open_.pop_back();
  if (closed.anchor != YAML::NullAnchor) anchors_[closed.anchor] = closed.node;
  const Mark mark = closed.node->mark;
  Add(std::move(closed.node), mark);
}

void TreeBuilder::Add(YamlNodePtr node, Mark mark) {
  if (ExpectsKey()) return SetKey(*node, mark);
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  auto& [parent, anchor, entry] = open_.back();
  parent->weight += node->weight;
  if (parent->weight > kMaxNodes) {
    throw Refusal{mark,
                  {"more than " + std::to_string(kMaxNodes) +
                       " nodes in the file, where each use of an alias counts",
                   "use fewer aliases"}};
  }
  if (entry) {
    entry->value = std::move(node);
    parent->entries.push_back(*std::exchange(entry, std::nullopt));
  } else {
    parent->items.push_back(std::move(node));
  }
}

void TreeBuilder::SetKey(const YamlNode& node, Mark mark) {
  if (!node.IsScalar()) {
    throw Refusal{mark, {"a key must be text, found " + node.Description(), "write its name"}};
  }
  open_.back().node->weight += node.weight;
  open_.back().entry = {node.text, mark, nullptr};
}

// yaml-cpp's short reasons, in words for someone who did not write a YAML parser.
Complaint Explain(const std::string& reason) {
  using namespace YAML::ErrorMsg;
  static const std::unordered_map<std::string_view, Complaint> kKnown = {
      {END_OF_MAP,
       {"this does not fit the map above it",
        "align the map's keys, and put text with brackets or quotes inside in quotes"}},
      {END_OF_SEQ, {"this does not fit the list above it", "align the list's \"- \""}},
      {END_OF_MAP_FLOW, {"a { before here is not closed", "add a } or a comma"}},
      {END_OF_SEQ_FLOW, {"a [ before here is not closed", "add a ] or a comma"}},
      {FLOW_END, {"this bracket closes nothing", "remove it"}},
      {MAP_VALUE,
       {"no key can stand here",
        "check the indentation of this line and the one above, and put text that contains \": \" "
        "in quotes"}},
      {BLOCK_ENTRY, {"no list item can stand here", "check the indentation of the \"- \""}},
      {UNKNOWN_TOKEN, {"text cannot start with this character", "put the text in quotes"}},
      {EOF_IN_SCALAR, {"a quote is not closed", "add the closing quote"}},
  };
  const auto known = kKnown.find(reason);
  if (known != kKnown.end()) return known->second;
  return {"YAML: " + reason, "check indentation, quotes and brackets here and in the line above"};
}

std::string_view LineAt(std::string_view text, int line) {
  for (int i = 1; i < line; ++i) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// A tab in the indentation of this line or the one above is the likely cause of any syntax error,
// and an invisible one.
std::optional<Mark> FindTab(std::string_view text, Mark error) {
  for (int line = error.line; line >= std::max(error.line - 1, 1); --line) {
    const std::string_view content = LineAt(text, line);
    const size_t end = content.find_first_not_of(" \t\r");
    const size_t tab = content.find('\t');
    if (tab < end && end != std::string_view::npos)
      return Mark{line, static_cast<int>(tab) + 1, error.file};
  }
  return std::nullopt;
}

Mark MarkIn(int file, std::string_view text, size_t offset) {
  Mark mark = MarkOf(text, offset);
  mark.file = file;
  return mark;
}

size_t OffsetOf(std::string_view text, const YAML::Mark& mark) {
  return mark.is_null() ? 0 : std::min(text.size(), static_cast<size_t>(std::max(mark.pos, 0)));
}

// A slip that makes the parser stumble at `offset`, or later than it was made.
std::optional<Slip> FindSlip(std::string_view text, size_t offset, std::optional<size_t> quote) {
  const size_t begin = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;
  const size_t above = begin < 2 ? 0 : text.rfind('\n', begin - 2) + 1;
  if (auto slip = FindLookAlike(text.substr(above, text.find('\n', offset) - above))) {
    slip->offset += above;
    return slip;
  }
  if (auto slip = FindSlashComment(text, offset)) return slip;
  if (auto slip = quote ? FindOpenQuote(text, *quote) : std::nullopt) return slip;
  if (auto slip = FindUnclosed(text)) return slip;
  // After the ] of `- [::1]:50051`.
  if (offset > 0 && text.substr(offset - 1).starts_with("]:")) {
    return Slip{offset - 1,
                {"text that starts with [ is taken for a list",
                 "put an IPv6 address in quotes: \"[::1]:50051\""}};
  }
  return std::nullopt;
}

void AddSyntaxError(std::string_view text, const YAML::Exception& error,
                    std::optional<size_t> quote, int file, ErrorList& errors) {
  const Mark mark = FromYaml(error.mark, file);
  if (const auto tab = FindTab(text, mark)) {
    errors.Add(*tab, "", {"a tab in the indentation", "indent with spaces"});
  } else if (auto slip = FindSlip(text, OffsetOf(text, error.mark), quote)) {
    errors.Add(MarkIn(file, text, slip->offset), "", slip->complaint);
  } else {
    errors.Add(mark, "", Explain(error.msg));
  }
}

YamlNodePtr Parse(std::string_view text, const YamlOrigin& origin, ErrorList& errors) {
  const Mark start{1, 1, origin.file};
  TreeBuilder builder(text, origin);
  try {
    std::istringstream stream{origin.variables == nullptr ? std::string(text)
                                                          : HideVariables(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refusal& refusal) {
    const std::string_view line = LineAt(text, refusal.mark.line);
    const size_t column = std::min(line.size(), static_cast<size_t>(refusal.mark.column) - 1);
    const auto unclosed = refusal.may_be_unclosed ? FindUnclosed(text) : std::nullopt;
    if (BeginsSlashComment(line.substr(column))) {
      errors.Add(refusal.mark, "", SlashComment(line.substr(column)));
    } else if (unclosed) {
      errors.Add(MarkIn(origin.file, text, unclosed->offset), "", unclosed->complaint);
    } else {
      errors.Add(refusal.mark, "", refusal.complaint);
    }
    return nullptr;
  } catch (const YAML::Exception& error) {
    AddSyntaxError(text, error, builder.last_quote(), origin.file, errors);
    return nullptr;
  } catch (const std::exception& error) {
    errors.Add(start, "", {std::string("the YAML parser gave up: ") + error.what(), ""});
    return nullptr;
  }
  const auto quote = builder.last_quote();
  // yaml-cpp takes the end of the file for a closing quote. Only the last text in quotes can be cut
  // off so.
  if (quote && !HasClosingQuote(text, *quote)) {
    errors.Add(MarkIn(origin.file, text, *quote), "", FindOpenQuote(text, *quote)->complaint);
    return nullptr;
  }
  if (!builder.root()) {
    errors.Add(start, "", {"the file is empty", std::string(origin.needs)});
  }
  return builder.root();
}

}  // namespace

YamlNodePtr ParseYaml(std::string_view text, ErrorList& errors, const YamlOrigin& origin) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.size() > kMaxFileBytes) {
    errors.Add({1, 1, origin.file}, "",
               {"the file is larger than " + std::to_string(kMaxFileBytes >> 20) + "MiB",
                "is it the right file?"});
    return nullptr;
  }
  if (const auto bad = FindBadByte(text)) {
    errors.Add(MarkIn(origin.file, text, *bad), "",
               {"this byte is not text", "save the file as UTF-8 without control characters"});
    return nullptr;
  }
  return Parse(text, origin, errors);
}

}  // namespace evenkeel::config
