// The prompt firewall in the shapes of other services, so that their clients need only another
// address: LLM Guard's API, Lakera Guard v2, LiteLLM's generic guardrail, OpenAI's moderation,
// Azure's Prompt Shields. What clients send besides what is used here is passed over.
#include "api/answers.h"
#include "api/prompts.h"
#include "api/service.h"
#include "base/json_writer.h"
#include "prompt/leak.h"
#include "prompt/patterns.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace vedette::api {
namespace {

using prompt::Decision;
using prompt::Direction;
using prompt::ScannerId;

std::size_t index(ScannerId scanner) {
  return static_cast<std::size_t>(scanner);
}

/// What a client should not pass on as it is.
bool is_stopped(const prompt::Verdict& verdict) {
  return verdict.decision == Decision::Block || verdict.sanitized.has_value();
}

bool is_attack(const PromptResult& result) {
  return result.verdict.alarmed[index(ScannerId::Injection)];
}

struct Scanned {
  Json body;
  std::string policy;  // its name
  std::vector<PromptResult> results;
};

/// Reads the body, has `parts_of` find the texts in it, and scans them.
template <typename PartsOf>
Result<Scanned> scan(Service& service, const Exchange& exchange, PartsOf parts_of) {
  ScanPool* scans = service.scans();
  if (scans == nullptr) return Error{Errc::RouteUnknown, "this instance scans no prompts"};
  VD_TRY(Json body, Json::parse(exchange.request.body));
  if (!body.is(Json::Kind::Object)) return Error{Errc::RequestInvalid, "the body: no object"};
  VD_TRY(std::vector<PromptPart> parts, parts_of(body));
  VD_CHECK(check_size(parts));
  const ScanPool::Policies policies = scans->policies();
  VD_TRY(const prompt::ActivePolicy* const policy, policy_of(*policies, exchange, {}));
  auto results = scans->run(std::move(parts), *policy);
  service.keep(results, {});
  return Scanned{std::move(body), policy->policy.name, std::move(results)};
}

Result<std::string> text_in(const Json& body, std::string_view name) {
  const Json* value = body.find(name);
  if (value == nullptr || !value->is(Json::Kind::String)) {
    return Error{Errc::RequestInvalid, fmt::format("{}: it is missing or no text", name)};
  }
  return value->string;
}

/// What is no text cannot be passed over: answers are lists of the same length.
Result<std::vector<std::string>> texts_in(const Json& body, std::string_view name) {
  std::vector<std::string> texts;
  const Json* list = body.find(name);
  if (list == nullptr || list->is(Json::Kind::Null)) return texts;
  if (!list->is(Json::Kind::Array)) {
    return Error{Errc::RequestInvalid, fmt::format("{}: no list", name)};
  }
  for (const Json& item : list->items) {
    if (!item.is(Json::Kind::String)) {
      return Error{Errc::RequestInvalid, fmt::format("{}: one is no text", name)};
    }
    texts.push_back(item.string);
  }
  return texts;
}

bool is_true(const Json& body, std::string_view name) {
  const Json* value = body.find(name);
  return value != nullptr && value->is(Json::Kind::Boolean) && value->boolean;
}

/// "because" of a verdict, for people: the reasons of what alarmed.
std::string reason_of(const prompt::Verdict& verdict) {
  std::string reason;
  for (const prompt::Hit& hit : verdict.hits) {
    if (!verdict.alarmed[index(hit.scanner)]) continue;
    const std::string one = fmt::format("{}: {}", to_string(hit.scanner), hit.why);
    if (reason.find(one) != std::string::npos) continue;
    reason += (reason.empty() ? "" : "; ") + one;
  }
  if (!reason.empty()) return reason;
  for (std::size_t i = 0; i < prompt::kScanners; ++i) {
    if (verdict.alarmed[i]) return std::string(to_string(static_cast<ScannerId>(i)));
  }
  return "policy";
}

// LLM Guard.

constexpr std::array<std::string_view, prompt::kScanners> kGuardNames{
    "PromptInjection", "Secrets",    "Anonymize",     "MaliciousURLs",
    "InvisibleText",   "TokenLimit", "BanSubstrings", "Canary"};

Result<net::HttpResponse> guard_answer(const Scanned& scanned, std::string_view sanitized_name) {
  const PromptResult& result = scanned.results.front();
  VD_TRY(const auto suppressed, texts_in(scanned.body, "scanners_suppress"));
  const bool is_output = result.part.direction == Direction::Output;
  const auto name_of = [&](std::size_t i) {
    return is_output && i == index(ScannerId::Personal) ? "Sensitive" : kGuardNames[i];
  };
  const auto is_suppressed = [&](std::size_t i) {
    return std::find(suppressed.begin(), suppressed.end(), name_of(i)) != suppressed.end();
  };
  bool valid = result.verdict.decision != Decision::Block;
  if (!valid && !suppressed.empty()) {
    valid = true;
    for (std::size_t i = 0; i < prompt::kScanners; ++i) {
      if (result.verdict.blocking[i] && !is_suppressed(i)) valid = false;
    }
  }
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("is_valid").boolean(valid).key("scanners").begin_object();
  for (std::size_t i = 0; i < prompt::kScanners; ++i) {
    if (result.verdict.ran[i] && !is_suppressed(i)) {
      json.key(name_of(i)).real(result.verdict.scores[i], 4);
    }
  }
  json.end_object();
  if (!sanitized_name.empty()) {
    // All that was masked or nothing: more than was asked for rather than less.
    bool masks = false;
    for (const ScannerId id : {ScannerId::Secrets, ScannerId::Personal, ScannerId::Links}) {
      masks |= result.verdict.alarmed[index(id)] && !is_suppressed(index(id));
    }
    json.field(sanitized_name,
               masks ? result.verdict.sanitized.value_or(result.part.text) : result.part.text);
  }
  json.end_object();
  return json_response(std::move(out));
}

void guard(Service& service, const ExchangePtr& exchange, bool output, bool sanitized) {
  auto scanned = scan(service, *exchange, [&](const Json& body) -> Result<std::vector<PromptPart>> {
    VD_TRY(std::string text, text_in(body, output ? "output" : "prompt"));
    std::vector<PromptPart> parts;
    parts.push_back({std::move(text), output ? Direction::Output : Direction::Input, 0, {}});
    return parts;
  });
  if (!scanned) return exchange->send(scanned.error());
  const std::string_view name = !sanitized ? "" : output ? "sanitized_output" : "sanitized_prompt";
  exchange->send(guard_answer(*scanned, name));
}

// Lakera Guard v2.

std::string detector_of(ScannerId scanner, std::string_view kind) {
  switch (scanner) {
    case ScannerId::Injection:
      return "prompt_attack";
    case ScannerId::Links:
      return "unknown_links";
    default:
      break;
  }
  if (const auto leak = prompt::leak_kind(kind)) {
    return std::string(prompt::describe(*leak).label);
  }
  return std::string(to_string(scanner));
}

void write_payload(JsonWriter& json, const PromptResult& result) {
  for (const prompt::Hit& hit : result.verdict.hits) {
    if (hit.scanner != ScannerId::Secrets && hit.scanner != ScannerId::Personal) continue;
    if (!result.verdict.alarmed[index(hit.scanner)]) continue;
    const std::string_view text = result.part.text;
    json.begin_object().field("message_id", std::uint64_t{result.part.message});
    // Its clients index texts by characters.
    json.field("start", std::uint64_t{prompt::code_points_before(text, hit.span.begin)});
    json.field("end", std::uint64_t{prompt::code_points_before(text, hit.span.end)});
    json.field("text", text.substr(hit.span.begin, hit.span.end - hit.span.begin));
    json.field("detector_type", detector_of(hit.scanner, hit.kind))
        .key("labels")
        .begin_array()
        .end_array();
    json.end_object();
  }
}

void write_breakdown(JsonWriter& json, const PromptResult& result, std::string_view project,
                     std::string_view policy) {
  for (std::size_t i = 0; i < prompt::kScanners; ++i) {
    if (!result.verdict.ran[i]) continue;
    const auto scanner = static_cast<ScannerId>(i);
    const auto hit = std::find_if(result.verdict.hits.begin(), result.verdict.hits.end(),
                                  [&](const prompt::Hit& one) { return one.scanner == scanner; });
    json.begin_object().field("project_id", project).field("policy_id", policy);
    json.field("detector_id", fmt::format("detector-{}", to_string(scanner)));
    const bool found = hit != result.verdict.hits.end();
    json.field("detector_type", detector_of(scanner, found ? hit->kind : std::string_view()));
    json.key("detected").boolean(result.verdict.alarmed[i]);
    json.field("message_id", std::uint64_t{result.part.message}).end_object();
  }
}

std::string lakera_answer(const Scanned& scanned, const std::string& request_id) {
  const bool flagged = std::any_of(scanned.results.begin(), scanned.results.end(),
                                   [](const auto& one) { return is_stopped(one.verdict); });
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("flagged").boolean(flagged).key("payload").begin_array();
  // Clients take `payload` for granted, asked for or not.
  if (is_true(scanned.body, "payload")) {
    for (const PromptResult& result : scanned.results) write_payload(json, result);
  }
  json.end_array();
  if (is_true(scanned.body, "breakdown")) {
    const Json* project = scanned.body.find("project_id");
    const std::string name = project != nullptr ? project->string : std::string();
    json.key("breakdown").begin_array();
    for (const PromptResult& result : scanned.results) {
      write_breakdown(json, result, name, scanned.policy);
    }
    json.end_array();
  }
  if (is_true(scanned.body, "dev_info")) {
    json.key("dev_info").begin_object().field("version", "vedette");
    json.field("model_version",
               fmt::format("{:016x}",
                           scanned.results.empty() ? 0 : scanned.results.front().receipt.model));
    json.end_object();
  }
  json.key("metadata").begin_object().field("request_uuid", request_id).end_object();
  json.end_object();
  return out;
}

// OpenAI's moderation.

constexpr std::string_view kModerated[] = {"harassment",
                                           "harassment/threatening",
                                           "hate",
                                           "hate/threatening",
                                           "illicit",
                                           "illicit/violent",
                                           "self-harm",
                                           "self-harm/intent",
                                           "self-harm/instructions",
                                           "sexual",
                                           "sexual/minors",
                                           "violence",
                                           "violence/graphic"};

constexpr std::string_view kJailbreak = "jailbreak";

/// The score of the words that ask for a model without rules; other guardrails have it apart.
float jailbreak_score(const prompt::Verdict& verdict) {
  float score = 0;
  for (const prompt::Hit& hit : verdict.hits) {
    if (hit.kind == kJailbreak) score = std::max(score, hit.score);
  }
  return score;
}

void write_moderation(JsonWriter& json, const PromptResult& result) {
  const prompt::Verdict& verdict = result.verdict;
  const float jailbreak = jailbreak_score(verdict);
  json.begin_object().key("flagged").boolean(verdict.decision == Decision::Block);
  json.key("categories").begin_object();
  for (const std::string_view name : kModerated) json.key(name).boolean(false);
  for (std::size_t i = 0; i < prompt::kScanners; ++i) {
    if (!verdict.ran[i]) continue;
    json.key(to_string(static_cast<ScannerId>(i))).boolean(verdict.alarmed[i]);
  }
  json.key(kJailbreak).boolean(is_attack(result) && jailbreak > 0);
  json.end_object().key("category_scores").begin_object();
  for (const std::string_view name : kModerated) json.key(name).real(0);
  for (std::size_t i = 0; i < prompt::kScanners; ++i) {
    if (verdict.ran[i]) json.key(to_string(static_cast<ScannerId>(i))).real(verdict.scores[i], 6);
  }
  json.key(kJailbreak).real(jailbreak, 6);
  json.end_object().key("category_applied_input_types").begin_object();
  const auto applied = [&](std::string_view name) {
    json.key(name).begin_array().string("text").end_array();
  };
  for (const std::string_view name : kModerated) applied(name);
  for (std::size_t i = 0; i < prompt::kScanners; ++i) {
    if (verdict.ran[i]) applied(to_string(static_cast<ScannerId>(i)));
  }
  applied(kJailbreak);
  json.end_object().end_object();
}

Result<std::vector<PromptPart>> moderated(const Json& body) {
  const Json* input = body.find("input");
  if (input == nullptr) return Error{Errc::RequestInvalid, "input: it is missing"};
  std::vector<PromptPart> parts;
  if (input->is(Json::Kind::String)) {
    parts.push_back({input->string, Direction::Input, 0, {}});
    return parts;
  }
  if (!input->is(Json::Kind::Array)) return Error{Errc::RequestInvalid, "input: no text or list"};
  PromptPart all;  // parts of one input have one result
  bool is_one = false;
  for (const Json& item : input->items) {
    if (item.is(Json::Kind::String)) {
      parts.push_back({item.string, Direction::Input, parts.size(), {}});
      continue;
    }
    is_one = true;  // of an image, too, of which nothing is looked at
    const Json* text = item.find("text");
    if (text == nullptr || !text->is(Json::Kind::String)) continue;
    all.text += (all.text.empty() ? "" : "\n") + text->string;
  }
  if (is_one) parts.push_back(std::move(all));
  return parts;
}

// LiteLLM's generic guardrail.

std::unordered_set<std::string_view> texts_of_operator(const Json* messages) {
  std::unordered_set<std::string_view> told;
  if (messages == nullptr) return told;
  for (const Json& message : messages->items) {
    const Json* role = message.find("role");
    const Json* content = message.find("content");
    if (role == nullptr || content == nullptr) continue;
    if (role->string != "system" && role->string != "developer") continue;
    told.insert(content->string);
    for (const Json& part : content->items) {
      if (const Json* text = part.find("text")) told.insert(text->string);
    }
  }
  return told;
}

Result<std::vector<PromptPart>> guarded(const Json& body) {
  const Json* type = body.find("input_type");
  const bool is_response = type != nullptr && type->string == "response";
  const Json* messages = body.find("structured_messages");
  const auto told = texts_of_operator(messages);
  VD_TRY(auto texts, texts_in(body, "texts"));
  std::vector<PromptPart> parts;
  for (std::string& text : texts) {
    if (told.count(text) > 0) text.clear();
    parts.push_back(
        {std::move(text), is_response ? Direction::Output : Direction::Input, parts.size(), {}});
  }
  add_tool_calls(body, parts.size(), parts);
  return parts;
}

std::string generic_answer(const Scanned& scanned) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  const auto& results = scanned.results;
  // What is to be masked in a call of a tool cannot be: the answer has no place for it.
  const auto blocked = std::find_if(results.begin(), results.end(), [](const auto& one) {
    return one.verdict.decision == Decision::Block ||
           (one.verdict.sanitized && one.part.member == kToolCalls);
  });
  const bool masked = std::any_of(results.begin(), results.end(), [](const auto& one) {
    return one.verdict.sanitized.has_value();
  });
  if (blocked != results.end()) {
    json.field("action", "BLOCKED").field("blocked_reason", reason_of(blocked->verdict));
  } else if (masked) {
    const Json* texts = scanned.body.find("texts");
    json.field("action", "GUARDRAIL_INTERVENED").key("texts").begin_array();
    for (std::size_t i = 0; i < texts->items.size(); ++i) {
      json.string(results[i].verdict.sanitized.value_or(texts->items[i].string));
    }
    json.end_array();
  } else {
    json.field("action", "NONE");
  }
  json.end_object();
  return out;
}

// Azure's Prompt Shields.

Result<std::vector<PromptPart>> shielded(const Json& body) {
  std::vector<PromptPart> parts;
  const Json* prompt = body.find("userPrompt");
  if (prompt != nullptr && !prompt->is(Json::Kind::Null)) {
    if (!prompt->is(Json::Kind::String)) return Error{Errc::RequestInvalid, "userPrompt: no text"};
    parts.push_back({prompt->string, Direction::Input, 0, "userPrompt"});
  }
  VD_TRY(auto documents, texts_in(body, "documents"));
  for (std::string& document : documents) {
    parts.push_back({std::move(document), Direction::Tool, parts.size(), "documents"});
  }
  if (parts.empty()) return Error{Errc::RequestInvalid, "userPrompt or documents are missing"};
  return parts;
}

}  // namespace

void guard_analyze_prompt(Service& service, const ExchangePtr& exchange) {
  guard(service, exchange, false, true);
}
void guard_scan_prompt(Service& service, const ExchangePtr& exchange) {
  guard(service, exchange, false, false);
}
void guard_analyze_output(Service& service, const ExchangePtr& exchange) {
  guard(service, exchange, true, true);
}
void guard_scan_output(Service& service, const ExchangePtr& exchange) {
  guard(service, exchange, true, false);
}

void lakera_guard(Service& service, const ExchangePtr& exchange) {
  auto scanned = scan(service, *exchange, [](const Json& body) -> Result<std::vector<PromptPart>> {
    const Json* messages = body.find("messages");
    if (messages == nullptr) return Error{Errc::RequestInvalid, "messages: they are missing"};
    return parts_of_messages(*messages);
  });
  if (!scanned) return exchange->send(scanned.error());
  exchange->send(json_response(lakera_answer(*scanned, exchange->id)));
}

void generic_guardrail(Service& service, const ExchangePtr& exchange) {
  auto scanned = scan(service, *exchange, guarded);
  if (!scanned) return exchange->send(scanned.error());
  exchange->send(json_response(generic_answer(*scanned)));
}

void moderate(Service& service, const ExchangePtr& exchange) {
  auto scanned = scan(service, *exchange, moderated);
  if (!scanned) return exchange->send(scanned.error());
  const Json* model = scanned->body.find("model");
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("id", "modr-" + exchange->id);
  json.field("model", model != nullptr && model->is(Json::Kind::String) ? model->string
                                                                        : "omni-moderation-latest");
  json.key("results").begin_array();
  for (const PromptResult& result : scanned->results) write_moderation(json, result);
  json.end_array().end_object();
  exchange->send(json_response(std::move(out)));
}

void shield_prompt(Service& service, const ExchangePtr& exchange) {
  auto scanned = scan(service, *exchange, shielded);
  if (!scanned) return exchange->send(scanned.error());
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  bool in_documents = false;
  for (const PromptResult& result : scanned->results) {
    if (result.part.member == "userPrompt") {
      json.key("userPromptAnalysis").begin_object();
      json.key("attackDetected").boolean(is_attack(result)).end_object();
      continue;
    }
    if (!in_documents) json.key("documentsAnalysis").begin_array();
    in_documents = true;
    json.begin_object().key("attackDetected").boolean(is_attack(result)).end_object();
  }
  if (in_documents) json.end_array();
  json.end_object();
  exchange->send(json_response(std::move(out)));
}

}  // namespace vedette::api
