#include "store/working_log.h"

#include "base/codec.h"
#include "store/threat_row.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::store {
namespace {

/// Two pages: read for one threat, so not large; but SQLite has some work with each.
constexpr std::size_t kBlockBytes = 7'500, kBlockEntries = 64;
/// Old entries that are not worth sweeping.
constexpr std::int64_t kOldMin = 4096;
/// A number modulo this fits a place, and is never kNowhere.
constexpr std::int64_t kPlaces = PlaceTable::kNowhere;

/// A block as it is stored: the hashes of its entries, eight bytes each, and the entries.
class Block {
 public:
  static std::optional<Block> take(std::string_view hashes, std::string_view entries) {
    if (hashes.empty() || hashes.size() % 8 != 0) return {};
    return Block(hashes, entries);
  }
  std::size_t size() const { return hashes_.size() / 8; }
  std::uint64_t hash(std::size_t index) const {
    return Reader(hashes_.substr(8 * index, 8)).fixed64();
  }
  /// The entries one after the other; false where one is cut off.
  template <typename Visit>
  bool each(Visit visit) const {
    Reader in(entries_);
    for (std::size_t i = 0; i < size(); ++i) {
      const std::string_view entry = in.bytes();
      if (!in.ok()) return false;
      visit(i, entry);
    }
    return in.done();
  }

 private:
  Block(std::string_view hashes, std::string_view entries) : hashes_(hashes), entries_(entries) {}
  std::string_view hashes_, entries_;
};

Error damaged(const Database& database, std::int64_t seq) {
  return {Errc::StoreDamaged, fmt::format("{}: block {} of the working tier cannot be understood",
                                          database.path(), seq)};
}

Result<Block> take_block(const Database& database, Statement& row) {
  const auto block = Block::take(row.blob(1), row.blob(2));
  if (block) return *block;
  Error error = damaged(database, row.integer(0));
  row.reset();
  return error;
}

/// Reads the blocks from number `from` on, in order, until `visit(number, block)` says no more:
/// nothing for one that it found damaged.
template <typename Visit>
Result<void> each_block(Database& database, std::int64_t from, Visit visit) {
  VD_TRY(Statement * rows, database.statement("SELECT seq, hashes, entries FROM working_log "
                                              "WHERE seq >= ?1 ORDER BY seq",
                                              Errc::StoreRead));
  rows->bind(1, from);
  for (;;) {
    VD_TRY(const bool row, rows->step());
    if (!row) return {};
    VD_TRY(const Block block, take_block(database, *rows));
    const std::int64_t seq = rows->integer(0);
    const std::optional<bool> more = visit(seq, block);
    if (more == true) continue;
    rows->reset();
    return more ? Result<void>{} : damaged(database, seq);
  }
}

}  // namespace

std::optional<std::int64_t> WorkingLog::find(std::uint64_t entity_hash) const {
  MutexLock guard(mutex_);
  return find_locked(entity_hash);
}

std::optional<std::int64_t> WorkingLog::find_locked(std::uint64_t entity_hash) const {
  const std::uint32_t place = places_.find(entity_hash);
  if (place == PlaceTable::kNowhere) return {};
  return oldest_ + (place - oldest_ % kPlaces + kPlaces) % kPlaces;
}

std::optional<std::uint64_t> WorkingLog::find_like(std::uint64_t entity_hash) const {
  MutexLock guard(mutex_);
  return places_.find_like(entity_hash);
}

std::size_t WorkingLog::size() const {
  MutexLock guard(mutex_);
  return places_.size();
}

void WorkingLog::take_place(std::uint64_t entity_hash, std::int64_t number, bool left) {
  if (!left) {
    places_.put(entity_hash, static_cast<std::uint32_t>(number % kPlaces));
  } else if (places_.find(entity_hash) != PlaceTable::kNowhere) {
    places_.remove(entity_hash);
  }
}

void WorkingLog::forget(std::uint64_t entity_hash, std::int64_t number) {
  MutexLock guard(mutex_);
  if (find_locked(entity_hash) == number) places_.remove(entity_hash);
}

Result<void> WorkingLog::refresh(Database& database) {
  std::int64_t next = 0;
  {
    MutexLock guard(mutex_);
    next = next_;
  }
  return each_block(database, next, [this](std::int64_t seq, const Block& block) {
    const bool whole = block.each([&](std::size_t i, std::string_view entry) {
      MutexLock guard(mutex_);
      take_place(block.hash(i), seq + static_cast<std::int64_t>(i), entry.empty());
    });
    MutexLock guard(mutex_);
    if (next_ == 1) oldest_ = seq;
    next_ = seq + static_cast<std::int64_t>(block.size());
    return whole ? std::optional(true) : std::nullopt;
  });
}

void WorkingLog::pend(std::uint64_t entity_hash, std::string bytes) {
  const auto [at, is_first] = pending_at_.try_emplace(entity_hash, pending_.size());
  if (is_first) {
    pending_.push_back({entity_hash, std::move(bytes)});
  } else {
    pending_[at->second].bytes = std::move(bytes);
  }
}

void WorkingLog::put(std::uint64_t entity_hash, std::string entry) {
  pend(entity_hash, std::move(entry));
}

void WorkingLog::drop(std::uint64_t entity_hash) {
  if (pending_at_.contains(entity_hash) || contains(entity_hash)) pend(entity_hash, {});
}

Result<void> WorkingLog::write(Database& database) {
  if (pending_.empty()) return {};
  VD_CHECK(sweep(database));
  VD_TRY(Statement * put,
         database.statement("INSERT INTO working_log(seq, hashes, entries) VALUES(?1, ?2, ?3)",
                            Errc::StoreWrite));
  std::int64_t seq = 0;
  {
    MutexLock guard(mutex_);
    seq = next_;
  }
  std::string hashes, entries;
  Writer hashes_out(hashes), entries_out(entries);
  const auto end_block = [&]() -> Result<void> {
    VD_CHECK(put->bind(1, seq).bind_blob(2, hashes).bind_blob(3, entries).run());
    seq += static_cast<std::int64_t>(hashes.size() / 8);
    hashes.clear();
    entries.clear();
    return {};
  };
  for (const Entry& entry : pending_) {
    if (!hashes.empty() &&
        (entries.size() + entry.bytes.size() > kBlockBytes || hashes.size() == 8 * kBlockEntries)) {
      VD_CHECK(end_block());
    }
    hashes_out.fixed64(entry.entity_hash);
    entries_out.bytes(entry.bytes);
  }
  return end_block();
}

Result<void> WorkingLog::sweep(Database& database) {
  if (carried_to_ > 0) {
    VD_TRY(Statement * drop,
           database.statement("DELETE FROM working_log WHERE seq < ?1", Errc::StoreWrite));
    VD_CHECK(drop->bind(1, carried_to_).run());
  }
  pending_carried_to_ = carried_to_;
  std::int64_t live = 0, all = 0;
  {
    MutexLock guard(mutex_);
    live = static_cast<std::int64_t>(places_.size());
    all = next_ - std::max(oldest_, carried_to_);
  }
  return all - live < std::max(live, kOldMin) ? Result<void>{} : carry(database);
}

/// Twice as many entries as the commit adds are looked at: so the log gets shorter as long as half
/// of it is old.
Result<void> WorkingLog::carry(Database& database) {
  auto budget = static_cast<std::int64_t>(2 * pending_.size() + kBlockEntries);
  return each_block(database, carried_to_, [&](std::int64_t seq, const Block& block) {
    const bool whole = block.each([&](std::size_t i, std::string_view entry) {
      const std::uint64_t hash = block.hash(i);
      if (find(hash) != seq + static_cast<std::int64_t>(i)) return;
      if (!pending_at_.contains(hash)) pend(hash, std::string(entry));
    });
    const auto size = static_cast<std::int64_t>(block.size());
    pending_carried_to_ = seq + size;
    budget -= size;
    return whole ? std::optional(budget > 0) : std::nullopt;
  });
}

void WorkingLog::settle(bool committed) {
  if (committed && !pending_.empty()) {
    MutexLock guard(mutex_);
    for (const Entry& entry : pending_) {
      take_place(entry.entity_hash, next_++, entry.bytes.empty());
    }
    oldest_ = std::max(oldest_, carried_to_);
    carried_to_ = pending_carried_to_;
  }
  pending_.clear();
  pending_at_.clear();
}

Result<std::optional<std::string>> WorkingLog::read_pending(Database& database,
                                                            std::uint64_t entity_hash) {
  const auto at = pending_at_.find(entity_hash);
  if (at == pending_at_.end()) return read(database, entity_hash);
  const std::string& bytes = pending_[at->second].bytes;
  return bytes.empty() ? std::nullopt : std::optional<std::string>(bytes);
}

Result<std::optional<std::string>> WorkingLog::read(Database& database, std::uint64_t entity_hash) {
  for (;;) {
    const auto number = find(entity_hash);
    if (!number) return std::optional<std::string>{};
    VD_TRY(Statement * rows, database.statement("SELECT seq, hashes, entries FROM working_log "
                                                "WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1",
                                                Errc::StoreRead));
    VD_TRY(const bool row, rows->bind(1, *number).step());
    if (!row) {
      // Carried on meanwhile; or it has left, for whoever only reads and has not seen it leave.
      forget(entity_hash, *number);
      continue;
    }
    VD_TRY(const Block block, take_block(database, *rows));
    const auto wanted = static_cast<std::size_t>(*number - rows->integer(0));
    std::optional<std::string> found;
    const bool whole = block.each([&](std::size_t i, std::string_view entry) {
      if (i == wanted && block.hash(i) == entity_hash) found = entry;
    });
    if (found && whole) {
      rows->reset();
      return found;
    }
    const std::int64_t seq = rows->integer(0);
    rows->reset();
    if (find(entity_hash) == number) return damaged(database, seq);
  }
}

Result<void> WorkingLog::for_each(Database& database, const Visit& visit) const {
  return each_block(database, 0, [&](std::int64_t seq, const Block& block) {
    const bool whole = block.each([&](std::size_t i, std::string_view entry) {
      const std::uint64_t hash = block.hash(i);
      if (find(hash) == seq + static_cast<std::int64_t>(i)) visit(hash, entry);
    });
    return whole ? std::optional(true) : std::nullopt;
  });
}

}  // namespace vedette::store
