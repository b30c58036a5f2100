#include "prompt/randomness.h"

#include <doctest/doctest.h>

namespace vedette::prompt {

TEST_SUITE_BEGIN("prompt/randomness");

TEST_CASE("entropy is that of Shannon") {
  CHECK(entropy_bits("") == doctest::Approx(0));
  CHECK(entropy_bits("aaaaaaaa") == doctest::Approx(0));
  CHECK(entropy_bits("abababab") == doctest::Approx(1));
  CHECK(entropy_bits("0123456789abcdef") == doctest::Approx(4));
}

TEST_CASE("sequences, repetitions and examples do not look random") {
  CHECK(looks_random("q7Zk2Vw9XbT4mNc8", 3));
  CHECK(!looks_random("abcdefghijklmnopqrstuvwxyz", 3));
  CHECK(!looks_random("0123456789ABCDEFGHIJKLMNOPQ", 3));
  CHECK(!looks_random("q7Zk2Vw9EXAMPLEKEY41", 3));
  CHECK(!looks_random("XXXXXXXXXXXXXXXXXXXX", 1));
}

TEST_CASE("what people write where a secret goes is a placeholder") {
  for (const char* text : {"", "<your key>", "${API_KEY}", "$TOKEN", "{{ token }}", "changeme",
                           "xxxxxxxx", "YOUR_API_KEY", "my_password", "NULL", "abc...",
                           "[REDACTED]", "a${B}c", "%s", "********"}) {
    CHECK_MESSAGE(is_placeholder(text), text);
  }
  for (const char* text : {"hunter2x", "q7Zk2Vw9XbT4mNc8", "s3cr3t!"}) {
    CHECK_MESSAGE(!is_placeholder(text), text);
  }
}

TEST_SUITE_END();

}  // namespace vedette::prompt
