// What SqliteStore knows of threats. Rows come in the order of an index and are looked at here one
// by one: what matches is the same as in memory (model/threat_query.h), and a query that nearly
// nothing matches ends after kLooksMax rows and says where to go on.
#include "store/sqlite_store.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::store {
namespace {

constexpr std::size_t kLooksMax = 5'000;
/// The bits of a hash that an id leaves out.
constexpr std::uint64_t kIdRest = 0xFFFF;

// One statement for each index and direction. ?1, ?2: heat or time and hash to begin behind; ?3:
// rows at most; ?4: severity, status or label.
#define VD_HEAD "SELECT entity_hash, head, heat, last_seen, severity FROM threat "
#define VD_DOWN(column)                                                        \
  column " <= ?1 AND (+" column " < ?1 OR +entity_hash > ?2) ORDER BY " column \
         " DESC, entity_hash LIMIT ?3"
#define VD_UP(column)                                                          \
  column " >= ?1 AND (+" column " > ?1 OR +entity_hash < ?2) ORDER BY " column \
         ", entity_hash DESC LIMIT ?3"
#define VD_LABELLED "entity_hash IN (SELECT entity_hash FROM threat_label WHERE label = ?4) AND "

struct Walk {
  std::string_view down, up;
};
constexpr Walk kByHeat{VD_HEAD "WHERE " VD_DOWN("heat"), VD_HEAD "WHERE " VD_UP("heat")};
constexpr Walk kBySeverity{VD_HEAD "WHERE severity = ?4 AND " VD_DOWN("heat"),
                           VD_HEAD "WHERE severity = ?4 AND " VD_UP("heat")};
constexpr Walk kByStatus{VD_HEAD "WHERE status = ?4 AND " VD_DOWN("heat"),
                         VD_HEAD "WHERE status = ?4 AND " VD_UP("heat")};
constexpr Walk kByTime{VD_HEAD "WHERE " VD_DOWN("last_seen"), VD_HEAD "WHERE " VD_UP("last_seen")};
// With a label, `severity` joins the order where it is the first key: then ?5 is the one asked for.
constexpr Walk kLabelByHeat{VD_HEAD "WHERE " VD_LABELLED VD_DOWN("+heat"),
                            VD_HEAD "WHERE " VD_LABELLED VD_UP("+heat")};
constexpr Walk kLabelBySeverity{VD_HEAD "WHERE " VD_LABELLED "+severity = ?5 AND " VD_DOWN("+heat"),
                                VD_HEAD "WHERE " VD_LABELLED "+severity = ?5 AND " VD_UP("+heat")};
constexpr Walk kLabelByTime{VD_HEAD "WHERE " VD_LABELLED VD_DOWN("+last_seen"),
                            VD_HEAD "WHERE " VD_LABELLED VD_UP("+last_seen")};

constexpr std::string_view kOne = "SELECT head, body FROM threat WHERE entity_hash = ?1";
constexpr std::string_view kUntouched =
    VD_HEAD "WHERE tier = ?1 AND touched < ?2 ORDER BY touched LIMIT ?3";

/// One round of a page: the rows of one severity, or all.
struct Round {
  std::optional<std::size_t> severity;
  std::optional<RankKey> after;
};

std::vector<Round> rounds_of(const ThreatQuery& query, const std::optional<RankKey>& after) {
  if (query.sort != Sort::Rank) return {{std::nullopt, after}};
  std::vector<Round> rounds;
  for (std::size_t i = 0; i < kLevels; ++i) {
    const std::size_t severity = query.ascending ? i : kLevels - 1 - i;
    if (query.severities.any() && !query.severities[severity]) continue;
    if (!after) {
      rounds.push_back({severity, {}});
      continue;
    }
    const auto its = static_cast<std::size_t>(after->severity);
    if (query.ascending ? severity < its : severity > its) continue;
    rounds.push_back({severity, severity == its ? after : std::nullopt});
  }
  return rounds;
}

const Walk& walk_of(const ThreatQuery& query, bool labelled, bool by_severity, bool by_status) {
  if (query.sort == Sort::LastSeen) return labelled ? kLabelByTime : kByTime;
  if (by_severity) return labelled ? kLabelBySeverity : kBySeverity;
  if (labelled) return kLabelByHeat;
  return by_status ? kByStatus : kByHeat;
}

/// Binds where to begin: behind `after`, or at the very end that the direction begins at.
void bind_start(Statement& rows, const ThreatQuery& query, const std::optional<RankKey>& after) {
  constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (query.sort == Sort::LastSeen) {
    rows.bind(1, after ? number_of(after->last_seen) : query.ascending ? kLow : kHigh);
  } else {
    rows.bind(1, after ? after->heat : query.ascending ? -kInfinity : kInfinity);
  }
  rows.bind(2, after ? signed_of(after->entity_hash) : query.ascending ? kHigh : kLow);
}

}  // namespace

/// A threat is in the log or in the table, and moves between them in one transaction: who looks
/// into one and then the other may miss it on its way up, but then it is in the log.
template <typename T>
Result<std::optional<T>> SqliteStore::find(std::uint64_t entity_hash,
                                           Result<T> (*read)(const StoredThreat&, std::uint64_t)) {
  do {
    Place& place = reader();
    MutexLock guard(place.mutex);
    View view(*this, *place.database);
    VD_CHECK(view.begin());
    VD_TRY(const auto entry, working_.read(*place.database, entity_hash));
    if (entry) {
      VD_TRY(T found, read(parts_of(*entry), entity_hash));
      return std::optional<T>(std::move(found));
    }
    VD_TRY(Statement * rows, place.database->statement(kOne, Errc::StoreRead));
    VD_TRY(const bool row, rows->bind(1, signed_of(entity_hash)).step());
    if (!row) continue;
    auto found = read({rows->blob(0), rows->blob(1)}, entity_hash);
    rows->reset();
    if (!found) return std::move(found).error();
    return std::optional<T>(*std::move(found));
  } while (working_.contains(entity_hash));
  return std::optional<T>{};
}

Result<std::optional<Threat>> SqliteStore::threat_of(std::uint64_t entity_hash) {
  return find<Threat>(entity_hash, read_threat);
}

Result<std::optional<ThreatHead>> SqliteStore::head_of(std::uint64_t entity_hash) {
  return find<ThreatHead>(entity_hash, [](const StoredThreat& stored, std::uint64_t hash) {
    return read_head(stored.head, hash);
  });
}

Result<std::optional<std::uint64_t>> SqliteStore::hash_like(std::uint64_t entity_hash) {
  Place& place = reader();
  MutexLock guard(place.mutex);
  View view(*this, *place.database);
  VD_CHECK(view.begin());
  if (const auto working = working_.find_like(entity_hash)) return working;
  VD_TRY(Statement * rows,
         place.database->statement("SELECT entity_hash FROM threat WHERE entity_hash BETWEEN ?1 "
                                   "AND ?2 LIMIT 1",
                                   Errc::StoreRead));
  rows->bind(1, signed_of(entity_hash & ~kIdRest)).bind(2, signed_of(entity_hash | kIdRest));
  VD_TRY(const bool row, rows->step());
  if (!row) return working_.find_like(entity_hash);
  const std::uint64_t hash = unsigned_of(rows->integer(0));
  rows->reset();
  return std::optional<std::uint64_t>(hash);
}

Result<ThreatPage> SqliteStore::page(const ThreatQuery& query, const std::optional<RankKey>& after,
                                     std::size_t limit) {
  Place& place = reader();
  MutexLock guard(place.mutex);
  const std::string label = label_of(query);
  const bool one_status = query.statuses.count() == 1;
  ThreatPage page;
  std::size_t looks = 0;
  for (const Round& round : rounds_of(query, after)) {
    const bool by_status = label.empty() && one_status && query.sort == Sort::Score;
    const Walk& walk = walk_of(query, !label.empty(), round.severity.has_value(), by_status);
    VD_TRY(Statement * rows,
           place.database->statement(query.ascending ? walk.up : walk.down, Errc::StoreRead));
    bind_start(*rows, query, round.after);
    rows->bind(3, static_cast<std::int64_t>(kLooksMax + 1));
    if (!label.empty()) {
      rows->bind_text(4, label);
      if (round.severity) rows->bind(5, signed_of(*round.severity));
    } else if (round.severity) {
      rows->bind(4, signed_of(*round.severity));
    } else if (by_status) {
      std::size_t status = 0;
      while (!query.statuses[status]) ++status;
      rows->bind(4, signed_of(status));
    }
    for (;;) {
      VD_TRY(const bool row, rows->step());
      if (!row) break;
      if (page.heads.size() == limit || looks++ == kLooksMax) {
        rows->reset();
        return page;
      }
      const std::uint64_t hash = unsigned_of(rows->integer(0));
      page.next = RankKey{.heat = rows->real(2),
                          .last_seen = time_of(rows->integer(3)),
                          .entity_hash = hash,
                          .severity = static_cast<Level>(
                              std::min<std::int64_t>(rows->integer(4), std::int64_t{kLevels} - 1))};
      auto head = read_head(rows->blob(1), hash);
      if (head && matches(query, *head)) page.heads.push_back(*std::move(head));
    }
  }
  page.next.reset();
  return page;
}

Result<void> SqliteStore::for_each_working(const std::function<void(const ThreatHead&)>& visit) {
  Place& place = reader();
  MutexLock guard(place.mutex);
  View view(*this, *place.database);
  VD_CHECK(view.begin());
  return working_.for_each(*place.database, [&](std::uint64_t hash, std::string_view entry) {
    if (const auto head = read_head(parts_of(entry).head, hash)) visit(*head);
  });
}

Result<void> SqliteStore::for_each_lower(const std::function<void(std::uint64_t)>& visit) {
  return each_row("SELECT entity_hash FROM threat", [&](const Statement& row) -> Result<void> {
    visit(unsigned_of(row.integer(0)));
    return {};
  });
}

Result<std::vector<ThreatHead>> SqliteStore::untouched(Tier tier, Time before, std::size_t limit) {
  Place& place = reader();
  MutexLock guard(place.mutex);
  VD_TRY(Statement * rows, place.database->statement(kUntouched, Errc::StoreRead));
  rows->bind(1, static_cast<std::int64_t>(tier)).bind(2, number_of(before));
  rows->bind(3, signed_of(limit));
  std::vector<ThreatHead> heads;
  for (;;) {
    VD_TRY(const bool row, rows->step());
    if (!row) return heads;
    auto head = read_head(rows->blob(1), unsigned_of(rows->integer(0)));
    if (head) heads.push_back(*std::move(head));
  }
}

Result<void> SqliteStore::for_each_rank(Level severity_min,
                                        const std::function<void(const RankKey&)>& visit) {
  const auto look = [&](const ThreatHead& head) {
    if (head.severity >= severity_min) visit(rank_key(head));
  };
  VD_CHECK(for_each_working(look));
  return each_row("SELECT entity_hash, head FROM threat",
                  [&](const Statement& row) -> Result<void> {
                    const auto head = read_head(row.blob(1), unsigned_of(row.integer(0)));
                    if (head) look(*head);
                    return {};
                  });
}

Result<ThreatCounts> SqliteStore::counts() {
  ThreatCounts counts{};
  VD_CHECK(each_row("SELECT tier, severity, status, n FROM threat_count",
                    [&](const Statement& row) -> Result<void> {
                      const std::uint64_t tier = unsigned_of(row.integer(0)),
                                          severity = unsigned_of(row.integer(1)),
                                          status = unsigned_of(row.integer(2));
                      if (tier < kTiers && severity < kLevels && status < kStatuses) {
                        counts[tier][severity][status] = unsigned_of(row.integer(3));
                      }
                      return {};
                    }));
  return counts;
}

}  // namespace vedette::store
