#include "prompt/offset_map.h"

#include <doctest/doctest.h>

namespace vedette::prompt {

TEST_SUITE_BEGIN("prompt/offset_map");

TEST_CASE("bytes lead back to what they were made of, and gaps belong to nobody") {
  MappedText made;
  made.copy("ab%41%42  cd", 0, 2);
  made.put("A", 2, 3);
  made.put("B", 5, 3);
  made.copy("ab%41%42  cd", 10, 12);
  CHECK(made.text == "abABcd");
  CHECK(made.map.size() == 3);
  CHECK(made.map.origin(0, 6) == Span{0, 12});
  CHECK(made.map.origin(2, 3) == Span{2, 5});
  CHECK(made.map.origin(3, 4) == Span{5, 8});
  CHECK(made.map.origin(1, 3) == Span{1, 5});
  CHECK(made.map.origin(4, 6) == Span{10, 12});
}

TEST_CASE("characters that become alike share a run") {
  OffsetMap map;
  map.add(0, 5, 3, 4, 1000);
  map.add(3000, 4005, 3, 4, 10);
  CHECK(map.size() == 1);
  CHECK(map.origin(0, 1) == Span{5, 9});
  CHECK(map.origin(2, 4) == Span{5, 13});
  CHECK(map.origin(3029, 3030) == Span{4041, 4045});
}

TEST_CASE("what is written again after going back replaces what stood there") {
  OffsetMap map;
  map.add(0, 0, 1, 1, 4);
  const std::size_t runs = map.size();
  map.add(4, 4, 2, 3);
  map.rewind(runs);
  map.add(4, 4, 1, 3);
  CHECK(map.origin(3, 5) == Span{3, 7});
  CHECK(map.origin(3, 4) == Span{3, 4});
}

TEST_SUITE_END();

}  // namespace vedette::prompt
