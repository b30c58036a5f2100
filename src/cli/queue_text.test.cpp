#include "cli/queue_text.h"

#include <doctest/doctest.h>

namespace vedette::cli {
namespace {

api::Json json(std::string_view text) {
  auto parsed = api::Json::parse(text);
  REQUIRE(parsed);
  return *std::move(parsed);
}

const Terminal kPlain{};

}  // namespace

TEST_SUITE("cli/queue_text") {
  TEST_CASE("a threat is one line with all that people made of it") {
    const auto threat = json(R"({"id":"t-0123456789ab","severity":"high",
        "entity":{"type":"source.ip","value":"203.0.113.7"},"status":"duplicate",
        "reason":"the same net","merged_into":"t-ba9876543210","assignee":"ann",
        "tags":["botnet","night"],"snoozed_until":"2026-03-01T12:00:00Z","version":1234})");
    CHECK(threat_line(threat, kPlain) ==
          "t-0123456789ab  HIGH      203.0.113.7  duplicate of t-ba9876543210 (the same net), "
          "ann has it, tags: botnet night, snoozed until 2026-03-01 12:00:00, version 1,234\n");
  }

  TEST_CASE("nothing that a client or a log wrote reaches the terminal as it is") {
    const auto threat = json(R"({"id":"t-\u001b[2J","severity":"high\u001b[0m",
        "entity":{"value":"\u001b]0;x\u0007"},"status":"new\r","reason":"\u001b[31m",
        "assignee":"a\nb","tags":["\u001b"],"title":"\u009b","version":1,
        "findings":[{"rule":{"title":"\u001b"},"count":1,
                     "evidence":[{"source":"\u001b","offset":1,"line":"\u001b[2J\nroot"}]}]})");
    const auto entry = json(R"({"at":"2026-03-01T12:00:00Z","who":"\u001b","action":"\u001b",
        "threat":"\u001b","reason":"\u001b[2J\n","before":"{\"x\":\"\\u001b\"}",
        "after":"{\"x\":[\"\\u001b\"]}"})");
    const auto other = json(R"({"id":"\u001b","rule":"\u001b","by":"\u001b","reason":"\u001b",
        "name":"\u001b","role":"\u001b","entity":{"value":"\u001b"}})");
    for (const std::string& text :
         {threat_line(threat, kPlain), render_row(threat, kPlain), audit_line(entry),
          suppression_line(other), token_line(other)}) {
      CAPTURE(text);
      CHECK(text.find('\x1b') == std::string::npos);
      CHECK(text.find('\n') == text.size() - 1);
    }
    CHECK(threat_text(threat, kPlain).find('\x1b') == std::string::npos);
  }

  TEST_CASE("an answer that lacks everything is still a line") {
    const auto empty = json("{}");
    CHECK(threat_line(empty, kPlain).ends_with(", version 0\n"));
    CHECK(audit_line(empty).ends_with('\n'));
    CHECK(effect_text(empty).empty());
    CHECK(suppression_line(empty).ends_with('\n'));
    CHECK(token_line(empty).ends_with('\n'));
  }

  TEST_CASE("an audit tells what something was and what it became") {
    const auto line = audit_line(json(R"({"at":"2026-03-01T12:00:00Z","who":"ann",
        "action":"tag","threat":"t-0123456789ab","reason":"seen twice",
        "before":"{\"tags\":[]}","after":"{\"tags\":[\"botnet\",\"night\"]}"})"));
    CHECK(line.find("  none to botnet night  seen twice\n") != std::string::npos);
  }

  TEST_CASE("numbers of one are not many") {
    const auto text = effect_text(json(R"({"would_have_hidden":{"threats":1,"findings":2,
        "events":1200,"of_confirmed_threats":0,"complete":false}})"));
    CHECK(text == "at least 1 threat, 2 findings, 1,200 events");
  }
}

}  // namespace vedette::cli
