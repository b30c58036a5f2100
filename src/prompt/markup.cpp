#include "prompt/markup.h"

#include "base/text.h"
#include "prompt/patches.h"

#include <algorithm>
#include <string_view>

namespace vedette::prompt {
namespace {

constexpr std::size_t kTagMax = 4096;
constexpr std::string_view kSectionBegin = "<![CDATA[", kSectionEnd = "]]>";

bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

/// Elements that do not divide words.
bool is_within_words(std::string_view element) {
  constexpr std::string_view kNames[] = {
      "a",    "abbr", "b", "bdi", "bdo",    "big",  "cite",   "code", "del",  "dfn",
      "em",   "font", "i", "ins", "kbd",    "mark", "q",      "s",    "samp", "small",
      "span", "sub",  "u", "sup", "strike", "tt",   "strong", "var",  "wbr"};
  return std::ranges::any_of(
      kNames, [&](std::string_view name) { return equals_ignore_case(element, name); });
}
/// Elements that are never closed.
bool is_alone(std::string_view element) {
  return equals_ignore_case(element, "br") || equals_ignore_case(element, "wbr") ||
         equals_ignore_case(element, "hr");
}

class Stripper {
 public:
  Stripper(std::string_view text, MappedText& out) : text_(text), out_(out), patches_(text, out) {}

  void run() {
    for (std::size_t at = text_.find('<'); at < text_.size(); at = text_.find('<', at)) {
      const std::string_view rest = text_.substr(at);
      if (rest.starts_with("<!--")) {
        at = up_to(comment_end_, "-->", at);
      } else if (rest.starts_with("<?")) {
        at = up_to(instruction_end_, "?>", at);
      } else if (rest.starts_with(kSectionBegin)) {
        at = section(at);
      } else {
        at = tag(at);
      }
    }
    patches_.finish();
    if (!sure_) out_.clear();
  }

 private:
  /// Removes what ends with the next `mark`. `known` is where that was last; asked for growing
  /// places, so that the text is searched once.
  std::size_t up_to(std::size_t& known, std::string_view mark, std::size_t at) {
    if (known < at + 2) known = std::min(text_.find(mark, at + 2), text_.size());
    if (known == text_.size()) return at + 1;
    const std::size_t end = known + mark.size();
    patches_.replace(at, end, {});
    sure_ = true;
    return end;
  }

  /// Removes the marks around what is markup no more.
  std::size_t section(std::size_t at) {
    const std::size_t inside = at + kSectionBegin.size();
    if (section_end_ < inside)
      section_end_ = std::min(text_.find(kSectionEnd, inside), text_.size());
    if (section_end_ == text_.size()) return inside;
    patches_.replace(at, inside, {});
    patches_.replace(section_end_, section_end_ + kSectionEnd.size(), {});
    sure_ = true;
    return section_end_ + kSectionEnd.size();
  }

  std::size_t tag(std::size_t at) {
    std::size_t begin = at + 1;
    const bool closing = begin < text_.size() && text_[begin] == '/';
    if (closing) ++begin;
    std::size_t name_end = begin;
    while (name_end < text_.size() && (is_letter(text_[name_end]) || is_digit(text_[name_end]) ||
                                       (name_end > begin && text_[name_end] == ':') ||
                                       text_[name_end] == '-' || text_[name_end] == '_')) {
      ++name_end;
    }
    if (name_end == begin || !is_letter(text_[begin])) return at + 1;
    const std::size_t end = tag_end(name_end);
    if (end == 0) return at + 1;
    const std::string_view name = text_.substr(begin, name_end - begin);
    patches_.replace(at, end, is_within_words(name) ? "" : " ");
    sure_ |= closing || text_[end - 2] == '/' || is_alone(name);
    return end;
  }

  /// Behind the ">" that ends a tag, which may stand in quotes before; 0 if there is none.
  std::size_t tag_end(std::size_t at) const {
    char quote = 0;
    for (const std::size_t limit = std::min(text_.size(), at + kTagMax); at < limit; ++at) {
      const char c = text_[at];
      if (c == '<') return 0;  // so no byte is looked at for two tags
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '>') {
        return at + 1;
      } else if (c == '"' || c == '\'') {
        quote = c;
      }
    }
    return 0;
  }

  std::string_view text_;
  MappedText& out_;
  Patches patches_;
  std::size_t comment_end_ = 0, instruction_end_ = 0, section_end_ = 0;
  bool sure_ = false;
};

}  // namespace

void strip_markup(std::string_view text, MappedText& out) {
  Stripper(text, out).run();
}

}  // namespace vedette::prompt
