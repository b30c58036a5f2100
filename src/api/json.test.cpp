#include "api/json.h"

#include <doctest/doctest.h>

namespace vedette::api {

TEST_SUITE("api/json") {
  TEST_CASE("every kind of value is read") {
    const auto json = Json::parse(R"({"a":null,"b":true,"c":-5,"d":1.5,"e":"\u00e4\n","f":[1,[2]],)"
                                  R"("g":{"h":18446744073709551615}})");
    REQUIRE(json);
    CHECK(json->find("a")->is(Json::Kind::Null));
    CHECK(json->find("b")->boolean);
    CHECK(json->find("c")->integer == -5);
    CHECK(json->find("d")->real == 1.5);
    CHECK(json->find("e")->string == "\u00e4\n");
    CHECK(json->find("f")->items[1].items[0].integer == 2);
    CHECK(json->find("g")->find("h")->is(Json::Kind::Real));
    CHECK(json->find("x") == nullptr);
  }

  TEST_CASE("what is not JSON, or too much of it, is refused with a reason") {
    const std::string deep = std::string(80, '[') + std::string(80, ']');
    std::string many = "[0";
    for (std::size_t i = 0; i < Json::kValuesMax; ++i) many += ",0";
    many += "]";
    for (const std::string& text :
         {std::string(), std::string("{"), std::string("{} {}"), std::string("nul"),
          std::string("\"\xFF\""), std::string("1e999"), std::string("{\"a\":1,\"a\":2}"), deep,
          many, std::string("\"\x01\"")}) {
      CAPTURE(text.substr(0, 20));
      const auto json = Json::parse(text);
      REQUIRE_FALSE(json);
      CHECK(json.error().code == Errc::RequestInvalid);
    }
  }
}

}  // namespace vedette::api
