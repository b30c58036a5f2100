#include "prompt/personal.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {
namespace {

/// "kind text" of every hit, with a bar between.
std::string find(const std::string& text) {
  LeakHits hits;
  scan_personal(text, hits);
  std::string out;
  for (const LeakHit& hit : hits) {
    if (!out.empty()) out += " | ";
    out += describe(hit.kind).name;
    out += ' ' + text.substr(hit.span.begin, hit.span.end - hit.span.begin);
  }
  return out;
}

struct Case {
  const char* text;
  const char* found;
};

void check(std::initializer_list<Case> cases) {
  for (const Case& c : cases) CHECK_MESSAGE(find(c.text) == c.found, c.text);
}

}  // namespace

TEST_SUITE_BEGIN("prompt/personal");

TEST_CASE("e-mail addresses") {
  check({{"Write to ada.l+x@mail.example.co.uk, please.", "email ada.l+x@mail.example.co.uk"},
         {"<ada@x-y.de>", "email ada@x-y.de"},
         {"mailto:ada@x.de?subject=1", "email ada@x.de"},
         {"a@b", ""},
         {"icon@2x.png", ""},
         {"git@host.com:repo", ""},
         {"ftp://ada:pw1@host.com", ""},
         {"@ada and ada@", ""},
         {"ada@@x.de", ""},
         {"ada@x..de", ""},
         {"ada@1.2.3", ""}});
}

TEST_CASE("payment cards have an issuer and a check digit, and are no part of more") {
  check({{"card 4539578763621486.", "payment-card 4539578763621486"},
         {"4539 5787 6362 1486", "payment-card 4539 5787 6362 1486"},
         {"4539-5787-6362-1486", "payment-card 4539-5787-6362-1486"},
         {"3782 822463 10005", "payment-card 3782 822463 10005"},
         {"room 12 4539 5787 6362 1486 31", "payment-card 4539 5787 6362 1486"},
         {"4539578763621487", ""},
         {"94539578763621486", ""},
         {"a4539578763621486", ""},
         {"0.4539578763621486", ""},
         {"4539578763621486-12", ""},
         {"4444444444444444", ""}});
}

TEST_CASE("bank accounts have the length of their country and the remainder 1") {
  check({{"IBAN: DE89370400440532013000", "iban DE89370400440532013000"},
         {"GB82 WEST 1234 5698 7654 32, please", "iban GB82 WEST 1234 5698 7654 32"},
         {"gb82west12345698765432", "iban gb82west12345698765432"},
         {"DE89370400440532013001", ""},
         {"DE8937040044053201300", ""},
         {"XX89370400440532013000", ""}});
}

TEST_CASE("phones need a plus, a shape of their own, or a word") {
  check({{"+44 20 7946 0958", "phone +44 20 7946 0958"},
         {"+14155550123", "phone +14155550123"},
         {"(+41 44 668 18 00)", "phone +41 44 668 18 00"},
         {"Ring (212) 555-0123!", "phone (212) 555-0123"},
         {"212-555-0123x42", "phone 212-555-0123x42"},
         {"01 46 20 93 57", "phone 01 46 20 93 57"},
         {"My phone is 5128 6037", "phone 5128 6037"},
         {"0310 2244 mobile", "phone 0310 2244"},
         {"5128 6037", ""},
         {"call from 2026-01-07", ""},
         {"office 1990-2020", ""},
         {"pi is 3.14159265358979", ""},
         {"$212-555-0123", ""},
         {"12,345,678,901", ""}});
}

TEST_CASE("network addresses") {
  check({{"from 8.8.4.4 port 22", "ip-address 8.8.4.4"},
         {"at 81.2.69.160:8080", "ip-address 81.2.69.160"},
         {"10.1.2.30/24", "private-ip-address 10.1.2.30"},
         {"2001:4860:4860::8888", "ip-address 2001:4860:4860::8888"},
         {"fe80::1ff:fe23:4567:890a", "private-ip-address fe80::1ff:fe23:4567:890a"},
         {"mac 00:1A:2b:3C:4d:5E", "mac-address 00:1A:2b:3C:4d:5E"},
         {"ab-cd-ef-01-23-45", "mac-address ab-cd-ef-01-23-45"},
         {"127.0.0.1 ::1 0.0.0.0", ""},
         {"version 1.20.3.4", ""},
         {"1.2.3.4.5.6", ""},
         {"1.2.3.04", ""},
         {"256.1.1.1", ""},
         {"12:30:45", ""},
         {"std::vector a::b 1::", ""}});
}

TEST_CASE("crypto addresses, dates of birth, streets, names") {
  check({{"send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
          "bitcoin-address 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
         {"born on 10/12/1915", "date-of-birth 10/12/1915"},
         {"DOB: 1815-12-10", ""},  // nobody who was born before 1900 asks
         {"\"birthDate\": \"1985-12-10\"", "date-of-birth 1985-12-10"},
         {"date of birth 1985-12-10", "date-of-birth 1985-12-10"},
         {"on 10/12/1985", ""},
         {"She lives at 12 St. James Square.", "street-address 12 St. James Square"},
         {"1980 Mount St. Helens", ""},
         {"12 Angry Men", ""},
         {"Hi, my name is Ada Lovelace, and", "person-name Ada Lovelace"},
         {"my name is not yours", ""},
         {"the file name is Foo", ""},
         {"driver's license number is K5521907", "driver-licence K5521907"},
         {"passport no. 123456789", "passport 123456789"}});
}

TEST_CASE("national numbers stand alone or behind their names") {
  check({{"SSN 536-90-4399", "us-ssn 536-90-4399"},
         {"536-90-4399-1", ""},
         {"AB 12 34 56 C", "uk-nino AB 12 34 56 C"},
         {"131052-308T", "fi-hetu 131052-308T"},
         {"cpf: 52998224725", "br-cpf 52998224725"},
         {"order 52998224725", ""}});
}

TEST_CASE("lists of numbers are no numbers of people") {
  check({{"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", ""},
         {"12 24 36 48 60 72 84 96 108 120", ""},
         {"call: 1 22 333 12 22 33 44 55 66 77 88", ""},
         {"00 00 00 00 00", ""},
         {"2012 2013 2014 2015 2016", ""}});
}

TEST_SUITE_END();

}  // namespace vedette::prompt
