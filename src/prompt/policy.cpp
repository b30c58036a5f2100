#include "prompt/policy.h"

#include "base/codec.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <map>

namespace vedette::prompt {
namespace {

constexpr std::array<std::string_view, 5> kReactions{"off", "observe", "flag", "mask", "block"};
constexpr std::size_t kWordsMax = 1000, kWordBytesMax = 64 * 1024;

std::optional<double> real_of(std::string_view text) {
  double value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{} || end != last) return {};
  return value;
}

/// Reads one document; the first mistake is told.
class Reading {
 public:
  Reading(std::string_view path, std::span<const std::string_view> routes, Policy& policy)
      : path_(path), routes_(routes), policy_(policy) {}

  Result<void> read(const YamlNode& document) {
    if (!document.is_map()) return wrong(document, "a policy is a map: name, strictness, input, …");
    for (std::size_t i = 0; i < document.keys.size(); ++i) {
      VD_CHECK(member(document.keys[i], document.items[i]));
    }
    return {};
  }

 private:
  Error wrong(const YamlNode& node, std::string_view what) const {
    return {Errc::ConfigValue, fmt::format("{}:{}: {}", path_, node.line, what)};
  }

  Result<void> number(const YamlNode& node, std::uint64_t min, std::uint64_t max,
                      std::uint64_t& to) const {
    const auto value = node.is_scalar() ? parse_int<std::uint64_t>(node.text) : std::nullopt;
    if (!value || *value < min || *value > max) {
      return wrong(node, fmt::format("this is a number from {} to {}", min, max));
    }
    to = *value;
    return {};
  }

  Result<void> words(const YamlNode& node, std::vector<std::string>& to) const {
    if (!node.is_list() || node.items.size() > kWordsMax) {
      return wrong(node, fmt::format("this is a list of at most {} texts", kWordsMax));
    }
    for (const YamlNode& item : node.items) {
      if (!item.is_scalar() || item.text.empty() || item.text.size() > kWordBytesMax) {
        return wrong(item, fmt::format("this is a text of at most {} bytes", kWordBytesMax));
      }
      to.push_back(item.text);
    }
    return {};
  }

  Result<ScannerId> scanner(const YamlNode& at, std::string_view name) const {
    if (const auto known = parse_scanner(name)) return *known;
    std::string all;
    for (std::size_t i = 0; i < kScanners; ++i) {
      all += (i > 0 ? ", " : "") + std::string(to_string(static_cast<ScannerId>(i)));
    }
    return wrong(at, fmt::format("there is no scanner {}; there are {}", name, all));
  }

  Result<void> reactions(const YamlNode& node, Direction direction) {
    if (!node.is_map())
      return wrong(node, "this is a map: scanner: off, observe, flag, mask or block");
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      VD_TRY(const ScannerId id, scanner(node.items[i], node.keys[i]));
      const auto* const at = std::find(kReactions.begin(), kReactions.end(), node.items[i].text);
      if (at == kReactions.end()) {
        return wrong(node.items[i], "this is one of off, observe, flag, mask, block");
      }
      policy_.reactions[static_cast<std::size_t>(direction)][static_cast<std::size_t>(id)] =
          static_cast<Reaction>(at - kReactions.begin());
    }
    return {};
  }

  Result<void> thresholds(const YamlNode& node) {
    if (!node.is_map()) return wrong(node, "this is a map: scanner: a number from 0 to 1");
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      VD_TRY(const ScannerId id, scanner(node.items[i], node.keys[i]));
      const auto value = real_of(node.items[i].text);
      if (id == ScannerId::Injection) {
        return wrong(node.items[i], "this one comes from `strictness`");
      }
      if (!value || *value < 0 || *value > 1) {
        return wrong(node.items[i], "this is a number from 0 to 1");
      }
      policy_.thresholds[static_cast<std::size_t>(id)] = static_cast<float>(*value);
    }
    return {};
  }

  Result<void> injection_thresholds(const YamlNode& node) {
    const auto mistake = [&] {
      return wrong(node, fmt::format("this is a list of {} numbers from 1 to 0, none above the one "
                                     "before it: the thresholds of strictness 1 to {}",
                                     kStrictnesses, kStrictnesses));
    };
    if (!node.is_list() || node.items.size() != kStrictnesses) return mistake();
    auto& thresholds = policy_.injection_thresholds.emplace();
    double most = 1;
    for (std::size_t i = 0; i < kStrictnesses; ++i) {
      const auto value = real_of(node.items[i].text);
      if (!value || !(*value >= 0 && *value <= most)) return mistake();
      thresholds[i] = most = *value;
    }
    return {};
  }

  Result<void> fail_closed(const YamlNode& node) {
    if (!node.is_list()) return wrong(node, "this is a list of scanners");
    for (const YamlNode& item : node.items) {
      VD_TRY(const ScannerId id, scanner(item, item.text));
      policy_.fail_closed.set(static_cast<std::size_t>(id));
    }
    return {};
  }

  Result<void> route_paths(const YamlNode& node) {
    VD_CHECK(words(node, policy_.routes));
    for (const YamlNode& item : node.items) {
      if (std::find(routes_.begin(), routes_.end(), item.text) != routes_.end()) continue;
      return wrong(item, fmt::format("there is no route {} that scans; there are {}", item.text,
                                     fmt::join(routes_, ", ")));
    }
    return {};
  }

  Result<void> member(const std::string& name, const YamlNode& node) {
    if (name == "name") {
      if (!node.is_scalar() || node.text.empty()) return wrong(node, "this is a name");
      policy_.name = node.text;
      return {};
    }
    if (name == "strictness") {
      std::uint64_t value = 0;
      VD_CHECK(number(node, 1, 4, value));
      policy_.strictness = static_cast<int>(value);
      return {};
    }
    if (const auto direction = parse_direction(name)) return reactions(node, *direction);
    if (name == "thresholds") return thresholds(node);
    if (name == "injection_thresholds") return injection_thresholds(node);
    if (name == "tokens_max") return number(node, 0, 1u << 30, policy_.tokens_max);
    if (name == "deadline_us") return number(node, 0, 10'000'000, policy_.deadline_us);
    if (name == "fail_closed") return fail_closed(node);
    if (name == "terms") return words(node, policy_.terms);
    if (name == "canaries") return words(node, policy_.canaries);
    if (name == "routes") return route_paths(node);
    if (name == "tokens") return words(node, policy_.tokens);
    return wrong(node, fmt::format("a policy has no `{}`; it has name, strictness, input, output, "
                                   "tool, thresholds, injection_thresholds, tokens_max, "
                                   "deadline_us, fail_closed, terms, canaries, routes, tokens",
                                   name));
  }

  std::string_view path_;
  std::span<const std::string_view> routes_;
  Policy& policy_;
};

/// Which policy has claimed a route or a token.
class Claims {
 public:
  /// What the document claims; the line and the words of what another has, or itself twice.
  Result<void> add(std::string_view path, const YamlNode& document, const std::string& policy) {
    for (const char* const what : {"routes", "tokens"}) {
      const YamlNode* const claimed = document.find(what);
      if (claimed == nullptr) continue;
      for (const YamlNode& item : claimed->items) {
        const auto [first, is_new] = policies_.emplace(std::pair(what, item.text), policy);
        if (is_new) continue;
        return Error{Errc::ConfigValue,
                     fmt::format("{}:{}: {} is among the {} of the policy {} already", path,
                                 item.line, item.text, what, first->second)};
      }
    }
    return {};
  }

 private:
  std::map<std::pair<std::string_view, std::string>, std::string> policies_;
};

}  // namespace

std::string_view to_string(Reaction reaction) {
  return kReactions[static_cast<std::size_t>(reaction)];
}

std::uint64_t Policy::version() const {
  std::string bytes;
  Writer out(bytes);
  out.bytes(name);
  out.u64(static_cast<std::uint64_t>(strictness));
  for (const auto& direction : reactions) {
    for (const Reaction reaction : direction) out.u64(static_cast<std::uint64_t>(reaction));
  }
  for (const float threshold : thresholds) out.u64(std::bit_cast<std::uint32_t>(threshold));
  out.u64(injection_thresholds.has_value());
  if (injection_thresholds) {
    for (const double threshold : *injection_thresholds) {
      out.fixed64(std::bit_cast<std::uint64_t>(threshold));
    }
  }
  out.u64(tokens_max);
  out.u64(deadline_us);
  out.u64(fail_closed.to_ullong());
  for (const auto* list : {&terms, &canaries}) {
    out.u64(list->size());
    for (const std::string& word : *list) out.bytes(word);
  }
  return hash64(bytes);
}

Result<std::vector<Policy>> read_policies(std::string_view path, std::string_view yaml,
                                          std::span<const std::string_view> routes) {
  std::vector<YamlNode> documents;
  if (auto error = parse_yaml(Errc::ConfigValue, path, yaml, documents)) return *std::move(error);
  if (documents.empty() || documents.size() > kPoliciesMax) {
    return Error{Errc::ConfigValue, fmt::format("{}:1: there are {} policies; there can be 1 to {}",
                                                path, documents.size(), kPoliciesMax)};
  }
  std::vector<Policy> policies;
  Claims claims;
  for (const YamlNode& document : documents) {
    Policy policy;
    VD_CHECK(Reading(path, routes, policy).read(document));
    VD_CHECK(claims.add(path, document, policy.name));
    const auto same = [&](const Policy& other) { return other.name == policy.name; };
    if (std::any_of(policies.begin(), policies.end(), same)) {
      return Error{Errc::ConfigValue, fmt::format("{}:{}: there are two policies named {}", path,
                                                  document.line, policy.name)};
    }
    policies.push_back(std::move(policy));
  }
  return policies;
}

}  // namespace vedette::prompt
