#include "api/answers.h"
#include "api/service.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>

namespace vedette::api {
namespace {

Error invalid(std::string_view name, std::string_view what) {
  return {Errc::RequestInvalid, fmt::format("{}: {}", name, what)};
}

template <std::size_t N, typename Parse>
Result<void> read_set(std::string_view name, std::string_view text, Parse parse,
                      std::bitset<N>& set) {
  while (!text.empty()) {
    const std::string_view word = take_until(text, ',');
    const auto value = parse(word);
    if (!value) return invalid(name, fmt::format("'{}' is none", clip_utf8(word, 64)));
    set[static_cast<std::size_t>(*value)] = true;
  }
  return {};
}

Result<Time> read_time(std::string_view name, std::string_view text) {
  const auto time = parse_rfc3339(text);
  if (!time) return invalid(name, "it is no RFC 3339 time, such as 2026-03-01T12:00:00Z");
  return *time;
}

Result<bool> read_bool(std::string_view name, std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return invalid(name, "it is neither true nor false");
}

/// One condition of a list. False: `name` is none.
Result<bool> read_condition(std::string_view name, const std::string& value, ThreatQuery& query) {
  if (name == "status") {
    VD_CHECK(read_set(name, value, parse_status, query.statuses));
  } else if (name == "severity") {
    VD_CHECK(read_set(name, value, parse_level, query.severities));
  } else if (name == "severity_min") {
    const auto level = parse_level(value);
    if (!level) return invalid(name, "it is no severity");
    for (std::size_t i = static_cast<std::size_t>(*level); i < kLevels; ++i) {
      query.severities[i] = true;
    }
  } else if (name == "tier") {
    VD_CHECK(read_set(name, value, parse_tier, query.tiers));
  } else if (name == "entity_type") {
    query.entity_type = parse_entity_type(value);
    if (!query.entity_type) return invalid(name, "it is no type of entity");
  } else if (name == "entity") {
    query.entity = value;
  } else if (name == "technique") {
    query.technique = value;
  } else if (name == "rule") {
    query.rule = value;
  } else if (name == "tag") {
    query.tag = value;
  } else if (name == "assignee") {
    query.assignee = value;
  } else if (name == "seen_from") {
    VD_TRY(query.seen_from, read_time(name, value));
  } else if (name == "seen_to") {
    VD_TRY(query.seen_to, read_time(name, value));
  } else if (name == "snoozed") {
    VD_TRY(query.snoozed, read_bool(name, value));
  } else if (name == "merged_into") {
    const auto hash = parse_threat_id(value);
    if (!hash) return invalid(name, "it is no id of a threat");
    query.merged_into = *hash;
  } else if (name == "sort") {
    std::string_view text = value;
    query.ascending = take_prefix(text, "+");
    const auto sort = parse_sort(text);
    if (!sort) return invalid(name, "it is none of rank, score, last_seen");
    query.sort = *sort;
  } else {
    return false;
  }
  return true;
}

/// What a cursor must have been made for, but for the conditions: they may be narrowed on the way.
std::uint64_t order_of(const ThreatQuery& query) {
  return hash_combine(static_cast<std::uint64_t>(query.sort), query.ascending ? 1 : 0);
}

constexpr std::uint64_t kCursorVersion = 1;

}  // namespace

Result<ThreatQuery> threat_query(const Exchange& exchange, Time now) {
  ThreatQuery query;
  query.now = now;
  for (const auto& [name, value] : exchange.query) {
    VD_CHECK(read_condition(name, value, query));
  }
  return query;
}

Result<ThreatQuery> threat_query(const Json& object, Time now) {
  if (!object.is(Json::Kind::Object)) return invalid("query", "it is no object");
  ThreatQuery query;
  query.now = now;
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    const Json& item = object.items[i];
    std::string value = item.string;
    if (item.is(Json::Kind::Boolean)) {
      value = item.boolean ? "true" : "false";
    } else if (!item.is(Json::Kind::String)) {
      return invalid(object.names[i], "it is no text");
    }
    VD_TRY(const bool known, read_condition(object.names[i], value, query));
    if (!known) return invalid("query", fmt::format("there is no condition '{}'", object.names[i]));
  }
  return query;
}

Result<std::size_t> limit_of(const Exchange& exchange, std::size_t initial, std::size_t limit_max) {
  const std::string* text = exchange.parameter("limit");
  if (text == nullptr) return initial;
  const auto limit = parse_int<std::uint64_t>(*text);
  if (!limit || *limit == 0 || *limit > limit_max) {
    return invalid("limit", fmt::format("it is no number from 1 to {}", limit_max));
  }
  return static_cast<std::size_t>(*limit);
}

std::string cursor_of(const ThreatQuery& query, const RankKey& last) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kCursorVersion);
  out.fixed64(order_of(query));
  out.u64(static_cast<std::uint64_t>(last.severity));
  out.fixed64(std::bit_cast<std::uint64_t>(last.heat));
  out.time(last.last_seen);
  out.fixed64(last.entity_hash);
  out.fixed64(hash64(bytes));
  return base64url(bytes);
}

Result<std::optional<RankKey>> read_cursor(const Exchange& exchange, const ThreatQuery& query) {
  const std::string* text = exchange.parameter("cursor");
  if (text == nullptr) return std::optional<RankKey>{};
  const auto bytes = from_base64url(*text);
  if (!bytes || bytes->size() < 8) return invalid("cursor", "it is none");
  Reader in(*bytes);
  const std::uint64_t version = in.u64(), order = in.fixed64(), severity = in.u64();
  RankKey key;
  key.heat = std::bit_cast<double>(in.fixed64());
  key.last_seen = in.time();
  key.entity_hash = in.fixed64();
  const std::uint64_t sum = in.fixed64();
  const bool whole = in.done() && version == kCursorVersion && severity < kLevels &&
                     sum == hash64(std::string_view(*bytes).substr(0, bytes->size() - 8));
  if (!whole) return invalid("cursor", "it is none");
  if (order != order_of(query)) return invalid("cursor", "it is of a list in another order");
  key.severity = static_cast<Level>(severity);
  return std::optional<RankKey>(key);
}

Result<std::uint64_t> threat_named(Service& service, const std::string& which) {
  VD_TRY(const auto hash, service.engine().queue.find(which));
  if (!hash) return Error{Errc::ThreatUnknown, escape_for_terminal(clip_utf8(which, 128))};
  return *hash;
}

Result<std::optional<std::string>> text_member(const Json& object, std::string_view name,
                                               std::size_t bytes_max) {
  const Json* member = object.find(name);
  if (member == nullptr || member->is(Json::Kind::Null)) return std::optional<std::string>{};
  if (!member->is(Json::Kind::String)) return invalid(name, "it is no text");
  if (member->string.size() > bytes_max) {
    return invalid(name, fmt::format("longer than {} bytes", bytes_max));
  }
  return std::optional<std::string>(member->string);
}

Result<void> only_members(const Json& object, std::initializer_list<std::string_view> names) {
  if (!object.is(Json::Kind::Object)) return invalid("the body", "it is no object");
  for (const std::string& name : object.names) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return invalid("the body", fmt::format("there is no member '{}'",
                                             escape_for_terminal(clip_utf8(name, 64))));
    }
  }
  return {};
}

namespace {

Result<std::vector<std::string>> texts_member(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  std::vector<std::string> texts;
  if (member == nullptr) return texts;
  if (!member->is(Json::Kind::Array)) return invalid(name, "it is no list");
  for (const Json& item : member->items) {
    if (!item.is(Json::Kind::String)) return invalid(name, "one of them is no text");
    texts.push_back(item.string);
  }
  return texts;
}

Result<bool> bool_member(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  if (member == nullptr) return false;
  if (!member->is(Json::Kind::Boolean)) return invalid(name, "it is neither true nor false");
  return member->boolean;
}

}  // namespace

Result<engine::Change> read_change(Service& service, const Json& object, const Caller& caller) {
  VD_CHECK(only_members(object, {"status", "reason", "assignee", "tags_added", "tags_removed",
                                 "note", "snoozed_until", "merge_into", "unmerge"}));
  engine::Change change;
  change.who = caller.name;
  VD_TRY(const auto reason, text_member(object, "reason", kReasonBytesMax));
  change.reason = reason.value_or("");
  VD_TRY(const auto status, text_member(object, "status", 64));
  if (status) {
    change.status = parse_status(*status);
    if (!change.status) return invalid("status", "it is none");
  }
  VD_TRY(change.assignee, text_member(object, "assignee", kAssigneeBytesMax));
  if (const Json* member = object.find("assignee"); member && member->is(Json::Kind::Null)) {
    change.assignee = "";
  }
  VD_TRY(change.tags_added, texts_member(object, "tags_added"));
  VD_TRY(change.tags_removed, texts_member(object, "tags_removed"));
  VD_TRY(change.note, text_member(object, "note", kReasonBytesMax));
  VD_TRY(const auto snooze, text_member(object, "snoozed_until", 64));
  if (snooze) {
    VD_TRY(change.snoozed_until, read_time("snoozed_until", *snooze));
  } else if (object.find("snoozed_until") != nullptr) {
    change.snoozed_until = Time{};
  }
  VD_TRY(const auto merge, text_member(object, "merge_into", 512));
  if (merge) {
    VD_TRY(change.merge_into, threat_named(service, *merge));
  }
  VD_TRY(change.unmerge, bool_member(object, "unmerge"));
  return change;
}

}  // namespace vedette::api
