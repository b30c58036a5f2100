#include "sigma/yaml.h"

#include "base/text.h"

#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <istream>
#include <streambuf>
#include <unordered_map>

namespace vedette::sigma {
namespace {

/// Reads from memory without copying it.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // a streambuf only reads through these
    setg(begin, begin, begin + text.size());
  }
};

/// Builds the tree from yaml-cpp's events. Once a limit is hit it ignores the rest.
class Builder : public YAML::EventHandler {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  const std::string& refused() const { return refused_; }
  std::uint32_t refused_line() const { return refused_line_; }
  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {
    root_ = {};
    open_.clear();
    anchors_.clear();
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node = at(mark);
    const auto place = static_cast<std::size_t>(mark.pos < 0 ? 0 : mark.pos);
    const std::string_view rest = place < text_.size() ? text_.substr(place) : std::string_view{};
    const bool spelled = rest.starts_with('~') || equals_ignore_case(rest.substr(0, 4), "null");
    node.kind = spelled ? YamlNode::Kind::Null : YamlNode::Kind::Missing;
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto named = anchors_.find(anchor);
    if (named == anchors_.end()) {
      refuse(mark, "an alias stands inside of what it names");
      return;
    }
    if (!count(named->second.nodes, mark)) return;
    YamlNode copy = named->second.node;
    copy.line = at(mark).line;
    attach(std::move(copy));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = at(mark);
    node.kind = YamlNode::Kind::Scalar;
    node.quoted = tag == "!";
    node.text = value;
    add(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::List, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::Map, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor;
    std::size_t nodes_before;
    std::string key;
    std::uint32_t key_line = 0;
    bool has_key = false;
  };
  struct Anchor {
    std::size_t nodes;
    YamlNode node;
  };

  static YamlNode at(const YAML::Mark& mark) {
    YamlNode node;
    node.line = static_cast<std::uint32_t>(mark.line + 1);
    return node;
  }

  void refuse(const YAML::Mark& mark, std::string why) {
    if (!refused_.empty()) return;
    refused_ = std::move(why);
    refused_line_ = at(mark).line;
  }

  bool count(std::size_t nodes, const YAML::Mark& mark) {
    nodes_ += nodes;
    if (nodes_ > kYamlNodesMax) {
      refuse(mark, fmt::format("more than {} values, counting aliases", kYamlNodesMax));
    }
    return refused_.empty();
  }

  void open(const YAML::Mark& mark, YamlNode::Kind kind, YAML::anchor_t anchor) {
    if (open_.size() >= kYamlDepthMax) {
      refuse(mark, fmt::format("nested deeper than {} levels", kYamlDepthMax));
    }
    if (!refused_.empty()) return;
    Open& next = open_.emplace_back();
    next.node = at(mark);
    next.node.kind = kind;
    next.anchor = anchor;
    next.nodes_before = nodes_;
    ++nodes_;
  }

  void close() {
    if (!refused_.empty()) return;
    Open done = std::move(open_.back());
    open_.pop_back();
    check_keys(done.node);
    remember(done.anchor, nodes_ - done.nodes_before, done.node);
    attach(std::move(done.node));
  }

  /// YAML forbids a key twice; yaml-cpp lets it pass, and one of the two would be without effect.
  void check_keys(const YamlNode& node) {
    std::vector<std::string_view> sorted(node.keys.begin(), node.keys.end());
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted);
    if (twice == sorted.end()) return;
    std::size_t last = node.keys.size() - 1;
    while (node.keys[last] != *twice) --last;
    YAML::Mark mark;
    mark.line = static_cast<int>(node.items[last].line) - 1;
    refuse(mark, fmt::format("the key '{}' stands twice in one map", *twice));
  }

  void add(YamlNode node, YAML::anchor_t anchor) {
    YAML::Mark mark;
    mark.line = static_cast<int>(node.line) - 1;
    if (!count(1, mark)) return;
    remember(anchor, 1, node);
    attach(std::move(node));
  }

  void remember(YAML::anchor_t anchor, std::size_t nodes, const YamlNode& node) {
    if (anchor == YAML::NullAnchor) return;
    // Each anchored value is kept as a copy: nested anchors must pay for theirs.
    nodes_ += nodes;
    if (nodes_ <= kYamlNodesMax) anchors_[anchor] = {nodes, node};
  }

  void attach(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_list()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      parent.key = std::move(node.text);  // a key that is no scalar has no text
      parent.key_line = node.line;
      parent.has_key = true;
    } else {
      // Where nothing stands, the parser's mark is at what comes next.
      if (node.kind == YamlNode::Kind::Missing) node.line = parent.key_line;
      parent.node.keys.push_back(std::move(parent.key));
      parent.node.items.push_back(std::move(node));
      parent.has_key = false;
    }
  }

  std::string_view text_;
  YamlNode root_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Anchor> anchors_;
  std::size_t nodes_ = 0;  // of the whole text, over all its documents
  std::string refused_;
  std::uint32_t refused_line_ = 0;
};

Error syntax_error(std::string_view path, std::uint32_t line, std::string_view what) {
  return Error{Errc::RuleSyntax, fmt::format("{}:{}: {}", path, line, what)};
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == key) return &items[i];
  }
  return nullptr;
}

std::optional<Error> parse_yaml(std::string_view path, std::string_view text,
                                std::vector<YamlNode>& documents) {
  take_prefix(text, "\xEF\xBB\xBF");
  if (text.size() > kYamlBytesMax) {
    return syntax_error(
        path, 1,
        fmt::format("the file has {} bytes, at most {} are allowed", text.size(), kYamlBytesMax));
  }
  // A rule is text. yaml-cpp would take these for UTF-16 or end of input and go on from there.
  if (text.find('\0') != std::string_view::npos) return syntax_error(path, 1, "it holds NUL bytes");
  ViewBuffer buffer(text);
  Builder builder(text);
  const auto refused = [&] {
    return syntax_error(path, builder.refused_line(), builder.refused());
  };
  try {
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
      if (!builder.refused().empty()) return refused();
      YamlNode document = builder.take();
      if (document.kind != YamlNode::Kind::Missing) documents.push_back(std::move(document));
    }
  } catch (const YAML::Exception& error) {
    if (!builder.refused().empty()) return refused();
    const int line = error.mark.is_null() ? 0 : error.mark.line;
    return syntax_error(path, static_cast<std::uint32_t>(line + 1), error.msg);
  } catch (const std::exception& error) {
    return syntax_error(path, 1, error.what());
  }
  return {};
}

}  // namespace vedette::sigma
