#include "simulate/generator.h"

#include "simulate/testing.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

Options busy_day() {
  Options options = options_for("mixed");
  options.attackers = 48;
  return options;
}

TEST_SUITE("simulate/generator") {
  TEST_CASE("the same seed gives the same lines, another seed others") {
    Options options = busy_day();
    options.duration = 4h;
    const auto once = all_lines(options), again = all_lines(options);
    REQUIRE(once.size() > 1'000);
    REQUIRE(once.size() == again.size());
    for (std::size_t i = 0; i < once.size(); ++i) REQUIRE(once[i].text == again[i].text);
    options.seed = 2;
    CHECK(all_lines(options).front().text != once.front().text);
  }

  TEST_CASE("time never goes back and stays within the span") {
    const Options options = busy_day();
    Time before = options.start;
    for (const Line& line : all_lines(options)) {
      REQUIRE(line.time >= before);
      before = line.time;
    }
    CHECK(before < options.start + 24h);
    CHECK(before > options.start + 23h);
  }

  TEST_CASE("more lines of a simulation begin with the fewer") {
    Options options = busy_day();
    options.duration = Duration{};
    options.lines_max = 500;
    const auto few = all_lines(options);
    options.lines_max = 800;
    const auto more = all_lines(options);
    REQUIRE(few.size() == 500);
    REQUIRE(more.size() == 800);
    for (std::size_t i = 0; i < few.size(); ++i) REQUIRE(few[i].text == more[i].text);
  }

  TEST_CASE("the truth is what a recount of the lines finds") {
    // Counts what the texts say, knowing nothing of what the actors meant.
    Generator generator(busy_day());
    std::map<std::string, std::uint64_t> failed, invalid, requests, packets;
    std::map<std::string, Subject> sources;
    while (const Line* line = generator.next()) {
      const std::string& text = line->text;
      const auto word_behind = [&](std::string_view before) {
        const auto at = text.rfind(before) + before.size();
        const auto ip = parse_ip(text.substr(at, text.find(' ', at) - at));
        REQUIRE(ip);
        const std::string source = format_ip(ip->is_v4() ? *ip : masked(*ip, 64));
        sources[source] = line->fact.source;
        return source;
      };
      if (line->stream == Stream::Auth && contains(text, "Failed password for ")) {
        const std::uint32_t repeats = number_behind(text, "message repeated ");
        failed[word_behind(" from ")] += repeats == 0 ? 1 : repeats;
      } else if (line->stream == Stream::Auth && contains(text, "Invalid user ")) {
        ++invalid[word_behind(" from ")];
      } else if (line->stream == Stream::Access && contains(text, " HTTP/1.1\" ")) {
        const auto ip = parse_ip(text.substr(0, text.find(' ')));
        const std::string source = format_ip(ip->is_v4() ? *ip : masked(*ip, 64));
        sources[source] = line->fact.source;
        ++requests[source];
      } else if (line->stream == Stream::Kern && contains(text, "UFW BLOCK")) {
        ++packets[word_behind(" SRC=")];
      }
    }
    REQUIRE(failed.size() > 30);
    REQUIRE(requests.size() > 30);
    for (const auto& known : sources) {
      const auto& [source, subject] = known;
      CAPTURE(known.first);
      REQUIRE(generator.truth().count(subject, Action::FailedPassword) == failed[source]);
      REQUIRE(generator.truth().count(subject, Action::InvalidUser) == invalid[source]);
      REQUIRE(generator.truth().count(subject, Action::HttpRequest) == requests[source]);
      REQUIRE(generator.truth().count(subject, Action::PacketDenied) == packets[source]);
    }
  }

  TEST_CASE("a day with enough attackers has every kind of attack but the quiet ones") {
    std::set<Attack> seen;
    for (const Line& line : all_lines(busy_day())) seen.insert(line.fact.attack);
    seen.erase(Attack::None);
    CHECK(seen.size() == kLoudAttacks);
  }

  TEST_CASE("a scene plants each attack as often as asked, after a clean first quarter") {
    Options options = scene_for("auth,web,cowrie");
    options.attacks = ~kLoud;
    options.attackers = 2 * static_cast<std::uint32_t>(options.attacks.count());
    std::map<std::uint32_t, Attack> campaigns;
    std::map<Attack, std::size_t> often;
    Time before = options.start;
    Generator generator(options);
    while (const Line* line = generator.next()) {
      REQUIRE(line->time >= before);
      before = line->time;
      if (line->campaign == 0) continue;
      REQUIRE(line->time >= options.start + options.duration / 30 * 7);
      if (campaigns.emplace(line->campaign, line->fact.attack).second) ++often[line->fact.attack];
      REQUIRE(campaigns[line->campaign] == line->fact.attack);
    }
    CHECK(often.size() == kAttacks - kLoudAttacks);
    for (const auto& [attack, count] : often) CHECK(count == 2);
  }

  TEST_CASE("planted attacks leave what the honest do as it was") {
    // In access.log to the byte; elsewhere but for the numbers that a machine gives out in turn.
    const auto attacks = [](const Line& line) { return line.fact.attack != Attack::None; };
    auto without = all_lines(scene_for("web"));
    std::erase_if(without, attacks);
    Options options = scene_for("web", "web-crawler-forged,web-session-hijack", 2);
    auto with = all_lines(options);
    std::erase_if(with, attacks);
    REQUIRE(with.size() == without.size());
    for (std::size_t i = 0; i < with.size(); ++i) REQUIRE(with[i].text == without[i].text);
  }

  TEST_CASE("nobody at all writes nothing, and honest people alone make no attack") {
    Options options = busy_day();
    options.users = options.attackers = 0;
    CHECK(all_lines(options).empty());
    options.users = 3;
    for (const Line& line : all_lines(options)) REQUIRE(line.fact.attack == Attack::None);
  }

  TEST_CASE("the samples in the repository are what their command writes") {
    // The command stands in samples/README.md.
    Options options;
    REQUIRE(add_format("mixed", options));
    options.seed = 143;
    options.start = *parse_rfc3339("2026-01-05T07:00:00Z");
    options.duration = 6h;
    options.users = 2;
    options.attackers = 24;
    std::ostringstream files[kStreams];
    Generator generator(options);
    while (const Line* line = generator.next()) files[index(line->stream)] << line->text << '\n';
    for (std::size_t i = 0; i < kStreams; ++i) {
      const std::string path = "samples/" + std::string(file_name(static_cast<Stream>(i)));
      CAPTURE(path);
      std::ifstream file(path, std::ios::binary);
      REQUIRE_MESSAGE(file, "run the tests from the root of the repository");
      std::ostringstream content;
      content << file.rdbuf();
      CHECK(content.str() == files[i].str());
    }
  }
}

}  // namespace
}  // namespace vedette::simulate
