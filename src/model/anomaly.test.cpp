#include "model/anomaly.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace vedette;

namespace {

Anomaly some_anomaly() {
  Anomaly anomaly;
  anomaly.kind = "source";
  anomaly.score = 0.83;
  anomaly.model = 0x0123456789ABCDEF;
  anomaly.features_version = 3;
  anomaly.reasons = {{.feature = "users_5m",
                      .value = 40,
                      .usual = 1,
                      .peers = 2,
                      .share = 0.7,
                      .sentence = "40 users tried in 5 minutes, usually 1"},
                     {.feature = "odd_hour",
                      .value = 8,
                      .usual = 3,
                      .peers = 1.5,
                      .share = 0.3,
                      .sentence = "at an hour \"8 times\" rarer"}};
  anomaly.vector = {0, -1, 32767, -32768, 512};
  return anomaly;
}

std::string bytes_of(const Anomaly& anomaly) {
  std::string bytes;
  Writer out(bytes);
  anomaly.encode(out);
  return bytes;
}

bool read(std::string_view bytes, Anomaly& anomaly) {
  Reader in(bytes);
  return anomaly.decode(in) && in.done();
}

std::string json_of(const Anomaly& anomaly) {
  std::string text;
  {
    JsonAppender json(text);
    append_json(json, anomaly);
  }
  return text;
}

}  // namespace

TEST_SUITE("model/anomaly") {
  TEST_CASE("an anomaly comes back from bytes as it was") {
    Anomaly again;
    REQUIRE(read(bytes_of(some_anomaly()), again));
    CHECK(again == some_anomaly());
    REQUIRE(read(bytes_of({}), again));
    CHECK(again == Anomaly{});
  }

  TEST_CASE("bytes that end too early, go on, or say too much are refused") {
    const std::string whole = bytes_of(some_anomaly());
    Anomaly anomaly;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CHECK_FALSE(read(std::string_view(whole).substr(0, size), anomaly));
    }
    CHECK_FALSE(read(whole + 'x', anomaly));
    for (const double score : {-0.1, 1.1, std::nan(""), std::numeric_limits<double>::infinity()}) {
      Anomaly wrong = some_anomaly();
      wrong.score = score;
      CHECK_FALSE(read(bytes_of(wrong), anomaly));
    }
    Anomaly many = some_anomaly();
    many.reasons.resize(17);
    CHECK_FALSE(read(bytes_of(many), anomaly));
    Anomaly wide = some_anomaly();
    wide.vector.resize(5000);
    CHECK_FALSE(read(bytes_of(wide), anomaly));
  }

  TEST_CASE("as JSON it has its reasons, escaped, and no vector; what is unknown is null") {
    Anomaly anomaly = some_anomaly();
    anomaly.reasons[1].usual = std::nan("");
    CHECK(json_of(anomaly) ==
          R"({"kind":"source","score":0.83,"model":"0123456789abcdef","features_version":3,)"
          R"("reasons":[{"feature":"users_5m","value":40,"usual":1,"peers":2,"share":0.7,)"
          R"("sentence":"40 users tried in 5 minutes, usually 1"},)"
          R"({"feature":"odd_hour","value":8,"usual":null,"peers":1.5,"share":0.3,)"
          R"("sentence":"at an hour \"8 times\" rarer"}]})");
  }
}
