// EventMatch: what an EventQuery asks of one event, made ready: as words that its line must have,
// and as values. A part of event_search; const once made, any thread.
#pragma once

#include "engine/event_search.h"
#include "store/words.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::engine {

class EventMatch {
 public:
  /// Error: EventSearch.
  static Result<EventMatch> make(const EventQuery& query);

  /// For the decoder: all names there are.
  const FieldTable& fields() const { return *fields_; }
  /// In lower case; empty: any.
  const std::string& text() const { return text_; }
  /// What a block must have, of the text and of all values.
  std::vector<store::WordTest> words() const;
  /// Whether the line may have the values: a tenth of the cost of decoding it.
  bool may_match(std::string_view line) const;
  /// Whether the event has the values and its time is within; the text is not looked at.
  bool matches(const EventBatch& batch, const Event& event, Time time) const;

  /// What the line of every event has whose field shows this value. No words: nothing is sure.
  static store::WordTest words_of(Field field, std::string_view value);

 private:
  struct FieldTest {
    enum class Place : std::uint8_t { Values, Timestamp, Original };
    Place place = Place::Values;
    Field field{};
    std::string value;
  };

  Result<void> add_entity(const EventQuery::Entity& entity);
  Result<void> add_field(std::string_view name, const std::string& value);
  bool has(const EventBatch& batch, const Event& event, const FieldTest& test) const;

  std::unique_ptr<const FieldTable> fields_ = std::make_unique<const FieldTable>();
  Time from_, to_;
  std::string text_;
  std::optional<EventQuery::Entity> entity_;
  IpAddress source_;  // of the entity, if it is one
  std::vector<FieldTest> tests_;
  store::WordTest text_words_;
  std::vector<store::WordTest> value_words_;
};

}  // namespace vedette::engine
