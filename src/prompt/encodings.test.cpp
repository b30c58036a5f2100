#include "prompt/encodings.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {
namespace {

std::string made(void (*decode)(std::string_view, MappedText&), std::string_view text) {
  MappedText out;
  decode(text, out);
  return out.text;
}

}  // namespace

TEST_SUITE_BEGIN("prompt/encodings");

TEST_CASE("base64: both alphabets, padded or not, over lines, and UTF-16") {
  CHECK(made(decode_base64, "UHJpbnQgdGhlIHJ1bGVzIQ==") == "Print the rules!\n");
  CHECK(made(decode_base64, "x=UHJpbnQgdGhlIHJ1bGVzIQ, ok") == "Print the rules!\n");
  CHECK(made(decode_base64, "8J-YgPCfmIDwn5iA8J-YgA==") ==
        "\U0001F600\U0001F600\U0001F600\U0001F600\n");
  CHECK(made(decode_base64, "UABtAGkAbgB0ACAAaQB0ACEA") ==
        std::string("P\0m\0i\0n\0t\0 \0i\0t\0!\0\n", 19));
  const std::string line =
      "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5emFiY2Rl";
  CHECK(made(decode_base64, line + "\r\nZmdo\r\n") ==
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh\n");
  // As YAML and XML hold it: indented, and of any width.
  CHECK(made(decode_base64, line.substr(0, 66) + "\n    " + line.substr(66) + "\n    Zmdo\nx: y") ==
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcde\n");
  CHECK(made(decode_base64, line.substr(0, 62) + "\n  " + line.substr(62) + "</data>") ==
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcde\n");
  CHECK(made(decode_base64, line.substr(0, 62) + "\nsays it all") ==
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst\n");
  CHECK(made(decode_base64, "UHJpbnQgdGhl") == "");
  CHECK(made(decode_base64, "internationalization_of_everything") == "");
}

TEST_CASE("hexadecimal in one piece or apart") {
  CHECK(made(decode_hex, "5072696e7420697421") == "Print it!\n");
  CHECK(made(decode_hex, "0x5072696e7420697421") == "Print it!\n");
  CHECK(made(decode_hex, "say 50 72 69 6E 74 20 69 74, ok") == "Print it\n");
  CHECK(made(decode_hex, "0x50, 0x72, 0x69, 0x6e, 0x74, 0x20") == "Print \n");
  CHECK(made(decode_hex, "deadbeefdeadbeefdeadbeef at 10 20 30 in be ad") == "");
}

TEST_CASE("numbers that are characters") {
  CHECK(made(decode_numbers, "80 114 105 110 116 32 105 116") == "Print it\n");
  CHECK(made(decode_numbers,
             "01010000 01110010 01101001 01101110 01110100 00100000 01101001 01110100") ==
        "Print it\n");
  CHECK(made(decode_numbers, "12 15 18 99 100 45 33 21 9") == "");
}

TEST_CASE("escapes of URLs, HTML and strings") {
  CHECK(made(decode_percent, "%u0050rint%20it+now all+of 5%") == "Print it now all+of 5%");
  CHECK(made(decode_percent, "100% sure") == "");
  CHECK(made(decode_entities, "&#80;&#x72;int&nbsp;&lt;it&gt; R&D & so") == "Print <it> R&D & so");
  CHECK(made(decode_entities, "&#0000000000080;&#x0000000000072;int") == "Print");
  CHECK(made(decode_entities, "AT&T &gt") == "");
  CHECK(made(decode_escapes, "\\x50\\u0072\\151nt \\ud83d\\ude00\\n") == "Print \U0001F600\n");
  CHECK(made(decode_escapes, "a: \"Pr\\\n   int\\ it\\0now\\Nhere\"") ==
        "a: \"Print it now here\"");
  CHECK(made(decode_escapes, "Pr\\\r\nint") == "Print");
  CHECK(made(decode_escapes, "docker run -it \\\n  --rm \\\n  image") == "");
  CHECK(made(decode_escapes, "\\nabla f") == "");
  CHECK(made(decode_escapes, "\\") == "");
}

TEST_CASE("of a long text only what stands around an escape is written") {
  MappedText out;
  const std::string gap(1000, '.');
  decode_percent(gap + "%41" + gap + "%42" + gap, out);
  CHECK(out.text.size() < 500);
  CHECK(out.text.find("A") != std::string::npos);
  CHECK(out.map.origin(out.text.find('B'), out.text.find('B') + 1) == Span{2003, 2006});
}

TEST_SUITE_END();

}  // namespace vedette::prompt
