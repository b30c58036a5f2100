#include "prompt/entry_seal.h"

#include <doctest/doctest.h>

#include <functional>

namespace vedette::prompt {
namespace {

const std::string kKey(32, 'k');

Receipt receipt_of(std::string_view text) {
  return {.text = sha256(text), .policy = 1, .model = 2};
}

TEST_SUITE("prompt/entry_seal") {
  TEST_CASE("what was sealed is opened under its name by who has the key") {
    const EntrySeal seal(kKey, 7);
    const std::string name = seal.name(receipt_of("a"));
    CHECK(name.size() == 64);
    const std::string sealed = seal.seal(name, "entry");
    CHECK(sealed.size() == 5 + EntrySeal::kBytes);
    CHECK(seal.open(name, sealed) == "entry");
    CHECK(seal.open(name, seal.seal(name, "")) == "");
    CHECK_FALSE(seal.open(seal.name(receipt_of("b")), sealed));
    CHECK_FALSE(EntrySeal(std::string(32, 'l'), 7).open(name, sealed));
    CHECK_FALSE(seal.open(name, ""));
    CHECK_FALSE(seal.open(name, "entry"));
    for (std::size_t at = 0; at < sealed.size(); ++at) {
      std::string bad = sealed;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      CHECK_FALSE(seal.open(name, bad));
    }
  }

  TEST_CASE("a name is one of text, direction, policy, model, program and key") {
    const EntrySeal seal(kKey, 7);
    const Receipt receipt = receipt_of("a");
    const std::string name = seal.name(receipt);
    CHECK(seal.name(receipt) == name);
    const std::function<void(Receipt&)> changes[] = {
        [](Receipt& r) { r.text[0] ^= 1; }, [](Receipt& r) { ++r.policy; },
        [](Receipt& r) { ++r.model; }, [](Receipt& r) { r.direction = Direction::Tool; }};
    for (const auto& change : changes) {
      Receipt other = receipt;
      change(other);
      CHECK(seal.name(other) != name);
    }
    CHECK(EntrySeal(kKey, 8).name(receipt) != name);
    CHECK(EntrySeal(std::string(32, 'l'), 7).name(receipt) != name);
  }

  TEST_CASE("a program has one hash") {
    CHECK(program_hash() != 0);
    CHECK(program_hash() == program_hash());
  }
}

}  // namespace
}  // namespace vedette::prompt
