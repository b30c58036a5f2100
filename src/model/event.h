// Event: one normalised record of something that happened. EventBatch: many of them, over one
// arena.
//
// An event is a head (time, action, outcome, where its line stands) and a short run of typed values
// in the batch. Texts are views: into the raw lines of the batch's buffer, into its arena, or of
// constants. Everything dies together at clear(); nothing is allocated per event once a batch has
// been round once. One thread fills a batch, then any number may read it.
#pragma once

#include "base/arena.h"
#include "base/ip.h"
#include "base/time.h"
#include "model/action.h"
#include "model/field.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette {

/// One typed value of one field. Which member of the union is alive: `type`.
struct Value {
  union {
    const char* text;      ///< String: `size` bytes
    std::int64_t integer;  ///< Integer; Boolean as 0 or 1; Time as nanoseconds since 1970
    double real;
    const IpAddress* ip;
  };
  std::uint32_t size;
  Field field;
  ValueType type;

  std::string_view string() const { return {text, size}; }
};
static_assert(sizeof(Value) == 16);

struct Event {
  Time time;
  std::string_view raw;       ///< event.original: the line as it stood, without its end
  std::uint64_t offset = 0;   ///< of the line's first byte in its source (unpacked)
  std::uint32_t chunk = 0;    ///< which chunk of the batch, and so which source, it came from
  std::uint32_t repeats = 1;  ///< how often it happened: syslog's "message repeated N times"
  std::uint32_t first_value = 0;
  std::uint16_t value_count = 0;
  Action action = Action::None;
  Outcome outcome = Outcome::Unknown;
  Dataset dataset = Dataset::Unknown;
};

class EventBatch {
 public:
  /// Decoders store only the fields that something will look at.
  explicit EventBatch(const FieldSet& wanted) : wanted_(wanted) {}

  // Reading.
  std::span<const Event> events() const { return events_; }
  std::span<Event> mutable_events() { return events_; }
  std::span<const Value> values(const Event& event) const {
    return {values_.data() + event.first_value, event.value_count};
  }
  /// The first value of the field, or nullptr. Linear: an event has about a dozen values.
  const Value* find(const Event& event, Field field) const {
    for (const Value& value : values(event)) {
      if (value.field == field) return &value;
    }
    return nullptr;
  }
  /// The text of a String value, or "" when the event has none.
  std::string_view text(const Event& event, Field field) const {
    const Value* value = find(event, field);
    return value != nullptr && value->type == ValueType::String ? value->string()
                                                                : std::string_view{};
  }
  const IpAddress* ip(const Event& event, Field field) const {
    const Value* value = find(event, field);
    return value != nullptr && value->type == ValueType::Ip ? value->ip : nullptr;
  }

  // Filling, one event after the other: begin(), any number of set…(), end().
  /// The event that is being filled. `raw` must live as long as the batch's content.
  Event& begin(std::string_view raw) {
    open_ = Event{};
    open_.raw = raw;
    open_.first_value = static_cast<std::uint32_t>(values_.size());
    return open_;
  }
  Event& current() { return open_; }
  void set_action(Action action) {
    open_.action = action;
    open_.outcome = describe(action).outcome;
  }
  bool wants(Field field) const { return wanted_[index(field)]; }
  /// `text` must live as long as the batch's content: part of the line, copy()ed, or a constant.
  void set(Field field, std::string_view text) {
    if (!wants(field)) return;
    values_.push_back({.text = text.data(),
                       .size = static_cast<std::uint32_t>(text.size()),
                       .field = field,
                       .type = ValueType::String});
  }
  void set(Field field, std::int64_t integer) {
    if (wants(field)) add_integer(field, ValueType::Integer, integer);
  }
  void set_real(Field field, double real) {
    if (!wants(field)) return;
    values_.push_back({.real = real, .size = 0, .field = field, .type = ValueType::Real});
  }
  void set_boolean(Field field, bool value) {
    if (wants(field)) add_integer(field, ValueType::Boolean, value);
  }
  void set(Field field, Time time) {
    if (wants(field)) add_integer(field, ValueType::Timestamp, time.time_since_epoch().count());
  }
  void set(Field field, const IpAddress& ip) {
    if (!wants(field)) return;
    values_.push_back({.ip = arena_.make(ip), .size = 0, .field = field, .type = ValueType::Ip});
  }
  std::string_view copy(std::string_view text) { return arena_.copy(text); }
  Arena& arena() { return arena_; }

  /// A mark to come back to when a decoder finds out late that a line is not its own.
  std::size_t mark() const { return values_.size(); }
  void rollback(std::size_t mark) {
    values_.resize(mark);
    open_.action = Action::None;
    open_.outcome = Outcome::Unknown;
    open_.dataset = Dataset::Unknown;
    open_.repeats = 1;
  }
  void end() {
    open_.value_count = static_cast<std::uint16_t>(values_.size() - open_.first_value);
    events_.push_back(open_);
  }

  /// Keeps the memory for the next round.
  void clear() {
    events_.clear();
    values_.clear();
    arena_.reset();
  }

 private:
  void add_integer(Field field, ValueType type, std::int64_t integer) {
    values_.push_back({.integer = integer, .size = 0, .field = field, .type = type});
  }

  FieldSet wanted_;
  Arena arena_;
  std::vector<Event> events_;
  std::vector<Value> values_;
  Event open_;
};

/// Appends the event as one flat JSON object with dotted ECS names, `event.original` included; no
/// newline.
void append_json(std::string& out, const EventBatch& batch, const Event& event,
                 const FieldTable& fields);
/// A value as a rule or a person sees it: texts as they are, the rest formatted into `scratch`.
std::string_view as_text(const Value& value, std::string& scratch);

}  // namespace vedette
