#include "model/field.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

TEST_SUITE("model/field") {
  TEST_CASE("the built-in fields are there from the start, under their numbers") {
    const FieldTable fields;
    CHECK(fields.size() == kBuiltinFields);
    CHECK(fields.find("source.ip") == Field::SourceIp);
    CHECK(fields.name(Field::SourceIp) == "source.ip");
    CHECK(fields.type(Field::SourceIp) == ValueType::Ip);
    CHECK(fields.type(Field::HttpStatus) == ValueType::Integer);
    for (std::size_t i = 0; i < kBuiltinFields; ++i) {
      const auto field = static_cast<Field>(i);
      CHECK(fields.find(fields.name(field)) == field);
    }
  }

  TEST_CASE("names that rules bring get the next numbers and keep them") {
    FieldTable fields;
    const auto first = fields.intern("CommandLine");
    REQUIRE(first.has_value());
    CHECK(index(*first) == kBuiltinFields);
    CHECK(index(*fields.intern("ParentImage")) == kBuiltinFields + 1);
    CHECK(fields.intern("CommandLine") == first);
    CHECK(fields.intern("source.ip") == Field::SourceIp);
    CHECK(fields.name(*first) == "CommandLine");
    CHECK(fields.type(*first) == ValueType::String);
    CHECK_FALSE(fields.find("commandline").has_value());
  }

  TEST_CASE("when all numbers are taken there is none, and the known ones are still found") {
    FieldTable fields;
    std::size_t added = 0;
    while (fields.intern("field " + std::to_string(added))) ++added;
    CHECK(added == kFieldsMax - kBuiltinFields);
    CHECK(fields.size() == kFieldsMax);
    CHECK(fields.find("field 0").has_value());
    CHECK(fields.intern("field 0").has_value());
  }
}

}  // namespace
}  // namespace vedette
