// How many leaks of real and generated texts are found, and how often harmless text is taken for
// one. The corpora are not part of the project; without them these tests say so and pass.
//
// Limits of the labels: a fifth of the gitleaks rows that should hold a secret hold none (names of
// files, sentences about keys, patterns), the scanners refuse what is an example to everybody
// (AKIAZZZZ…), and generated people have addresses and names that only a model of language finds.
#include "base/corpus.h"
#include "base/text.h"
#include "base/utf8.h"
#include "prompt/links.h"
#include "prompt/personal.h"
#include "prompt/secrets.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::prompt {
namespace {

int hex_at(std::string_view text, std::size_t at) {
  int value = 0;
  for (std::size_t i = at; i < at + 4 && i < text.size(); ++i)
    value = value * 16 + hex_digit(text[i]);
  return value;
}

/// The JSON string that begins behind the quote at `at`; the corpora are well-formed.
std::string read_string(std::string_view json, std::size_t at) {
  std::string out;
  for (; json[at] != '"'; ++at) {
    if (json[at] != '\\') {
      out += json[at];
      continue;
    }
    const char c = json[++at];
    if (c != 'u') {
      constexpr std::string_view kFrom = "nrtbf", kTo = "\n\r\t\b\f";
      const std::size_t control = kFrom.find(c);
      out += control == std::string_view::npos ? c : kTo[control];
      continue;
    }
    int code = hex_at(json, at + 1);
    at += 4;
    if (code >= 0xD800 && code < 0xDC00) {
      code = 0x10000 + ((code - 0xD800) << 10) + (hex_at(json, at + 3) - 0xDC00);
      at += 6;
    }
    char bytes[4];
    out.append(bytes, put_utf8(bytes, code));
  }
  return out;
}

std::string field(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\": \"";
  const std::size_t at = json.find(key);
  return at == std::string_view::npos ? std::string() : read_string(json, at + key.size());
}

struct Entity {
  std::string name;
  Span span;
};

struct Row {
  std::string text, kind;
  bool attack = false;
  std::vector<Entity> entities;
};

/// ["NAME", from, to] in code points, as bytes of the text.
std::vector<Entity> read_entities(std::string_view json, std::string_view text) {
  std::vector<std::uint32_t> at_character;
  for (std::uint32_t at = 0; at < text.size();) {
    at_character.push_back(at);
    at += static_cast<std::uint32_t>(std::max<std::size_t>(utf8_length(text.substr(at)), 1));
  }
  at_character.push_back(static_cast<std::uint32_t>(text.size()));
  std::vector<Entity> entities;
  const std::size_t spans = json.find("\"spans\": [");
  if (spans == std::string_view::npos) return entities;
  std::string_view rest = json.substr(spans + 10);
  while (rest.starts_with("[\"") || rest.starts_with(", [\"")) {
    rest.remove_prefix(rest.find('"') + 1);
    Entity entity;
    entity.name = take_until(rest, '"');
    rest.remove_prefix(2);
    const auto from = parse_int<std::size_t>(take_until(rest, ','));
    rest.remove_prefix(1);
    const auto to = parse_int<std::size_t>(take_until(rest, ']'));
    REQUIRE((from && to && *to < at_character.size()));
    entity.span = {at_character[*from], at_character[*to]};
    entities.push_back(std::move(entity));
  }
  return entities;
}

std::vector<Row> read_rows(const std::string& path) {
  std::vector<Row> rows;
  const std::string file = read_corpus("prompts/" + path + ".jsonl");
  for (std::string_view rest = file; !rest.empty();) {
    const std::string_view line = take_until(rest, '\n');
    if (line.empty()) continue;
    Row row{field(line, "text"), field(line, "kind"), field(line, "label") == "attack", {}};
    row.entities = read_entities(line, row.text);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Found out of those that are there, and right out of those that were found.
struct Score {
  int there = 0, found = 0, right = 0, hits = 0;
  double recall() const { return there == 0 ? 1 : double(found) / there; }
  double precision() const { return hits == 0 ? 1 : double(right) / hits; }
};

std::string to_text(const Score& score) {
  return "recall " + std::to_string(score.found) + "/" + std::to_string(score.there) +
         ", precision " + std::to_string(score.right) + "/" + std::to_string(score.hits);
}

/// Rows with any secret, against their label. What is about public addresses is left out. The rule
/// is the one of the other scanner that a row tests; the title of a near miss names one, too.
Score score_secrets(const std::string& path) {
  Score all;
  std::map<std::string, Score> by_rule;
  for (const Row& row : read_rows(path)) {
    if (row.kind.ends_with(":ip_public")) continue;
    LeakHits hits;
    scan_secrets(row.text, hits);
    for (Score* score : {&all, &by_rule[row.kind.substr(row.kind.find(':') + 1)]}) {
      score->there += row.attack;
      score->found += row.attack && !hits.empty();
      score->hits += !hits.empty();
      score->right += row.attack && !hits.empty();
    }
  }
  if (all.there > 0) MESSAGE(path << ", secrets: " << to_text(all));
  std::string imperfect;
  for (const auto& [rule, score] : by_rule) {
    if (score.found == score.there && score.right == score.hits) continue;
    imperfect += "\n  " + rule + ": " + to_text(score);
  }
  if (!imperfect.empty()) MESSAGE(path << ", all but these without a fault:" << imperfect);
  return all;
}

/// Which entities of presidio's rows a kind stands for.
const std::map<LeakKind, std::vector<std::string>> kEntities = {
    {LeakKind::PaymentCard, {"CREDIT_CARD"}},
    {LeakKind::Email, {"EMAIL_ADDRESS"}},
    {LeakKind::Iban, {"IBAN_CODE"}},
    {LeakKind::UsSsn, {"US_SSN"}},
    {LeakKind::IpAddress, {"IP_ADDRESS"}},
    {LeakKind::PrivateIp, {"IP_ADDRESS"}},
    {LeakKind::Phone, {"PHONE_NUMBER"}},
    {LeakKind::DriverLicence, {"US_DRIVER_LICENSE"}},
    {LeakKind::DateOfBirth, {"DATE_TIME"}},
    {LeakKind::StreetAddress, {"STREET_ADDRESS", "ADDRESS"}},
    {LeakKind::PersonName, {"PERSON"}},
};

bool stands_for(LeakKind kind, const std::string& entity) {
  const auto names = kEntities.find(kind);
  return names != kEntities.end() &&
         std::find(names->second.begin(), names->second.end(), entity) != names->second.end();
}

bool touch(const LeakHit& hit, const Entity& entity) {
  return hit.span.begin < entity.span.end && entity.span.begin < hit.span.end &&
         stands_for(hit.kind, entity.name);
}

/// By entity; what is found where no entity of its kind is counts for the first that it stands for.
std::map<std::string, Score> score_personal(const std::string& path) {
  std::map<std::string, Score> scores;
  for (const Row& row : read_rows(path)) {
    LeakHits hits;
    scan_personal(row.text, hits);
    for (const Entity& entity : row.entities) {
      Score& score = scores[entity.name];
      ++score.there;
      score.found += std::any_of(hits.begin(), hits.end(),
                                 [&](const LeakHit& hit) { return touch(hit, entity); });
    }
    for (const LeakHit& hit : hits) {
      const auto known = kEntities.find(hit.kind);
      Score& score = scores[known == kEntities.end() ? std::string(describe(hit.kind).name)
                                                     : known->second[0]];
      ++score.hits;
      score.right += std::any_of(row.entities.begin(), row.entities.end(),
                                 [&](const Entity& entity) { return touch(hit, entity); });
    }
  }
  for (const auto& [name, score] : scores) {
    if (score.hits > 0) MESSAGE(path << ", " << name << ": " << to_text(score));
  }
  return scores;
}

struct Alarms {
  int rows = 0, secrets = 0, personal = 0, links = 0;
};

/// Rows of harmless text with a hit that a policy would act upon.
Alarms score_benign(const std::string& path) {
  constexpr float kActedUpon = 0.5F;
  Alarms alarms;
  const auto any = [&](void (*scan)(std::string_view, LeakHits&), const Row& row) {
    LeakHits hits;
    scan(row.text, hits);
    return std::any_of(hits.begin(), hits.end(),
                       [&](const LeakHit& hit) { return hit.score >= kActedUpon; });
  };
  for (const Row& row : read_rows(path)) {
    if (row.attack) continue;
    ++alarms.rows;
    alarms.secrets += any(scan_secrets, row);
    alarms.personal += any(scan_personal, row);
    alarms.links += any(scan_links, row);
  }
  if (alarms.rows > 0) {
    MESSAGE(path << ": of " << alarms.rows << " harmless rows " << alarms.secrets
                 << " with secrets, " << alarms.personal << " with personal data, " << alarms.links
                 << " with links");
  }
  return alarms;
}

}  // namespace

TEST_SUITE_BEGIN("prompt/leaks_corpora");

// The scanners were made with the rows of train, and those of dev were looked at once, for these
// figures; detect_secrets has 14 rows there.
TEST_CASE("secrets in the test vectors of other scanners") {
  struct Floor {
    const char* path;
    double precision, recall;
  };
  for (const Floor& floor : {Floor{"leaks/train/gitleaks_vectors", 0.91, 0.68},
                             Floor{"leaks/train/detect_secrets_vectors", 0.87, 0.61},
                             Floor{"leaks/dev/gitleaks_vectors", 0.85, 0.62},
                             Floor{"leaks/dev/detect_secrets_vectors", 0.55, 0.35}}) {
    const Score score = score_secrets(floor.path);
    CHECK(score.precision() >= floor.precision);
    CHECK(score.recall() >= floor.recall);
  }
}

TEST_CASE("personal data in generated sentences") {
  for (const char* split : {"train", "dev"}) {
    auto scores = score_personal("leaks/" + std::string(split) + "/presidio_research");
    if (scores.empty()) return;
    for (const char* name : {"CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "US_SSN", "IP_ADDRESS",
                             "US_DRIVER_LICENSE"}) {
      CHECK_MESSAGE(scores[name].recall() == 1, name);
    }
    CHECK(scores["PHONE_NUMBER"].recall() >= 0.95);
    for (const auto& entry : scores) CHECK_MESSAGE(entry.second.precision() >= 0.98, entry.first);
  }
}

TEST_CASE("harmless prompts and documents raise next to no alarm") {
  for (const char* path :
       {"train/gpteacher", "train/t0_tasks", "train/xquad_12_languages", "train/gsm8k",
        "train/awesome_chatgpt_prompts", "train/security_docs", "train/self_instruct_user",
        "train/prompting_book_17_languages", "dev/seceval_questions", "dev/instruction_wild"}) {
    const Alarms alarms = score_benign(path);
    CHECK(alarms.secrets * 1000 <= alarms.rows);
    CHECK(alarms.personal * 100 <= 2 * alarms.rows);  // real addresses of real people, mostly
    CHECK(alarms.links * 1000 <= alarms.rows);
  }
}

TEST_SUITE_END();

}  // namespace vedette::prompt
