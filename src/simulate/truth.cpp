#include "simulate/truth.h"

#include "base/json_writer.h"
#include "model/entity.h"

#include <algorithm>

namespace vedette::simulate {
namespace {

constexpr std::uint16_t kAttackKey = 0x8000;  // keys from here on are attacks, below actions

Time to_time(std::int64_t ns) {
  return Time{Duration{ns}};
}

std::string_view to_string(Role role) {
  switch (role) {
    case Role::Benign:
      return "benign";
    case Role::Background:
      return "background";
    case Role::Attacker:
      return "attacker";
  }
  return "";
}

}  // namespace

Subject Truth::add_source(const IpAddress& ip, Role role) {
  Row row;
  row.ip = source_block(ip);
  row.role = role;
  rows_.push_back(row);
  return static_cast<Subject>(rows_.size() - 1);
}

Subject Truth::add_user(std::string name, Role role) {
  Row row;
  row.name = static_cast<std::uint32_t>(names_.size());
  row.role = role;
  names_.push_back(std::move(name));
  rows_.push_back(row);
  return static_cast<Subject>(rows_.size() - 1);
}

void Truth::record(const Fact& fact, Time time, Stream stream, std::size_t bytes) {
  const std::int64_t now = time.time_since_epoch().count();
  if (lines_ == 0) first_ns_ = now;
  last_ns_ = now;
  ++lines_;
  File& file = files_[index(stream)];
  ++file.lines;
  file.bytes += bytes;
  file.events += fact.repeats;
  touch(fact.source, fact, time);
  touch(fact.user, fact, time);
}

void Truth::touch(Subject subject, const Fact& fact, Time time) {
  if (subject == Subject::None) return;
  Row& row = rows_[static_cast<std::size_t>(subject)];
  const std::int64_t now = time.time_since_epoch().count();
  if (row.lines == 0) row.first_ns = now;
  row.last_ns = now;
  ++row.lines;
  if (fact.action != Action::None) {
    add(row, static_cast<std::uint16_t>(fact.action), fact.repeats);
  }
  if (fact.attack != Attack::None) {
    add(row, static_cast<std::uint16_t>(kAttackKey | static_cast<unsigned>(fact.attack)), 1);
  }
}

void Truth::add(Row& row, std::uint16_t key, std::uint64_t count) {
  for (std::uint32_t i = row.counts; i != kEnd; i = counts_[i].next) {
    if (counts_[i].key == key) {
      counts_[i].count += count;
      return;
    }
  }
  counts_.push_back({row.counts, key, count});
  row.counts = static_cast<std::uint32_t>(counts_.size() - 1);
}

std::uint64_t Truth::count(Subject subject, Action action) const {
  const Row& row = rows_[static_cast<std::size_t>(subject)];
  for (std::uint32_t i = row.counts; i != kEnd; i = counts_[i].next) {
    if (counts_[i].key == static_cast<std::uint16_t>(action)) return counts_[i].count;
  }
  return 0;
}

void Truth::write_row(std::string& out, const Row& row) const {
  std::vector<Count> counts;
  for (std::uint32_t i = row.counts; i != kEnd; i = counts_[i].next) counts.push_back(counts_[i]);
  std::ranges::sort(counts, {}, &Count::key);
  JsonWriter json(out);
  json.begin_object();
  if (row.name != kEnd) {
    json.field("entity", names_[row.name]);
  } else {
    json.field("entity", entity_value({EntityType::SourceIp, 0, row.ip, {}}));
  }
  json.field("role", to_string(row.role));
  json.key("attacks").begin_object();
  for (const Count& count : counts) {
    if (count.key < kAttackKey) continue;
    json.field(describe(static_cast<Attack>(count.key & 0xFF)).name, count.count);
  }
  json.end_object();
  json.key("actions").begin_object();
  for (const Count& count : counts) {
    if (count.key < kAttackKey) {
      json.field(vedette::describe(static_cast<Action>(count.key)).text, count.count);
    }
  }
  json.end_object();
  json.field("lines", row.lines);
  json.key("first_seen").time(to_time(row.first_ns));
  json.key("last_seen").time(to_time(row.last_ns));
  json.end_object();
}

void Truth::write_head(std::string& out, const Options& options) const {
  JsonWriter json(out);
  json.begin_object();
  json.field("seed", options.seed);
  json.field("lines", lines_);
  json.key("first_seen").time(to_time(lines_ == 0 ? 0 : first_ns_));
  json.key("last_seen").time(to_time(last_ns_));
  json.key("files").begin_object();
  for (std::size_t i = 0; i < kStreams; ++i) {
    if (!options.streams[i]) continue;
    json.key(file_name(static_cast<Stream>(i))).begin_object();
    json.field("lines", files_[i].lines).field("events", files_[i].events);
    json.field("bytes", files_[i].bytes).end_object();
  }
  json.end_object();
  json.key("attacks").begin_object();
  for (std::size_t i = 0; i < kAttacks; ++i) {
    const AttackText& text = describe(static_cast<Attack>(i));
    if (!options.attacks[i] || !options.wants(text.stream)) continue;
    json.key(text.name).begin_object();
    json.field("technique", text.technique).field("sentence", text.sentence).end_object();
  }
  json.end_object();
}

void Truth::write(const Options& options, const std::function<void(std::string_view)>& out) const {
  constexpr std::size_t kPieceBytes = 1 << 20;
  std::string text;
  write_head(text, options);
  for (const bool users : {false, true}) {
    text += users ? "\n],\n\"users\":[" : ",\n\"sources\":[";
    bool comma = false;
    for (const Row& row : rows_) {
      if (row.lines == 0 || (row.name != kEnd) != users) continue;
      text += comma ? ",\n" : "\n";
      comma = true;
      write_row(text, row);
      if (text.size() < kPieceBytes) continue;
      out(text);
      text.clear();
    }
  }
  text += "\n]}\n";
  out(text);
}

}  // namespace vedette::simulate
