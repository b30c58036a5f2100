#include "simulate/truth.h"

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

/// What is done to an account rather than in its name.
bool is_refused(Action action) {
  switch (action) {
    case Action::InvalidUser:
    case Action::PamAuthenticationFailure:
    case Action::FailedPassword:
    case Action::PreauthDisconnect:
    case Action::MaximumAttemptsExceeded:
    case Action::LoginTimeout:
      return true;
    default:
      return false;
  }
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

void Truth::record_planted(std::uint32_t campaign, const Fact& fact, std::string_view host,
                           Time time) {
  if (planted_.size() < campaign) planted_.resize(campaign);
  Planted& planted = planted_[campaign - 1];
  if (planted.lines == 0) planted.first_ns = time.time_since_epoch().count();
  planted.last_ns = time.time_since_epoch().count();
  planted.attack = fact.attack;
  ++planted.lines;
  const auto add_part = [&](Subject subject, std::string_view name, bool acts) {
    if (subject == Subject::None && name.empty()) return;
    for (Part& part : planted.parts) {
      if (part.subject != subject || part.host != name) continue;
      part.acts |= acts;
      ++part.lines;
      return;
    }
    planted.parts.push_back({subject, name, acts, 1});
  };
  const bool in_its_name = fact.user != Subject::None && !is_refused(fact.action);
  add_part(fact.source, {}, true);
  add_part(fact.user, {}, in_its_name);
  add_part(Subject::None, host, in_its_name);
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

void Truth::write_parts(JsonWriter& json, const Planted& planted, bool acts) const {
  json.begin_array();
  for (const Part& part : planted.parts) {
    if (part.acts != acts) continue;
    json.begin_object();
    if (part.subject == Subject::None) {
      json.field("type", vedette::to_string(EntityType::Host)).field("value", part.host);
    } else if (const Row& row = rows_[static_cast<std::size_t>(part.subject)]; row.name != kEnd) {
      json.field("type", vedette::to_string(EntityType::User)).field("value", names_[row.name]);
    } else {
      json.field("type", vedette::to_string(EntityType::SourceIp));
      json.field("value", entity_value({EntityType::SourceIp, 0, row.ip, {}}));
    }
    json.field("lines", part.lines).end_object();
  }
  json.end_array();
}

void Truth::write_planted(std::string& out) const {
  if (planted_.empty()) return;
  out += ",\n\"planted\":[";
  bool comma = false;
  for (const Planted& planted : planted_) {
    if (planted.lines == 0) continue;
    out += comma ? ",\n" : "\n";
    comma = true;
    JsonWriter json(out);
    json.begin_object().field("name", describe(planted.attack).name);
    json.key("begin").time(to_time(planted.first_ns)).key("end").time(to_time(planted.last_ns));
    json.field("lines", planted.lines);
    write_parts(json.key("entities"), planted, true);
    write_parts(json.key("targets"), planted, false);
    json.end_object();
  }
  out += "\n]";
}

void Truth::write(const Options& options, const std::function<void(std::string_view)>& out) const {
  constexpr std::size_t kPieceBytes = 1 << 20;
  std::string text;
  write_head(text, options);
  write_planted(text);
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
