#include "engine/event_match.h"

#include "base/json_writer.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::engine {
namespace {

using store::WordTest;

Error invalid(std::string detail) {
  return {Errc::EventSearch, std::move(detail)};
}

std::string quoted(std::string_view text) {
  return fmt::format("'{}'", escape_for_terminal(clip_utf8(text, 64)));
}

/// Whether the two look the same as JSON, where bytes that are not UTF-8 are U+FFFD.
bool shows_as(std::string_view text, std::string_view wanted) {
  if (text == wanted) return true;
  if (wanted.find("\xEF\xBF\xBD") == std::string_view::npos) return false;
  std::string shown, wanted_shown;
  append_json_string(shown, text);
  append_json_string(wanted_shown, wanted);
  return shown == wanted_shown;
}

bool shows_as(const Value& value, std::string_view wanted) {
  if (value.type == ValueType::String) return shows_as(value.string(), wanted);
  std::string scratch;
  if (value.type != ValueType::Real) return as_text(value, scratch) == wanted;
  JsonWriter(scratch).real(value.real);
  return scratch == wanted;
}

/// Decoders cut these out of the line as they stand there, but for escapes of JSON. The words of
/// all others may be the decoder's own; commands may be hexadecimal digits there.
bool is_verbatim(Field field) {
  switch (field) {
    case Field::Message:
    case Field::HostName:
    case Field::ProcessName:
    case Field::SessionId:
    case Field::UserName:
    case Field::UserEffectiveName:
    case Field::UserTargetName:
    case Field::GroupName:
    case Field::SourceAddress:
    case Field::DestinationAddress:
    case Field::HttpReferrer:
    case Field::UrlOriginal:
    case Field::UrlPath:
    case Field::UrlQuery:
    case Field::UrlDomain:
    case Field::UserAgent:
    case Field::FilePath:
    case Field::FileHash:
    case Field::SshFingerprint:
    case Field::SshClient:
    case Field::SshHassh:
    case Field::HoneypotPassword:
    case Field::HoneypotSensor:
      return true;
    default:
      return false;
  }
}

/// Programs whose name a decoder gives where the line has none: files of their own without a tag,
/// and auditd's records of sudo.
bool is_given(Field field, std::string_view value) {
  if (field != Field::ProcessName) return false;
  for (const std::string_view name : {"endlessh", "exim", "roundcube", "sudo"}) {
    if (value == name) return true;
  }
  return false;
}

/// What the head of the event says for one of the first four fields.
std::string_view head_text(const Event& event, Field field) {
  const ActionInfo& action = describe(event.action);
  switch (field) {
    case Field::EventAction:
      return action.text;
    case Field::EventCategory:
      return action.category == Category::None ? std::string_view{} : to_string(action.category);
    case Field::EventOutcome:
      return to_string(event.outcome);
    case Field::EventDataset:
      return to_string(event.dataset);
    default:
      return {};
  }
}

}  // namespace

WordTest EventMatch::words_of(Field field, std::string_view value) {
  if (field == Field::SourceIp || field == Field::DestinationIp) {
    const auto ip = parse_ip(value);
    return ip ? store::words_of_address(*ip) : WordTest{};
  }
  if (!is_verbatim(field) || is_given(field, value)) return {};
  return store::words_of_value(value);
}

Result<void> EventMatch::add_entity(const EventQuery::Entity& entity) {
  if (entity.value.empty() || entity.value.size() > kQueryBytesMax) {
    return invalid(fmt::format("the entity has {} bytes; 1 to {} are possible", entity.value.size(),
                               kQueryBytesMax));
  }
  entity_ = entity;
  if (entity.type == EntityType::SourceNetwork) {
    const auto network = parse_network(entity.value);
    if (!network || *network != source_network(network->address)) {
      return invalid(quoted(entity.value) + " is neither an IPv4 /24 nor an IPv6 /48");
    }
    source_ = network->address;
    return {};
  }
  if (entity.type != EntityType::SourceIp) {
    value_words_.push_back(words_of(field_of(entity.type), entity.value));
    return {};
  }
  const auto network = parse_network(entity.value);
  const bool is_source =
      network && (network->bits == 128 || (network->bits == 64 && !network->address.is_v4()));
  if (!is_source) {
    return invalid(quoted(entity.value) + " is neither an address nor an IPv6 /64");
  }
  source_ = source_block(network->address);
  value_words_.push_back(store::words_of_source(source_));
  return {};
}

Result<void> EventMatch::add_field(std::string_view name, const std::string& value) {
  if (value.size() > kQueryBytesMax) {
    return invalid(fmt::format("the value of {} has {} bytes; at most {} are possible",
                               quoted(name), value.size(), kQueryBytesMax));
  }
  FieldTest test;
  test.value = value;
  if (name == "@timestamp") {
    test.place = FieldTest::Place::Timestamp;
  } else if (name == "event.original") {
    test.place = FieldTest::Place::Original;
    value_words_.push_back(store::words_of_value(value));
  } else if (const auto field = fields_->find(name)) {
    test.field = *field;
    value_words_.push_back(words_of(*field, value));
  } else {
    return invalid(fmt::format("there is no field {}", quoted(name)));
  }
  tests_.push_back(std::move(test));
  return {};
}

Result<EventMatch> EventMatch::make(const EventQuery& query) {
  EventMatch match;
  match.from_ = query.from;
  match.to_ = query.to;
  if (query.text.size() > kQueryBytesMax || query.text.find('\n') != std::string::npos) {
    return invalid(fmt::format("the text has {} bytes; at most {} of one line are possible",
                               query.text.size(), kQueryBytesMax));
  }
  match.text_ = to_lower(trim(query.text));
  match.text_words_ = store::words_of_phrase(match.text_);
  if (query.fields.size() > kQueryFieldsMax) {
    return invalid(fmt::format("{} fields are asked for; at most {} are possible",
                               query.fields.size(), kQueryFieldsMax));
  }
  if (query.entity) VD_CHECK(match.add_entity(*query.entity));
  for (const auto& [name, value] : query.fields) VD_CHECK(match.add_field(name, value));
  return match;
}

std::vector<WordTest> EventMatch::words() const {
  std::vector<WordTest> words = value_words_;
  words.push_back(text_words_);
  return words;
}

bool EventMatch::may_match(std::string_view line) const {
  return std::all_of(value_words_.begin(), value_words_.end(),
                     [&](const WordTest& test) { return store::passes(line, test); });
}

bool EventMatch::has(const EventBatch& batch, const Event& event, const FieldTest& test) const {
  if (test.place == FieldTest::Place::Original) return shows_as(event.raw, test.value);
  if (test.place == FieldTest::Place::Timestamp) {
    return event.time != Time{} && format_rfc3339(event.time) == test.value;
  }
  if (const auto head = head_text(event, test.field); !head.empty() && head == test.value) {
    return true;
  }
  const auto values = batch.values(event);
  return std::any_of(values.begin(), values.end(), [&](const Value& value) {
    return value.field == test.field && shows_as(value, test.value);
  });
}

bool EventMatch::matches(const EventBatch& batch, const Event& event, Time time) const {
  if (time < from_ || time >= to_) return false;
  if (entity_) {
    const auto entity = Entities(batch, event).of(entity_->type);
    if (!entity) return false;
    const bool by_address =
        entity_->type == EntityType::SourceIp || entity_->type == EntityType::SourceNetwork;
    const bool is_same =
        by_address ? entity->ip == source_ : shows_as(entity->name, entity_->value);
    if (!is_same) return false;
  }
  return std::all_of(tests_.begin(), tests_.end(),
                     [&](const FieldTest& test) { return has(batch, event, test); });
}

}  // namespace vedette::engine
