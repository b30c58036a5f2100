#include "sigma/condition.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

namespace vedette::sigma {
namespace {

constexpr std::size_t kTextBytesMax = 16 * 1024;
constexpr int kDepthMax = 64;
constexpr std::size_t kPartsMax = 2'000;  // selections in all, `of` written out

Error wrong(std::string what) {
  return Error{Errc::RuleCondition, std::move(what)};
}

/// `*` stands for any characters; the rest is compared as it is. Linear but for the last star
/// tried.
bool name_matches(std::string_view pattern, std::string_view name) {
  std::size_t at = 0, star = std::string_view::npos, resume = 0, i = 0;
  while (i < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = i;
    } else if (at < pattern.size() && pattern[at] == name[i]) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

class Parser {
 public:
  Parser(std::string_view text, std::span<const std::string> names) : rest_(text), names_(names) {
    advance();
  }

  Result<Condition> whole() {
    VD_TRY(auto condition, either(0));
    if (!token_.empty()) return wrong(fmt::format("'{}' is not expected here", token_));
    return condition;
  }

 private:
  void advance() {
    while (!rest_.empty() && (is_blank(rest_[0]) || rest_[0] == '\n' || rest_[0] == '\r')) {
      rest_.remove_prefix(1);
    }
    std::size_t length = 0;
    constexpr std::string_view kEnds = " \t\r\n()";
    while (length < rest_.size() && kEnds.find(rest_[length]) == kEnds.npos) ++length;
    if (length == 0 && !rest_.empty()) length = 1;
    token_ = rest_.substr(0, length);
    rest_.remove_prefix(length);
  }

  bool take(std::string_view word) {
    if (!equals_ignore_case(token_, word)) return false;
    advance();
    return true;
  }

  Result<Condition> either(int depth) { return join(Condition::Kind::Or, "or", depth); }
  Result<Condition> both(int depth) { return join(Condition::Kind::And, "and", depth); }

  Result<Condition> join(Condition::Kind kind, std::string_view word, int depth) {
    const bool is_or = kind == Condition::Kind::Or;
    VD_TRY(auto first, is_or ? both(depth) : negation(depth));
    if (!equals_ignore_case(token_, word)) return first;
    Condition joined{kind, 0, {}};
    joined.parts.push_back(std::move(first));
    while (take(word)) {
      VD_TRY(auto next, is_or ? both(depth) : negation(depth));
      joined.parts.push_back(std::move(next));
    }
    return joined;
  }

  Result<Condition> negation(int depth) {
    if (depth > kDepthMax) return wrong(fmt::format("nested deeper than {} levels", kDepthMax));
    if (!take("not")) return primary(depth);
    VD_TRY(auto inner, negation(depth + 1));
    Condition result{Condition::Kind::Not, 0, {}};
    result.parts.push_back(std::move(inner));
    return result;
  }

  Result<Condition> primary(int depth) {
    if (token_.empty()) return wrong("it ends where a selection is expected");
    if (take("(")) {
      VD_TRY(auto inner, either(depth + 1));
      if (!take(")")) return wrong("a ')' is missing");
      return inner;
    }
    const std::string_view word = token_;
    if (word == ")" || equals_ignore_case(word, "and") || equals_ignore_case(word, "or")) {
      return wrong(fmt::format("'{}' stands where a selection is expected", word));
    }
    if (word == "|") return wrong("'|' begins an aggregation; write a correlation instead");
    advance();
    if (equals_ignore_case(token_, "of") && !named(word)) {
      advance();
      return quantified(word);
    }
    const auto place = named(word);
    if (!place) return wrong(fmt::format("there is no selection named '{}'", word));
    return selection(*place);
  }

  Result<Condition> quantified(std::string_view quantity) {
    const bool all = equals_ignore_case(quantity, "all");
    if (!all && quantity != "1" && !equals_ignore_case(quantity, "any")) {
      return wrong(fmt::format("'{} of': only 1, any and all are known", quantity));
    }
    if (token_.empty()) return wrong(fmt::format("'{} of' what?", quantity));
    const std::string_view pattern = token_;
    const bool them = equals_ignore_case(pattern, "them");
    advance();
    Condition result{all ? Condition::Kind::And : Condition::Kind::Or, 0, {}};
    for (std::size_t i = 0; i < names_.size(); ++i) {
      // A leading underscore hides a selection from `them`, and from patterns that do not begin
      // with it.
      if (names_[i].starts_with('_') && !pattern.starts_with('_')) continue;
      if (!them && !name_matches(pattern, names_[i])) continue;
      VD_TRY(auto one, selection(i));
      result.parts.push_back(std::move(one));
    }
    if (result.parts.empty()) {
      return wrong(fmt::format("no selection's name matches '{}'", pattern));
    }
    return result;
  }

  Result<Condition> selection(std::size_t place) {
    if (++parts_ > kPartsMax) return wrong(fmt::format("more than {} selections", kPartsMax));
    return Condition{Condition::Kind::Selection, static_cast<std::uint32_t>(place), {}};
  }

  std::optional<std::size_t> named(std::string_view name) const {
    const auto found = std::ranges::find(names_, name);
    if (found == names_.end()) return {};
    return static_cast<std::size_t>(found - names_.begin());
  }

  std::string_view rest_;
  std::string_view token_;
  std::span<const std::string> names_;
  std::size_t parts_ = 0;
};

}  // namespace

Result<Condition> parse_condition(std::string_view text, std::span<const std::string> names) {
  if (text.size() > kTextBytesMax) {
    return wrong(
        fmt::format("it has {} bytes, at most {} are allowed", text.size(), kTextBytesMax));
  }
  return Parser(text, names).whole();
}

}  // namespace vedette::sigma
