#include "prompt/carriers.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace vedette::prompt {
namespace {

constexpr std::size_t kTagMax = 4096, kElementMax = 64 * 1024, kUrlMax = 4096, kLinkTextMax = 512;
constexpr std::size_t kHiddenMax = 32;  // elements looked into per text: bounds the work

bool is_name(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_' || c == ':';
}

bool starts_with_ignoring_case(std::string_view text, std::string_view small) {
  return text.size() >= small.size() && equals_ignore_case(text.substr(0, small.size()), small);
}

/// What may begin something that carries.
constexpr auto kMayBegin = [] {
  std::array<bool, 256> may{};
  may['<'] = may['['] = may[']'] = may[':'] = true;
  return may;
}();

std::size_t find_any(std::string_view text, std::string_view of, std::size_t from) {
  return std::min(text.find_first_of(of, from), text.size());
}
std::size_t find_or_end(std::string_view text, std::string_view what, std::size_t from) {
  return std::min(text.find(what, from), text.size());
}

bool carries(std::string_view attribute) {
  constexpr std::string_view kNames[] = {"alt",     "title", "aria-label",  "aria-description",
                                         "content", "value", "placeholder", "summary",
                                         "label"};
  return std::ranges::any_of(
             kNames, [&](std::string_view name) { return equals_ignore_case(attribute, name); }) ||
         starts_with_ignoring_case(attribute, "data-");
}

/// Whether what a style says cannot be seen. Blanks within it do not matter.
bool hides(std::string_view style) {
  constexpr std::string_view kWays[] = {
      "display:none", "visibility:hidden", "font-size:0", "font-size:1px", "opacity:0;",
      "opacity:0.0",  "color:transparent", "color:white", "color:#fff",    "color:rgba(0,0,0,0",
      "left:-9",      "text-indent:-9",    "clip:rect(0", "height:0;",     "width:0;"};
  std::array<char, 512> plain{};
  std::size_t size = 0;
  for (const char c : style) {
    if (size + 1 < plain.size() && !is_blank(c) && c != '\n') plain[size++] = lower(c);
  }
  plain[size++] = ';';
  const std::string_view all(plain.data(), size);
  return std::ranges::any_of(kWays,
                             [&](std::string_view way) { return all.find(way) != all.npos; });
}

class Finder {
 public:
  Finder(std::string_view text, std::size_t carriers_max, std::vector<Carrier>& out)
      : text_(text), max_(carriers_max), out_(out) {}

  void run() {
    for (std::size_t at = next(0); at < text_.size() && out_.size() < max_; at = next(at)) {
      switch (text_[at]) {
        case '<':
          at = markup(at);
          break;
        case ']':
          at = link(at);
          break;
        default:
          at = string_value(at);
      }
    }
  }

 private:
  /// The next place, from `at`, where something may begin: "<", "](", "]:", ": " or ":\"".
  std::size_t next(std::size_t at) {
    for (; at < text_.size(); ++at) {
      const char c = text_[at];
      if (!kMayBegin[static_cast<unsigned char>(c)]) continue;
      const char after = at + 1 < text_.size() ? text_[at + 1] : '\n';
      if (c == '[') {
        opened_ = at + 1;
      } else if (c == '<' || (c == ']' && (after == '(' || after == ':')) ||
                 (c == ':' && (after == '"' || after == ' '))) {
        break;
      }
    }
    return at;
  }

  /// The first ")" from `at`; asked for growing places, so that the text is searched once.
  std::size_t closed(std::size_t at) {
    if (closed_ < at) closed_ = find_or_end(text_, ")", at);
    return closed_;
  }

  void add(CarrierKind kind, std::size_t begin, std::size_t end) {
    if (begin < end && out_.size() < max_) {
      out_.push_back({kind, {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}});
    }
  }

  std::size_t markup(std::size_t at) {
    if (text_.substr(at).starts_with("<!--")) {
      const std::size_t end = find_or_end(text_, "-->", at + 4);
      add(CarrierKind::Comment, at + 4, end);
      return std::min(end + 3, text_.size());
    }
    std::size_t name = at + 1;
    while (name < text_.size() && is_name(text_[name])) ++name;
    if (name == at + 1) return at + 1;
    const std::string_view element = text_.substr(at + 1, name - at - 1);
    const auto [end, hidden] = attributes(name);
    if (end == 0) return at + 1;
    const bool script = std::ranges::any_of(
        std::array<std::string_view, 4>{"script", "style", "template", "noscript"},
        [&](std::string_view one) { return equals_ignore_case(element, one); });
    if ((hidden || script) && looked_into_++ < kHiddenMax) {
      add(hidden ? CarrierKind::HiddenText : CarrierKind::Script, end, closing(element, end));
    }
    return end;
  }

  struct Tag {
    std::size_t end;  // 0: this is no tag
    bool hidden;
  };
  /// Reads attributes up to the ">".
  Tag attributes(std::size_t at) {
    bool hidden = false;
    const std::size_t limit = std::min(text_.size(), at + kTagMax);
    while (at < limit && text_[at] != '>') {
      if (text_[at] == '<') return {0, false};
      const std::size_t begin = at;
      while (at < limit && is_name(text_[at])) ++at;
      const std::string_view name = text_.substr(begin, at - begin);
      if (name.empty()) {
        ++at;
        continue;
      }
      if (at >= limit || text_[at] != '=') {
        hidden |= equals_ignore_case(name, "hidden");
        continue;
      }
      const char quote = ++at < limit ? text_[at] : '>';
      if (quote != '"' && quote != '\'') continue;
      const std::size_t end = text_.substr(0, limit).find(quote, at + 1);
      if (end == std::string_view::npos) return {0, false};
      if (carries(name)) add(CarrierKind::Attribute, at + 1, end);
      if (equals_ignore_case(name, "style")) hidden |= hides(text_.substr(at + 1, end - at - 1));
      at = end + 1;
    }
    return {at < limit ? at + 1 : 0, hidden};
  }

  std::size_t closing(std::string_view element, std::size_t from) const {
    const std::string_view inside =
        text_.substr(0, from + std::min(kElementMax, text_.size() - from));
    for (std::size_t at = inside.find("</", from); at < inside.size();
         at = inside.find("</", at + 2)) {
      if (starts_with_ignoring_case(inside.substr(at + 2), element)) return at;
    }
    return inside.size();
  }

  /// At the "]" of [text](url "title"), of [id]: url, or of [//]: # (comment).
  std::size_t link(std::size_t at) {
    const std::size_t begin = opened_, inside = at + 2;
    if (begin == 0 || at - begin > kLinkTextMax) return inside;
    opened_ = 0;
    if (text_[at + 1] == ':') {
      if (begin >= 2 && text_[begin - 2] != '\n') return inside;
      const bool comment =
          text_.substr(begin, at - begin) == "//" || text_.substr(inside).starts_with(" #");
      const std::size_t end = find_or_end(text_, "\n", inside);
      add(comment ? CarrierKind::Comment : CarrierKind::LinkUrl, inside, end);
      return end;
    }
    const std::size_t end = closed(inside);
    if (end == text_.size() || end - inside > kUrlMax) return inside;
    const std::string_view whole = text_.substr(0, end);
    const std::size_t url = find_any(whole, " \n", inside);
    add(CarrierKind::LinkText, begin, at);
    add(CarrierKind::LinkUrl, inside, url);
    add(CarrierKind::LinkTitle, find_any(whole, "\"'", url) + 1, end - 1);
    return end;
  }

  /// At the ":" of "key": "value".
  std::size_t string_value(std::size_t at) {
    const bool key = at > 0 && text_[at - 1] == '"';
    std::size_t begin = at + 1;
    while (begin < text_.size() && text_[begin] == ' ') ++begin;
    if (!key || begin >= text_.size() || text_[begin] != '"') return begin;
    std::size_t end = begin + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    add(CarrierKind::StringValue, begin + 1, std::min(end, text_.size()));
    return begin + 1;  // what it holds may carry, too
  }

  std::string_view text_;
  std::size_t max_;
  std::vector<Carrier>& out_;
  std::size_t opened_ = 0;  // behind the last "["; 0: there was none
  std::size_t closed_ = 0;
  std::size_t looked_into_ = 0;
};

}  // namespace

std::string_view name_of(CarrierKind kind) {
  constexpr std::array<std::string_view, 8> kNames = {"comment",    "attribute",   "hidden-text",
                                                      "script",     "link-text",   "link-url",
                                                      "link-title", "string-value"};
  return kNames[static_cast<std::size_t>(kind)];
}

void find_carriers(std::string_view text, std::size_t carriers_max, std::vector<Carrier>& out) {
  Finder(text, carriers_max, out).run();
}

}  // namespace vedette::prompt
