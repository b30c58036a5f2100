#include "simulate/application.h"

#include "simulate/testing.h"

namespace vedette::simulate {
namespace {

TEST_SUITE("simulate/application") {
  TEST_CASE("events come dotted and nested") {
    Options options = options_for("json");
    options.users = 8;
    const auto lines = all_lines(options);
    CHECK(count_with(lines, R"("event.action":"accepted-password")") > 0);
    CHECK(count_with(lines, R"("event":{"action":"accepted-password","outcome":"success")") > 0);
    CHECK(count_with(lines, R"("@timestamp":"2026-01-05T)") == lines.size());
  }

  TEST_CASE("stuffing is many names from one source, nearly all refused") {
    Options options = options_for("json", "app-credential-stuffing");
    options.attackers = 1;
    std::size_t refused = 0, accepted = 0;
    Subject source = Subject::None;
    for (const Line& line : all_lines(options)) {
      if (source == Subject::None) source = line.fact.source;
      REQUIRE(line.fact.source == source);
      (line.fact.action == Action::FailedPassword ? refused : accepted) += 1;
    }
    CHECK(refused > 30);
    CHECK(accepted < refused / 10);
  }
}

}  // namespace
}  // namespace vedette::simulate
