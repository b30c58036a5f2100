// Rules in the manner and number of the built-in ones, events as busy servers write them.
#include "sigma/matcher.h"

#include "sigma/testing.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace vedette::sigma {
namespace {

std::string web_rule(int number, std::string_view field, std::string_view stem, int literals) {
  std::string text = fmt::format(
      "title: Web {}\nlogsource: {{category: webserver}}\ndetection:\n  s:\n    {}|contains:\n",
      number, field);
  for (int i = 0; i < literals; ++i) {
    text +=
        fmt::format("      - '{}{:x}{}'\n", stem, i * 2654435761u >> 20, i % 3 == 0 ? "=" : "/");
  }
  return text + "  condition: s\n---\n";
}

std::string rules() {
  std::string text;
  constexpr std::array<std::string_view, 12> kActions{
      "failed-password", "invalid-user",       "accepted-password",  "accepted-publickey",
      "sudo-command",    "preauth-disconnect", "negotiation-failed", "session-opened",
      "user-created",    "group-member-added", "su-failed",          "failed-none"};
  for (int i = 0; i < 24; ++i) {
    text += fmt::format(
        "title: Ssh {0}\nlogsource: {{product: linux, service: sshd}}\ndetection:\n  s:\n    "
        "event.action: "
        "[{1}, {2}]\n  t:\n    user.name: [root, admin]\n  condition: s{3}\n---\n",
        i, kActions[static_cast<std::size_t>(i) % 12],
        kActions[static_cast<std::size_t>(i + 3) % 12], i % 2 == 0 ? "" : " and t");
  }
  constexpr std::array<std::string_view, 10> kStems{
      "union select ", "../../etc/", "wp-admin/x", "<script>",    "cmd.exe?/c+",
      ".env.",         "phpunit/",   "jndi:",      "shell_exec(", "owa/auth/"};
  for (int i = 0; i < 10; ++i) {
    text += web_rule(i, "url.original", kStems[static_cast<std::size_t>(i)], 18);
    text += web_rule(10 + i, "url.query", kStems[static_cast<std::size_t>(i)], 6);
    text += web_rule(20 + i, "user_agent.original", "scanner" + std::to_string(i), 6);
  }
  text +=
      "title: Missing\nlogsource: {category: webserver}\ndetection:\n  s: "
      "{http.response.status_code: 404}\n"
      "  condition: s\n---\n"
      "title: Request\nlogsource: {category: webserver}\ndetection:\n  s: {event.action: "
      "http-request}\n  "
      "condition: s\n---\n";
  return text;
}

void match_all(benchmark::State& state, Events& events, Loaded& loaded) {
  Matcher matcher(loaded.rules);
  std::vector<Match> matches;
  for (auto _ : state) {
    matches.clear();
    matcher.match(events.batch, matches);
    benchmark::DoNotOptimize(matches.data());
  }
  const auto count = static_cast<std::int64_t>(events.batch.events().size());
  state.SetItemsProcessed(state.iterations() * count);
  state.counters["matches"] = static_cast<double>(matches.size()) / static_cast<double>(count);
}

void bench_sshd(benchmark::State& state) {
  Loaded loaded(rules());
  Events events(loaded.fields);
  for (int i = 0; i < 256; ++i) {
    const auto action = i % 4 == 0 ? Action::InvalidUser : Action::FailedPassword;
    events.add(Dataset::Auth, action,
               {{"host.name", "server1"},
                {"process.name", "sshd"},
                {"process.pid", 1000 + i},
                {"user.name", i % 3 == 0 ? "root" : "oracle"},
                {"source.ip", IpAddress::from_v4(0xC6336400u + static_cast<std::uint32_t>(i))},
                {"source.port", 40'000 + i},
                {"message", "Failed password for root from 198.51.100.7 port 40000 ssh2"}},
               "Nov 20 10:00:00 server1 sshd[1000]: Failed password for root from 198.51.100.7 "
               "port 40000");
  }
  match_all(state, events, loaded);
}
BENCHMARK(bench_sshd);

void bench_web(benchmark::State& state) {
  Loaded loaded(rules());
  Events events(loaded.fields);
  for (int i = 0; i < 256; ++i) {
    events.add(
        Dataset::WebAccess, Action::HttpRequest,
        {{"source.ip", IpAddress::from_v4(0xC6336400u + static_cast<std::uint32_t>(i))},
         {"http.request.method", "GET"},
         {"url.original",
          fmt::format("/articles/2026/11/a-day-at-the-sea-{}?page={}&utm_source=feed", i, i)},
         {"url.path", fmt::format("/articles/2026/11/a-day-at-the-sea-{}", i)},
         {"url.query", fmt::format("page={}&utm_source=feed", i)},
         {"http.version", "1.1"},
         {"http.response.status_code", i % 9 == 0 ? 404 : 200},
         {"http.response.body.bytes", 5120 + i},
         {"http.request.referrer", "https://www.example.com/articles"},
         {"user_agent.original",
          "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}},
        "raw");
  }
  match_all(state, events, loaded);
}
BENCHMARK(bench_web);

void bench_load(benchmark::State& state) {
  const std::string text = rules();
  for (auto _ : state) {
    Loaded loaded(text);
    benchmark::DoNotOptimize(loaded.rules.get());
  }
}
BENCHMARK(bench_load)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vedette::sigma
