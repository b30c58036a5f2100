#include "source/rotation.h"

#include "base/text.h"
#include "base/time.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <tuple>
#include <unordered_map>

namespace vedette::source {
namespace {

constexpr std::array<std::string_view, 8> kPackedEndings{".gz",  ".zst", ".bz2", ".xz",
                                                         ".lz4", ".Z",   ".zip", ".lzma"};
constexpr std::size_t kNumberDigitsMax = 5;

/// Reads a name from its end: each take…() removes something from the back if it stands there.
class NameEnd {
 public:
  explicit NameEnd(std::string_view text) : text_(text) {}

  std::string_view rest() const { return text_; }
  bool take(char c) {
    if (!text_.ends_with(c)) return false;
    text_.remove_suffix(1);
    return true;
  }
  bool take_one_of(std::string_view set) {
    if (text_.empty() || set.find(text_.back()) == std::string_view::npos) return false;
    text_.remove_suffix(1);
    return true;
  }
  /// The longest run of digits at the end.
  std::string_view take_digits() {
    std::size_t count = 0;
    while (count < text_.size() && is_digit(text_[text_.size() - 1 - count])) ++count;
    const auto digits = text_.substr(text_.size() - count);
    text_.remove_suffix(count);
    return digits;
  }

 private:
  std::string_view text_;
};

std::uint64_t number(std::string_view digits) {
  return parse_int<std::uint64_t>(digits).value_or(0);
}

std::optional<std::uint64_t> seconds_of(Civil civil) {
  if (!is_valid(civil) || civil.year < 1970 || civil.year > 2199) return {};
  const auto since = from_civil_utc(civil).time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

/// A date written without separators: YYYYMM, YYYYMMDD, then HH, MM, SS; or seconds since 1970.
std::optional<std::uint64_t> compact_date(std::string_view digits) {
  if (digits.size() != 6 && digits.size() != 8 && digits.size() != 10 && digits.size() != 12 &&
      digits.size() != 14) {
    return {};
  }
  const auto part = [&](std::size_t at, std::size_t size) {
    return at < digits.size() ? static_cast<unsigned>(number(digits.substr(at, size))) : 0u;
  };
  Civil civil;
  civil.year = static_cast<int>(part(0, 4));
  civil.month = part(4, 2);
  civil.day = digits.size() > 6 ? part(6, 2) : 1;
  civil.hour = part(8, 2);
  civil.minute = part(10, 2);
  civil.second = part(12, 2);
  if (auto seconds = seconds_of(civil)) return seconds;
  if (digits.size() == 10 && digits[0] != '0') return number(digits);
  return {};
}

/// Groups of digits with single separators before them, read from the end of a name: the last one
/// first.
struct Groups {
  std::array<std::string_view, 8> digits;
  std::array<char, 8> separators{};
  std::array<std::string_view, 8> before;  // what is left of the name
  std::size_t count = 0;
};

Groups read_groups(std::string_view name) {
  Groups groups;
  NameEnd end(name);
  while (groups.count < groups.digits.size()) {
    const auto digits = end.take_digits();
    if (digits.empty() || end.rest().empty()) break;
    const char separator = end.rest().back();
    if (!end.take_one_of("-._:T+")) break;
    groups.digits[groups.count] = digits;
    groups.separators[groups.count] = separator;
    groups.before[groups.count] = end.rest();
    ++groups.count;
  }
  return groups;
}

struct Stamp {
  std::string_view before;
  std::uint64_t rank;
};

/// Ranks of dates leave room for the number that some loggers put behind the date: .2024-01-01.3.
constexpr std::uint64_t kPerSecond = 100'000;

/// 20240101, 2024010112, 202401, 1704067200, alone or before a time of day (120000, 1200) or the
/// seconds since 1970. The groups from `year` down to `last` must be all of it.
std::optional<std::uint64_t> compact_stamp(const Groups& g, std::size_t year, std::size_t last) {
  const auto date = compact_date(g.digits[year]);
  if (!date || year - last > 1) return {};
  if (year == last) return date;
  const auto time = g.digits[last];
  if (time.size() == 10) return number(time);
  if (time.size() != 4 && time.size() != 6) return {};
  const auto minutes = number(time.substr(0, 4));
  return *date + minutes / 100 * 3600 + minutes % 100 * 60 + number(time.substr(4));
}

/// 2024-01-01, 2018_5_21, 2024-01, alone or before 12-00 or 12:00:00.
std::optional<std::uint64_t> spaced_stamp(const Groups& g, std::size_t year, std::size_t last) {
  const std::size_t parts = year - last;  // behind the year
  if (g.digits[year].size() != 4 || parts < 1 || parts > 5 || parts == 3) return {};
  std::array<unsigned, 6> values{0, 1, 1, 0, 0, 0};
  for (std::size_t i = 1; i <= parts; ++i) {
    if (g.digits[year - i].size() > 2) return {};
    values[i] = static_cast<unsigned>(number(g.digits[year - i]));
  }
  Civil civil;
  civil.year = static_cast<int>(number(g.digits[year]));
  civil.month = values[1];
  civil.day = values[2];
  civil.hour = values[3];
  civil.minute = values[4];
  civil.second = values[5];
  return seconds_of(civil);
}

/// The longest date at the end of a name, the separator before it included.
std::optional<Stamp> date_at_end(std::string_view name) {
  const Groups g = read_groups(name);
  for (const std::size_t last : {std::size_t{0}, std::size_t{1}}) {
    const bool numbered = last == 1;
    if (numbered && (g.count < 2 || g.separators[0] != '.' || g.digits[0].size() > 4)) break;
    for (std::size_t year = g.count; year-- > last;) {
      auto seconds = compact_stamp(g, year, last);
      if (!seconds) seconds = spaced_stamp(g, year, last);
      if (seconds) {
        return Stamp{g.before[year], *seconds * kPerSecond + (numbered ? number(g.digits[0]) : 0)};
      }
    }
  }
  return {};
}

bool take_packed_ending(std::string_view& name) {
  return std::ranges::any_of(kPackedEndings, [&](std::string_view ending) {
    return name.size() > ending.size() && take_suffix(name, ending);
  });
}

/// The higher the number the older: turned round, so that ranks rise with time.
std::uint64_t rank_of_number(std::string_view digits) {
  return ~std::uint64_t{0} - number(digits);
}

/// .1, .2 … at the end.
std::optional<Stamp> number_at_end(std::string_view name) {
  NameEnd end(name);
  const auto digits = end.take_digits();
  if (digits.empty() || digits.size() > kNumberDigitsMax) return {};
  if (!end.take('.') || end.rest().empty()) return {};
  return Stamp{end.rest(), rank_of_number(digits)};
}

/// The short ending of letters that a name keeps at its end when a stamp is put before it: ".log".
std::string_view extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name.size() - dot > 6) return {};
  const auto letters = name.substr(dot + 1);
  const bool fits = !letters.empty() && std::all_of(letters.begin(), letters.end(), [](char c) {
    return lower(c) >= 'a' && lower(c) <= 'z';
  });
  return fits ? name.substr(dot) : std::string_view{};
}

auto order_of(const Sibling& sibling) {
  // Of two with one rank the packed one is older: the next is already there while it is packed.
  return std::tuple(sibling.kind, sibling.rank, !sibling.packed);
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

bool look_at(Sibling& sibling) {
  struct stat status {};
  if (::stat(sibling.path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  sibling.id = id_of(status);
  sibling.bytes = static_cast<std::uint64_t>(status.st_size);
  return true;
}

/// Adds the siblings of `path` but not `path` itself. A dated name counts as one of its own set.
void add_siblings(const std::string& path, Directories& directories, std::vector<Sibling>& out) {
  const std::string directory = directory_of(path);
  const std::string name = name_of(path);
  const SiblingName own = parse_sibling(name);
  const std::string set = own.kind == Rotated::ByDate ? own.base() : name;
  const std::string_view front =
      std::string_view(set).substr(0, set.size() - extension_of(set).size());
  for (const std::string_view found : directories.names(directory, front)) {
    if (found == name) continue;
    const SiblingName parsed = parse_sibling(found);
    if (parsed.kind == Rotated::Current || !parsed.is_of(set)) continue;
    // A file that has its date in its own name comes after the earlier dates only.
    if (own.kind == Rotated::ByDate && (parsed.kind != own.kind || parsed.rank >= own.rank))
      continue;
    Sibling sibling;
    sibling.path =
        directory == "/" ? "/" + std::string(found) : directory + "/" + std::string(found);
    sibling.kind = parsed.kind;
    sibling.rank = parsed.rank;
    sibling.packed = parsed.packed;
    if (look_at(sibling)) out.push_back(std::move(sibling));
  }
}

}  // namespace

SiblingName parse_sibling(std::string_view file_name) {
  SiblingName out;
  std::string_view name = file_name;
  out.packed = take_packed_ending(name);
  const auto set = [&](std::string_view front, std::string_view back, Rotated kind,
                       std::uint64_t rank) {
    out.base_front = front;
    out.base_back = back;
    out.kind = kind;
    out.rank = rank;
    return out;
  };
  if (const auto stamp = date_at_end(name); stamp && !stamp->before.empty()) {
    return set(stamp->before, {}, Rotated::ByDate, stamp->rank);
  }
  if (const auto stamp = number_at_end(name)) {
    return set(stamp->before, {}, Rotated::ByNumber, stamp->rank);
  }
  for (const std::string_view ending : {".old", ".bak", "~"}) {
    std::string_view front = name;
    if (take_suffix(front, ending) && !front.empty()) return set(front, {}, Rotated::Before, 0);
  }
  if (const auto extension = extension_of(name); !extension.empty()) {
    const auto front = name.substr(0, name.size() - extension.size());
    if (const auto stamp = date_at_end(front); stamp && !stamp->before.empty()) {
      return set(stamp->before, extension, Rotated::ByDate, stamp->rank);
    }
    // Number 0 is no rotation here: Xorg.0.log.
    if (const auto stamp = number_at_end(front); stamp && stamp->rank != rank_of_number("0")) {
      return set(stamp->before, extension, Rotated::ByNumber, stamp->rank);
    }
  }
  return set(name, {}, out.packed ? Rotated::Before : Rotated::Current, 1);
}

std::vector<Sibling> rotated_siblings(const std::string& path, Directories& directories) {
  std::vector<Sibling> all;
  add_siblings(path, directories, all);
  struct stat link {};
  if (::lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode)) {
    const std::unique_ptr<char, void (*)(void*)> target(::realpath(path.c_str(), nullptr),
                                                        std::free);
    if (target) add_siblings(target.get(), directories, all);
  }
  std::ranges::sort(all,
                    [](const Sibling& a, const Sibling& b) { return order_of(a) < order_of(b); });

  Sibling current;
  current.path = path;
  const bool there = look_at(current);
  std::vector<Sibling> out;
  for (Sibling& sibling : all) {
    // A hard link, or the target of the link itself.
    const bool twice =
        (there && sibling.id == current.id) ||
        std::ranges::any_of(out, [&](const Sibling& s) { return s.id == sibling.id; });
    if (!twice) out.push_back(std::move(sibling));
  }
  if (there) out.push_back(std::move(current));
  return out;
}

std::vector<std::vector<std::string>> oldest_first(std::vector<std::string> paths) {
  struct Set {
    std::size_t place;
    std::vector<Sibling> members;
  };
  std::unordered_map<std::string, Set> sets;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string name = name_of(paths[i]);
    const SiblingName parsed = parse_sibling(name);
    Sibling member;
    member.path = paths[i];
    member.kind = parsed.kind;
    member.rank = parsed.rank;
    member.packed = parsed.packed;
    const std::string key = paths[i].substr(0, paths[i].size() - name.size()) + parsed.base();
    sets.try_emplace(key, Set{i, {}}).first->second.members.push_back(std::move(member));
  }
  std::vector<Set> ordered;
  for (auto& [key, set] : sets) {
    std::ranges::stable_sort(
        set.members, [](const Sibling& a, const Sibling& b) { return order_of(a) < order_of(b); });
    ordered.push_back(std::move(set));
  }
  std::ranges::sort(ordered, {}, &Set::place);
  std::vector<std::vector<std::string>> out;
  for (Set& set : ordered) {
    auto& log = out.emplace_back();
    for (Sibling& member : set.members) log.push_back(std::move(member.path));
  }
  return out;
}

}  // namespace vedette::source
