#include "prompt/verdict_codec.h"

#include "base/codec.h"
#include "prompt/reasons.h"
#include "prompt/testing.h"

#include <doctest/doctest.h>

#include <bit>

namespace vedette::prompt {
namespace {

/// One hit, on the bytes 2 to 5.
Verdict small_verdict() {
  Verdict verdict;
  verdict.decision = Decision::Flag;
  verdict.score = 0.5F;
  verdict.scores[6] = 0.5F;
  verdict.ran.set(6);
  verdict.alarmed.set(6);
  verdict.hits.push_back(
      {ScannerId::Terms, {2, 5}, 0.5F, kTermReason.kind, kTermReason.why, "base64 > folded"});
  return verdict;
}

TEST_SUITE("prompt/verdict_codec") {
  TEST_CASE("what is read is what was written, of whatever a scan says") {
    const Firewall firewall(builtin_model(), test_policies());
    Scan scan(firewall.model());
    Random random(7);
    Verdict verdict;
    std::size_t hits = 0, masked = 0;
    for (int i = 0; i < 2000; ++i) {
      const std::string text = test_text(random);
      const auto direction = static_cast<Direction>(i % static_cast<int>(kDirections));
      const ActivePolicy& policy = firewall.policies()[random.below(2)];
      scan.run(text, direction, policy, verdict);
      CAPTURE(text);
      const auto entry = encode_verdict(verdict);
      REQUIRE(entry);
      CHECK(entry->size() <= kEntryBytesMax);
      const auto read = decode_verdict(*entry, text.size());
      REQUIRE(read);
      CHECK(sanitized(text, direction, policy.policy, *read) == verdict.sanitized);
      hits += verdict.hits.size();
      masked += verdict.sanitized.has_value();
      verdict.sanitized.reset();
      CHECK(*read == verdict);
    }
    CHECK(hits > 5000);
    CHECK(masked > 200);
  }

  TEST_CASE("the largest verdict fits into the largest entry") {
    Verdict verdict = small_verdict();
    verdict.hits.resize(kHitsMax, verdict.hits.front());
    for (std::size_t i = 0; i < kHitsMax; ++i) {
      const auto begin = static_cast<std::uint32_t>(i * 4096);
      verdict.hits[i].span = {begin, static_cast<std::uint32_t>(kTextBytesMax)};
      verdict.hits[i].how = "variations > base64 > backwards";
    }
    const auto entry = encode_verdict(verdict);
    REQUIRE(entry);
    CHECK(entry->size() <= kEntryBytesMax);
    CHECK(decode_verdict(*entry, kTextBytesMax) == verdict);
    verdict.hits.push_back(verdict.hits.back());
    CHECK_FALSE(encode_verdict(verdict));
  }

  TEST_CASE("what a deadline cut short, or says what nobody says, is not written") {
    Verdict skipped = small_verdict();
    skipped.skipped.set(1);
    CHECK_FALSE(encode_verdict(skipped));
    Verdict odd = small_verdict();
    odd.hits[0].why = "has a reason of its own";
    CHECK_FALSE(encode_verdict(odd));
  }

  TEST_CASE("an entry is of a text of its size: spans beyond it are not believed") {
    const std::string entry = *encode_verdict(small_verdict());
    CHECK(decode_verdict(entry, 5) == small_verdict());
    for (std::size_t size = 0; size < 5; ++size) CHECK_FALSE(decode_verdict(entry, size));
  }

  TEST_CASE("values that no scan gives are not believed") {
    const auto refused = [](auto change) {
      Verdict verdict = small_verdict();
      change(verdict);
      return !encode_verdict(verdict);
    };
    CHECK(refused([](Verdict& v) { v.score = 1.5F; }));
    CHECK(refused([](Verdict& v) { v.score = std::bit_cast<float>(0x7FC00000u); }));
    CHECK(refused([](Verdict& v) { v.scores[2] = -1; }));
    CHECK(refused([](Verdict& v) { v.hits[0].score = 2; }));
    CHECK(refused([](Verdict& v) { v.hits[0].span = {3, 3}; }));
    CHECK(refused([](Verdict& v) { v.hits[0].how = "\"quoted\""; }));
    CHECK(refused([](Verdict& v) { v.hits[0].how = std::string(1000, 'a'); }));
    CHECK(refused([](Verdict& v) { v.hits[0].scanner = ScannerId::Links; }));
    CHECK(refused([](Verdict& v) { v.alarmed.set(0); }));
    CHECK(refused([](Verdict& v) { v.blocking.set(7); }));
  }

  TEST_CASE("of damaged bytes nothing is believed but what would be written again") {
    const std::string entry = *encode_verdict(small_verdict());
    for (std::size_t size = 0; size < entry.size(); ++size) {
      CHECK_FALSE(decode_verdict(entry.substr(0, size), 1000));
    }
    CHECK_FALSE(decode_verdict(entry + '\0', 1000));
    std::size_t refused = 0;
    for (std::size_t at = 0; at < entry.size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        std::string bad = entry;
        bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ 1u << bit);
        const auto read = decode_verdict(bad, 1000);
        if (read) CHECK(encode_verdict(*read) == bad);
        refused += !read;
      }
    }
    CHECK(refused > entry.size() * 4);
    std::string other = entry;
    other[0] = 2;  // another version
    CHECK_FALSE(decode_verdict(other, 1000));
  }
}

}  // namespace
}  // namespace vedette::prompt
