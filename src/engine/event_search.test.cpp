#include "engine/event_search.h"

#include "base/hash.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "decode/line_decoder.h"
#include "model/raw_batch.h"
#include "store/testing.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::engine {
namespace {

using store::EventChunk;
using store::EventLog;
using store::open_log;
using store::TemporaryDirectory;

constexpr Time kNoon{std::chrono::seconds{1772366400}};  // 2026-03-01T12:00:00Z
const Deadline kNever = [] { return false; };
const Deadline kAtOnce = [] { return true; };

struct Written {
  std::string line;
  std::string source;
  std::uint64_t offset = 0;
  Time received;
};

/// A log, and beside it what stands in it, so that both can be searched.
struct Fixture {
  Fixture() : log(open_log(directory.path, 0)) {}

  void append(const std::vector<std::string>& lines, Time received, std::string source = "s") {
    std::string all;
    for (const std::string& line : lines) {
      written.push_back({line, source, offset + all.size(), received});
      all += line + '\n';
    }
    const EventChunk chunk{source, offset, received, all};
    const Time early = received - std::chrono::hours(24 * 365), late = received;
    REQUIRE(log->append(++barrier, received, early, late, {&chunk, 1}));
    offset += all.size();
  }

  TemporaryDirectory directory;
  std::unique_ptr<EventLog> log;
  std::uint64_t barrier = 0, offset = 0;
  std::vector<Written> written;
};

std::string pick(std::uint64_t& chance, std::initializer_list<const char*> words) {
  chance = mix64(chance + 1);
  return words.begin()[chance % words.size()];
}

std::string make_line(std::uint64_t& chance, Time now) {
  const std::string user = pick(chance, {"root", "admin", "web_admin", "bob", "caf\xC3\xA9", "x"});
  const std::string ip = pick(
      chance, {"203.0.113.7", "203.0.113.70", "198.51.100.9", "2001:db8:0:7::42",
               "2001:db8:0:7:aaaa::1", "2001:0DB8:0:8::1", "::ffff:203.0.113.7", "host-9.example"});
  const std::string stamp = format_rfc3339(now);
  switch ((chance = mix64(chance + 1)) % 8) {
    case 0:
      return fmt::format("{} web-01 sshd[{}]: Failed password for {} from {} port 4242 ssh2", stamp,
                         chance % 4000, user, ip);
    case 1:
      return fmt::format("{} web-02 sshd[77]: Accepted publickey for {} from {} port 22 ssh2",
                         stamp, user, ip);
    case 2:
      return fmt::format(R"({{"@timestamp":"{}","event.action":"login","user.name":"\u0072oot",)"
                         R"("source.ip":"{}","message":"one\n{}"}})",
                         stamp, ip, user);
    case 3:
      return fmt::format(
          R"({} - {} [01/Mar/2026:11:00:00 +0000] "GET /{} HTTP/1.1" 404 12 "-" "x/1")", ip, user,
          user);
    case 4:
      return fmt::format(
          "{{\"MESSAGE\":[114,111,111,116],\"user.name\":\"ro\xFFot\",\"x\":\"{}\"}}", ip);
    case 5:
      return "";
    case 6:
      return fmt::format("no time {} {}", user, ip);
    default:
      return std::string("\0\xFE", 2) + user + "=" + ip;
  }
}

/// The same question asked of the JSON of one line, without words, blocks or EventMatch.
bool holds(const EventQuery& query, const Written& written, decode::LineDecoder& decoder,
           std::string& json) {
  std::string memory = written.line + std::string(RawBatch::kPadding, '\0');
  const Event* const event =
      decoder.decode({memory.data(), written.line.size()},
                     {.offset = written.offset, .chunk = 0, .written_by = written.received});
  if (event == nullptr) return false;
  decoder.append_json(json);
  const bool sane =
      event->time != Time{} && event->time - written.received <= std::chrono::hours(24);
  const Time time = sane ? event->time : written.received;
  if (time < query.from || time >= query.to) return false;
  const auto shows = [&](std::string_view name, std::string_view value) {
    std::string wanted;
    JsonWriter(wanted).key(name).string(value);
    return json.find(wanted + ",") != std::string::npos ||
           json.find(wanted + "}") != std::string::npos;
  };
  for (const auto& [name, value] : query.fields) {
    if (!shows(name, value)) return false;
  }
  if (query.entity && query.entity->type != EntityType::SourceIp &&
      !shows(to_string(query.entity->type), query.entity->value)) {
    return false;
  }
  if (query.entity && query.entity->type == EntityType::SourceIp) {
    const IpAddress* const ip = decoder.batch().ip(*event, Field::SourceIp);
    const auto wanted = parse_network(query.entity->value);
    const unsigned bits = wanted->address.is_v4() ? 128 : 64;
    if (ip == nullptr || masked(*ip, bits) != masked(wanted->address, bits)) return false;
  }
  // The text as a word: the lines here have no word byte beside one but those of its words.
  const std::string text = to_lower(query.text), line = to_lower(written.line);
  if (text.empty()) return true;
  const auto is_part = [&](std::size_t at) {
    const auto c = static_cast<unsigned char>(line[at]);
    return std::isalnum(c) != 0 || c == '_' || c >= 0x80;
  };
  for (std::size_t at = line.find(text); at != std::string::npos; at = line.find(text, at + 1)) {
    const std::size_t end = at + text.size();
    if (at > 0 && is_part(at) && is_part(at - 1)) continue;
    if (end < line.size() && is_part(end - 1) && is_part(end)) continue;
    return true;
  }
  return false;
}

std::vector<std::string> scan(const Fixture& fixture, const EventQuery& query) {
  const FieldTable fields;
  decode::LineDecoder decoder(fields);
  std::vector<std::string> found;
  for (const Written& written : fixture.written) {
    std::string json;
    if (holds(query, written, decoder, json)) {
      found.push_back(fmt::format("{} {} {}", written.source, written.offset, json));
    }
  }
  if (query.newest_first) std::reverse(found.begin(), found.end());
  return found;
}

/// All pages; `between` is called after each.
std::vector<std::string> search_all(
    EventLog& log, EventQuery query, const Deadline& deadline,
    const std::function<void()>& between = [] {}) {
  std::vector<std::string> found;
  for (;;) {
    const auto page = search(log, query, deadline);
    REQUIRE(page);
    CHECK(page->events.size() <= query.limit);
    CHECK(page->damaged == 0);
    for (const FoundEvent& event : page->events) {
      found.push_back(fmt::format("{} {} {}", event.source, event.offset, event.json));
    }
    if (page->next.empty()) return found;
    query.cursor = page->next;
    between();
  }
}

EventQuery random_query(std::uint64_t& chance) {
  EventQuery query;
  const auto one_in = [&](std::uint64_t n) { return (chance = mix64(chance + 1)) % n == 0; };
  if (one_in(3)) {
    query.entity = {EntityType::SourceIp, pick(chance, {"203.0.113.7", "2001:db8:0:7::/64",
                                                        "2001:db8:0:8::5", "192.0.2.1"})};
  } else if (one_in(3)) {
    query.entity = {EntityType::User,
                    pick(chance, {"root", "admin", "ro\xEF\xBF\xBDot", "caf\xC3\xA9"})};
  } else if (one_in(4)) {
    query.entity = {EntityType::Host, pick(chance, {"web-01", "web-02", "web"})};
  }
  if (one_in(4))
    query.fields.emplace_back("event.action", pick(chance, {"failed-password", "login"}));
  if (one_in(4)) query.fields.emplace_back("event.dataset", pick(chance, {"auth", "web", "json"}));
  if (one_in(6))
    query.fields.emplace_back("source.ip", pick(chance, {"203.0.113.7", "2001:db8:0:7::42"}));
  if (one_in(6)) query.fields.emplace_back("url.path", pick(chance, {"/root", "/admin"}));
  if (one_in(3)) {
    query.text =
        pick(chance, {"failed password", "ADMIN", "for bob from", "203.0.113.7", "2001:db8",
                      "caf\xC3\xA9", "-", "\"GET /", "example", "nowhere", "root"});
  }
  if (one_in(3)) query.from = kNoon + std::chrono::minutes(chance % 3000);
  if (one_in(3)) query.to = kNoon + std::chrono::minutes(chance % 5000);
  query.limit = 1 + chance % 50;
  query.newest_first = one_in(2);
  return query;
}

void fill(Fixture& fixture, std::uint64_t& chance, int barriers) {
  for (int i = 0; i < barriers; ++i) {
    const Time now = kNoon + std::chrono::minutes(20 * static_cast<std::int64_t>(fixture.barrier));
    std::vector<std::string> lines;
    for (std::uint64_t count = (chance = mix64(chance)) % 30; lines.size() < count;) {
      lines.push_back(make_line(chance, now));
    }
    fixture.append(lines, now, pick(chance, {"/var/log/auth.log", "journal"}));
  }
}

TEST_SUITE("engine/event_search") {
  TEST_CASE("a search finds what a scan of all lines finds, before and after merging") {
    Fixture fixture;
    std::uint64_t chance = 7;
    fill(fixture, chance, 150);
    for (int round = 0; round < 2; ++round) {
      std::size_t found = 0;
      for (int i = 0; i < 150; ++i) {
        const EventQuery query = random_query(chance);
        const auto expected = scan(fixture, query);
        found += expected.size();
        CHECK(search_all(*fixture.log, query, i % 2 == 0 ? kNever : kAtOnce) == expected);
      }
      CHECK(found > 1000);
      while (*fixture.log->compact_some()) continue;
    }
  }

  TEST_CASE("pages give each event once while the log grows and is merged") {
    for (const bool newest_first : {true, false}) {
      Fixture fixture;
      std::uint64_t chance = 3;
      fill(fixture, chance, 100);
      EventQuery query;
      query.text = "admin";
      query.limit = 7;
      query.newest_first = newest_first;
      const auto at_first = scan(fixture, query);
      int rounds = 0;
      const auto found = search_all(*fixture.log, query, kNever, [&] {
        if (++rounds < 30) fill(fixture, chance, 3);
        REQUIRE(fixture.log->compact_some());
      });
      REQUIRE(rounds > 10);
      CHECK(found == (newest_first ? at_first : scan(fixture, query)));
    }
  }

  TEST_CASE("the deadline ends a page, which says where to go on") {
    Fixture fixture;
    std::uint64_t chance = 5;
    fill(fixture, chance, 50);
    const auto page = search(*fixture.log, {.text = "admin"}, kAtOnce);
    REQUIRE(page);
    CHECK_FALSE(page->complete);
    CHECK_FALSE(page->next.empty());
    CHECK(page->blocks_read + page->blocks_skipped <= 1);
    const auto whole = search(*fixture.log, {.text = "nowhere"}, kNever);
    REQUIRE(whole);
    CHECK(whole->complete);
    CHECK(whole->next.empty());
    CHECK(whole->blocks_skipped > 40);
    CHECK(whole->lines_read < 100);
  }

  TEST_CASE("an event without a sane time has the time it was received at") {
    Fixture fixture;
    fixture.append({"2099-01-01T00:00:00Z web-01 sshd[1]: hello future", "no time at all",
                    "2026-03-01T11:59:59Z web-01 sshd[1]: hello past"},
                   kNoon);
    const auto page = search(
        *fixture.log,
        {.from = kNoon - std::chrono::minutes(1), .to = kNoon + std::chrono::minutes(1)}, kNever);
    REQUIRE(page);
    REQUIRE(page->events.size() == 3);
    CHECK(page->events[0].time == kNoon - std::chrono::seconds(1));
    CHECK(page->events[1].time == kNoon);
    CHECK(page->events[2].time == kNoon);
    CHECK(page->events[2].json.find("2099") != std::string::npos);
  }

  TEST_CASE("a page of long lines ends before it is large") {
    Fixture fixture;
    for (int i = 0; i < 100; ++i) fixture.append({std::string(kLineBytesMax - 1, '\x01')}, kNoon);
    const auto page = search(*fixture.log, {.limit = 1000}, kNever);
    REQUIRE(page);
    CHECK(page->complete);
    CHECK_FALSE(page->next.empty());
    CHECK(page->events.size() < 20);
    CHECK(search_all(*fixture.log, {.limit = 1000}, kNever).size() == 100);
  }

  TEST_CASE("a query that cannot be understood is refused") {
    Fixture fixture;
    const std::pair<EventQuery, std::string_view> cases[] = {
        {{.entity = EventQuery::Entity{EntityType::SourceIp, "example"}}, "neither an address"},
        {{.entity = EventQuery::Entity{EntityType::SourceIp, "203.0.113.0/24"}},
         "neither an address"},
        {{.entity = EventQuery::Entity{EntityType::User, ""}}, "0 bytes"},
        {{.fields = {{"no.such", "x"}}}, "no field 'no.such'"},
        {{.fields = {17, {"user.name", "x"}}}, "17 fields"},
        {{.fields = {{"user.name", std::string(5000, 'x')}}}, "5000 bytes"},
        {{.text = "two\nlines"}, "one line"},
        {{.cursor = "n1:2"}, "no place"},
        {{.cursor = "o1:2:3"}, "no place"},
        {{.cursor = "n1:2:3x"}, "no place"},
    };
    for (const auto& [query, says] : cases) {
      const auto page = search(*fixture.log, query, kNever);
      REQUIRE_FALSE(page);
      CHECK(page.error().code == Errc::EventSearch);
      CHECK(page.error().detail.find(says) != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace vedette::engine
