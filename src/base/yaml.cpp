#include "base/yaml.h"

#include "base/assert.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <yaml.h>

namespace vedette {
namespace {

struct Parser {
  explicit Parser(std::string_view text) {
    VD_ASSERT(yaml_parser_initialize(&its) == 1);
    yaml_parser_set_encoding(&its, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&its, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~Parser() { yaml_parser_delete(&its); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  yaml_parser_t its;
};

struct Event {
  Event() = default;
  ~Event() { yaml_event_delete(&its); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  std::uint32_t line() const { return static_cast<std::uint32_t>(its.start_mark.line + 1); }

  yaml_event_t its{};
};

std::string_view text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

/// Builds the tree from libyaml's events, until something is wrong.
class Builder {
 public:
  /// False: refused() and refused_line() say why.
  bool take(const Event& event);
  const std::string& refused() const { return refused_; }
  std::uint32_t refused_line() const { return refused_line_; }
  YamlNode take_root() { return std::move(root_); }

 private:
  struct Open {
    YamlNode node;
    std::string anchor;
    std::size_t nodes_before = 0;
    std::string key;
    std::uint32_t key_line = 0;
    bool has_key = false;
  };
  struct Anchor {
    std::size_t nodes;
    YamlNode node;
  };

  bool refuse(std::uint32_t line, std::string why) {
    refused_ = std::move(why);
    refused_line_ = line;
    return false;
  }
  bool count(std::size_t nodes, std::uint32_t line) {
    nodes_ += nodes;
    return nodes_ <= kYamlNodesMax ||
           refuse(line, fmt::format("more than {} values, counting aliases", kYamlNodesMax));
  }

  bool take_scalar(const Event& event);
  bool take_alias(const Event& event);
  bool open(YamlNode::Kind kind, std::string_view anchor, std::uint32_t line);
  bool close();
  bool check_keys(const YamlNode& node);
  bool remember(std::string_view anchor, std::size_t nodes, const YamlNode& node);
  void attach(YamlNode node);

  YamlNode root_;
  std::vector<Open> open_;
  std::map<std::string, Anchor, std::less<>> anchors_;
  std::size_t nodes_ = 0;  // of the whole text, over all its documents
  std::string refused_;
  std::uint32_t refused_line_ = 0;
};

bool Builder::take(const Event& event) {
  switch (event.its.type) {
    case YAML_DOCUMENT_START_EVENT:
      root_ = {};
      anchors_.clear();
      return true;
    case YAML_SCALAR_EVENT:
      return take_scalar(event);
    case YAML_ALIAS_EVENT:
      return take_alias(event);
    case YAML_SEQUENCE_START_EVENT:
      return open(YamlNode::Kind::List, text_of(event.its.data.sequence_start.anchor),
                  event.line());
    case YAML_MAPPING_START_EVENT:
      return open(YamlNode::Kind::Map, text_of(event.its.data.mapping_start.anchor), event.line());
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return close();
    default:
      return true;
  }
}

bool Builder::take_scalar(const Event& event) {
  const auto& scalar = event.its.data.scalar;
  const std::string_view text{reinterpret_cast<const char*>(scalar.value), scalar.length};
  YamlNode node;
  node.line = event.line();
  node.quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE;
  node.kind = YamlNode::Kind::Scalar;
  if (!node.quoted && text.empty()) {
    node.kind = YamlNode::Kind::Missing;
  } else if (!node.quoted && (text == "~" || equals_ignore_case(text, "null"))) {
    node.kind = YamlNode::Kind::Null;
  } else {
    node.text = text;
  }
  if (!count(1, node.line) || !remember(text_of(scalar.anchor), 1, node)) return false;
  attach(std::move(node));
  return true;
}

bool Builder::take_alias(const Event& event) {
  const std::string_view name = text_of(event.its.data.alias.anchor);
  const auto named = anchors_.find(name);
  if (named == anchors_.end()) {
    const bool inside =
        std::ranges::any_of(open_, [&](const Open& open) { return open.anchor == name; });
    return refuse(event.line(), inside ? "an alias stands inside of what it names"
                                       : fmt::format("nothing has the name &{}", name));
  }
  if (!count(named->second.nodes, event.line())) return false;
  YamlNode copy = named->second.node;
  copy.line = event.line();
  attach(std::move(copy));
  return true;
}

bool Builder::open(YamlNode::Kind kind, std::string_view anchor, std::uint32_t line) {
  if (open_.size() >= kYamlDepthMax) {
    return refuse(line, fmt::format("nested deeper than {} levels", kYamlDepthMax));
  }
  Open& next = open_.emplace_back();
  next.node.kind = kind;
  next.node.line = line;
  next.anchor = anchor;
  next.nodes_before = nodes_;
  return count(1, line);
}

bool Builder::close() {
  Open done = std::move(open_.back());
  open_.pop_back();
  if (!check_keys(done.node)) return false;
  if (!remember(done.anchor, nodes_ - done.nodes_before, done.node)) return false;
  attach(std::move(done.node));
  return true;
}

/// YAML forbids a key twice; libyaml lets it pass, and one of the two would be without effect.
bool Builder::check_keys(const YamlNode& node) {
  std::vector<std::string_view> sorted(node.keys.begin(), node.keys.end());
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted);
  if (twice == sorted.end()) return true;
  std::size_t last = node.keys.size() - 1;
  while (node.keys[last] != *twice) --last;
  return refuse(node.items[last].line, fmt::format("the key '{}' stands twice in one map", *twice));
}

/// Each anchored value is kept as a copy: nested anchors must pay for theirs.
bool Builder::remember(std::string_view anchor, std::size_t nodes, const YamlNode& node) {
  if (anchor.empty()) return true;
  if (!count(nodes, node.line)) return false;
  anchors_.insert_or_assign(std::string(anchor), Anchor{nodes, node});
  return true;
}

void Builder::attach(YamlNode node) {
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

/// Bytes that are no text are said by their offset, everything else by its line, from 0.
std::uint32_t line_of_problem(const yaml_parser_t& parser, std::string_view text) {
  if (parser.error != YAML_READER_ERROR) {
    return static_cast<std::uint32_t>(parser.problem_mark.line + 1);
  }
  const std::string_view before = text.substr(0, std::min(parser.problem_offset, text.size()));
  return static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1);
}

std::string problem_of(const yaml_parser_t& parser) {
  std::string what = parser.problem != nullptr ? parser.problem : "it cannot be read";
  if (parser.context != nullptr) what += fmt::format(" {}", parser.context);
  return what;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == key) return &items[i];
  }
  return nullptr;
}

std::optional<Error> parse_yaml(Errc code, std::string_view path, std::string_view text,
                                std::vector<YamlNode>& documents) {
  const auto problem = [&](std::uint32_t line, std::string_view what) {
    return Error{code, fmt::format("{}:{}: {}", path, line, what)};
  };
  if (text.size() > kYamlBytesMax) {
    return problem(1, fmt::format("the file has {} bytes, at most {} are allowed", text.size(),
                                  kYamlBytesMax));
  }
  take_prefix(text, "\xEF\xBB\xBF");
  Parser parser(text);
  Builder builder;
  for (;;) {
    Event event;
    if (yaml_parser_parse(&parser.its, &event.its) == 0) {
      return problem(line_of_problem(parser.its, text), problem_of(parser.its));
    }
    if (event.its.type == YAML_STREAM_END_EVENT) return {};
    if (!builder.take(event)) return problem(builder.refused_line(), builder.refused());
    if (event.its.type != YAML_DOCUMENT_END_EVENT) continue;
    YamlNode document = builder.take_root();
    if (document.kind != YamlNode::Kind::Missing) documents.push_back(std::move(document));
  }
}

}  // namespace vedette
