#include "prompt/national_ids.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {
namespace {

struct Case {
  std::string text;
  LeakKind kind;
  Cues cues = 0;
};

bool is(const std::optional<NationalId>& id, LeakKind kind) {
  return id && id->kind == kind;
}

}  // namespace

TEST_SUITE_BEGIN("prompt/national_ids");

// The examples are those with which the states, or the articles about them, explain the numbers.
TEST_CASE("the numbers with which states explain theirs are known, with one digit changed not") {
  for (const Case& c : {
           Case{"943 476 5919", LeakKind::UkNhs, kNhsCue},
           Case{"86095742719", LeakKind::DeTaxId, kTaxCue},
           Case{"2 55 08 14 168 025 38", LeakKind::FrNir},
           Case{"111222333", LeakKind::NlBsn, kBsnCue},
           Case{"44051401359", LeakKind::PlPesel, kPeselCue},
           Case{"529.982.247-25", LeakKind::BrCpf},
           Case{"52998224725", LeakKind::BrCpf, kCpfCue},
           Case{"11.222.333/0001-81", LeakKind::BrCnpj},
           Case{"2341 2341 2346", LeakKind::InAadhaar, kAadhaarCue},
           Case{"123 456 782", LeakKind::AuTaxFile, kTaxCue},
           Case{"2123 45670 1", LeakKind::AuMedicare, kMedicareCue},
           Case{"130 692 544", LeakKind::CaSin, kSinCue},
           Case{"811228-9874", LeakKind::SePersonnummer},
           Case{"19811228-9874", LeakKind::SePersonnummer},
           Case{"85.07.30-033.28", LeakKind::BeNationalNumber},
           Case{"756.9217.0769.85", LeakKind::ChAhv},
           Case{"10000000146", LeakKind::TrIdentity, kTcknCue},
           Case{"8001015009087", LeakKind::ZaIdentity, kIdentityCue},
       }) {
    const Number number = read_number(c.text, 0);
    REQUIRE_MESSAGE(is(match_national_number(number, c.cues), c.kind), c.text);
    if (c.cues != 0) CHECK_MESSAGE(!is(match_national_number(number, 0), c.kind), c.text);
    std::string other = c.text;
    other.back() = other.back() == '9' ? '0' : static_cast<char>(other.back() + 1);
    if (c.kind == LeakKind::AuMedicare) other[7] = '1';  // the last digit is no check digit
    CHECK_MESSAGE(!is(match_national_number(read_number(other, 0), c.cues), c.kind), other);
  }
}

TEST_CASE("numbers with letters in them are known by shape and check") {
  for (const Case& c :
       {Case{"12345678Z", LeakKind::EsDni}, Case{"X1234567L", LeakKind::EsDni},
        Case{"RSSMRA85T10A562S", LeakKind::ItFiscalCode},
        Case{"rssmra85t10a562s", LeakKind::ItFiscalCode}, Case{"AB123456C", LeakKind::UkNino},
        Case{"ABCPE1234F", LeakKind::InPan}, Case{"11010519491231002X", LeakKind::CnResidentId}}) {
    CHECK_MESSAGE(is(match_national_word(c.text, c.cues), c.kind), c.text);
  }
  for (const char* text : {"12345678A", "X1234567A", "RSSMRA85T10A562T", "DA123456C", "GB123456C",
                           "AB123456E", "ABCDE1234F", "11010519491331002X", "ab123456c", "A"}) {
    CHECK_MESSAGE(!match_national_word(text, 0), text);
  }
}

TEST_CASE("social security numbers keep to their ranges") {
  const auto match = [](const char* text, Cues cues = 0) {
    return match_national_number(read_number(text, 0), cues);
  };
  CHECK(is(match("536-90-4399"), LeakKind::UsSsn));
  CHECK(is(match("912-70-1234"), LeakKind::UsItin));
  CHECK(match("123-45-6789")->part_of_score < 0.5F);  // everybody's example
  for (const char* text :
       {"000-12-3456", "666-12-3456", "536-00-4399", "536-90-0000", "912-12-1234"}) {
    CHECK_MESSAGE(!match(text), text);
  }
  CHECK(!match("536904399"));
  CHECK(is(match("536904399", kSocialCue), LeakKind::UsSsn));
}

TEST_CASE("a Finnish code ends in its check letter") {
  CHECK(is_hetu(read_number("131052-308T", 0), 'T'));
  CHECK(!is_hetu(read_number("131052-308T", 0), 'U'));
  CHECK(!is_hetu(read_number("131352-308T", 0), 'T'));
}

TEST_CASE("Luhn's sum") {
  CHECK(luhn_fits("4539578763621486"));
  CHECK(!luhn_fits("4539578763621487"));
  CHECK(luhn_fits("79927398713"));
}

TEST_SUITE_END();

}  // namespace vedette::prompt
