#include "model/event.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

TEST_SUITE("model/event") {
  TEST_CASE("values are found by field, in their types") {
    EventBatch batch(FieldSet{}.set());
    batch.begin("a line");
    batch.set_action(Action::FailedPassword);
    batch.set(Field::UserName, "root");
    batch.set(Field::SourceIp, *parse_ip("192.0.2.1"));
    batch.set(Field::SourcePort, std::int64_t{22});
    batch.end();
    batch.begin("another");
    batch.set(Field::UserName, "kim");
    batch.end();
    REQUIRE(batch.events().size() == 2);
    const Event& event = batch.events()[0];
    CHECK(event.raw == "a line");
    CHECK(event.outcome == Outcome::Failure);
    CHECK(batch.text(event, Field::UserName) == "root");
    CHECK(*batch.ip(event, Field::SourceIp) == *parse_ip("192.0.2.1"));
    CHECK(batch.find(event, Field::SourcePort)->integer == 22);
    CHECK(batch.find(event, Field::HostName) == nullptr);
    CHECK(batch.text(event, Field::SourcePort).empty());  // not a text
    CHECK(batch.ip(event, Field::UserName) == nullptr);
    CHECK(batch.text(batch.events()[1], Field::UserName) == "kim");
    CHECK(batch.values(batch.events()[1]).size() == 1);
  }

  TEST_CASE("a field that nobody wants is not stored") {
    EventBatch batch(FieldSet{}.set(index(Field::UserName)));
    batch.begin("a line");
    batch.set(Field::UserName, "root");
    batch.set(Field::HostName, "web1");
    batch.set(Field::SourcePort, std::int64_t{22});
    batch.set_boolean(Field::Message, true);
    batch.set_real(Field::Message, 0.5);
    batch.end();
    CHECK(batch.wants(Field::UserName));
    CHECK_FALSE(batch.wants(Field::HostName));
    CHECK(batch.values(batch.events()[0]).size() == 1);
  }

  TEST_CASE("what a decoder set before it gave up is gone") {
    EventBatch batch(FieldSet{}.set());
    batch.begin("a line");
    batch.set(Field::HostName, "web1");
    const std::size_t mark = batch.mark();
    batch.set_action(Action::SudoCommand);
    batch.current().repeats = 7;
    batch.set(Field::UserName, "root");
    batch.rollback(mark);
    batch.end();
    const Event& event = batch.events()[0];
    CHECK(event.action == Action::None);
    CHECK(event.outcome == Outcome::Unknown);
    CHECK(event.repeats == 1);
    CHECK(batch.values(event).size() == 1);
  }

  TEST_CASE("a cleared batch begins anew") {
    EventBatch batch(FieldSet{}.set());
    for (int round = 0; round < 3; ++round) {
      batch.begin("x");
      batch.set(Field::UserName, batch.copy("copied"));
      batch.end();
      REQUIRE(batch.events().size() == 1);
      CHECK(batch.text(batch.events()[0], Field::UserName) == "copied");
      batch.clear();
      CHECK(batch.events().empty());
    }
  }

  TEST_CASE("an event as JSON is flat, with ECS names and every type as itself") {
    const FieldTable fields;
    EventBatch batch(FieldSet{}.set());
    Event& event = batch.begin("raw \"line\"\xFF");
    batch.set_action(Action::HttpRequest);
    event.time = *parse_rfc3339("2026-03-01T10:00:00Z");
    event.outcome = Outcome::Failure;
    event.dataset = Dataset::WebAccess;
    batch.set(Field::SourceIp, *parse_ip("2001:db8::1"));
    batch.set(Field::HttpStatus, std::int64_t{404});
    batch.set(Field::UrlPath, "/\x01");
    batch.end();
    std::string json;
    append_json(json, batch, batch.events()[0], fields);
    CHECK(json ==
          R"({"@timestamp":"2026-03-01T10:00:00Z","event.action":"http-request",)"
          R"("event.category":["web"],"event.outcome":"failure","event.dataset":"web.access",)"
          R"("source.ip":"2001:db8::1","http.response.status_code":404,"url.path":"/\u0001",)"
          "\"event.original\":\"raw \\\"line\\\"\xEF\xBF\xBD\"}");
  }

  TEST_CASE("a line that nobody understood is JSON with its text") {
    const FieldTable fields;
    EventBatch batch(FieldSet{}.set());
    batch.begin("???");
    batch.end();
    std::string json;
    append_json(json, batch, batch.events()[0], fields);
    CHECK(json ==
          R"({"event.outcome":"unknown","event.dataset":"unknown","event.original":"???"})");
  }

  TEST_CASE("a field that is told twice is written once, as it was told first") {
    EventBatch batch(FieldSet{}.set());
    batch.begin("x");
    batch.set(Field::UserName, "root");
    batch.set(Field::UserName, "other");
    batch.end();
    std::string json;
    append_json(json, batch, batch.events()[0], FieldTable());
    CHECK(json.find(R"("user.name":"root")") != std::string::npos);
    CHECK(json.find("other") == std::string::npos);
  }

  TEST_CASE("rules and people see values as text") {
    EventBatch batch(FieldSet{}.set());
    batch.begin("x");
    batch.set(Field::UserName, "root");
    batch.set(Field::SourcePort, std::int64_t{-22});
    batch.set(Field::SourceIp, *parse_ip("192.0.2.1"));
    batch.set_boolean(Field::Message, true);
    batch.set_real(Field::Message, 0.5);
    batch.set(Field::Message, *parse_rfc3339("2026-03-01T10:00:00Z"));
    batch.end();
    std::string scratch, all;
    for (const Value& value : batch.values(batch.events()[0])) {
      all += std::string(as_text(value, scratch)) + "|";
    }
    CHECK(all == "root|-22|192.0.2.1|true|0.5|2026-03-01T10:00:00Z|");
  }
}

}  // namespace
}  // namespace vedette
