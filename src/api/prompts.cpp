// The prompt firewall in its own shape.
#include "api/prompts.h"

#include "api/alert.h"
#include "api/answers.h"
#include "api/route.h"
#include "api/service.h"
#include "base/json_writer.h"
#include "prompt/verdict_json.h"
#include "source/ingest_journal.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::api {
namespace {

using prompt::Decision;
using prompt::Direction;

/// Nothing for what the operator says.
std::optional<Direction> direction_of(std::string_view role) {
  if (role == "system" || role == "developer") return {};
  if (role == "assistant" || role == "model") return Direction::Output;
  if (role == "tool" || role == "function") return Direction::Tool;
  return Direction::Input;
}

std::string_view text_of(const Json* value) {
  return value != nullptr && value->is(Json::Kind::String) ? std::string_view(value->string)
                                                           : std::string_view();
}

void add_content(const Json& content, PromptPart part, std::vector<PromptPart>& parts) {
  if (content.is(Json::Kind::String)) {
    part.text = content.string;
    parts.push_back(std::move(part));
    return;
  }
  if (!content.is(Json::Kind::Array)) return;
  for (const Json& item : content.items) {
    // {"type":"text","text":…}, and what other programs call the same.
    for (const char* name : {"text", "input_text", "output_text", "content"}) {
      const std::string_view text = text_of(item.find(name));
      if (text.empty()) continue;
      PromptPart one = part;
      one.text = text;
      parts.push_back(std::move(one));
      break;
    }
  }
}

struct Asked {
  std::vector<PromptPart> parts;
  std::string policy;
  std::string client_ip;  // empty: not told
  bool one = false;       // a text alone: its verdict stands at the top
};

Result<Asked> read(const Json& body) {
  VD_CHECK(only_members(body, {"text", "texts", "messages", "direction", "policy", "client_ip"}));
  Asked asked;
  VD_TRY(const auto client, text_member(body, "client_ip", 64));
  asked.client_ip = client.value_or("");
  if (!asked.client_ip.empty() && !entity_hash(EntityType::SourceIp, asked.client_ip)) {
    return Error{Errc::RequestInvalid, "client_ip: it is no address"};
  }
  VD_TRY(const auto policy, text_member(body, "policy", 256));
  asked.policy = policy.value_or("");
  VD_TRY(const auto direction_name, text_member(body, "direction", 16));
  const auto direction = prompt::parse_direction(direction_name.value_or("input"));
  if (!direction) {
    return Error{Errc::RequestInvalid, "direction: it is none of input, output, tool"};
  }
  const Json* text = body.find("text");
  const Json* texts = body.find("texts");
  const Json* messages = body.find("messages");
  if ((text != nullptr) + (texts != nullptr) + (messages != nullptr) != 1) {
    return Error{Errc::RequestInvalid, "the body: one of `text`, `texts` and `messages` is wanted"};
  }
  if (messages != nullptr) {
    VD_TRY(asked.parts, parts_of_messages(*messages));
    return asked;
  }
  asked.one = text != nullptr;
  const std::vector<Json> single = asked.one ? std::vector<Json>{*text} : std::vector<Json>{};
  if (!asked.one && !texts->is(Json::Kind::Array)) {
    return Error{Errc::RequestInvalid, "texts: no list"};
  }
  for (const Json& item : asked.one ? single : texts->items) {
    if (!item.is(Json::Kind::String)) return Error{Errc::RequestInvalid, "a text is no text"};
    asked.parts.push_back({item.string, *direction, asked.parts.size(), {}});
  }
  VD_CHECK(check_size(asked.parts));
  return asked;
}

void write_result(JsonWriter& json, const PromptResult& result) {
  prompt::write_verdict(json, result.part.text, result.verdict);
  prompt::write_receipt(json, result.receipt);
}

/// An attack on the model is one by whoever sent it: the same threat as that of his other attacks.
/// The text stays out of it; its hash is that of the receipt.
void report(Service& service, const std::string& client_ip,
            const std::vector<PromptResult>& results) {
  source::IngestJournal* journal = service.engine().journal;
  if (client_ip.empty() || journal == nullptr) return;
  for (const PromptResult& result : results) {
    const auto injection = static_cast<std::size_t>(prompt::ScannerId::Injection);
    if (!result.verdict.alarmed[injection] || result.part.direction != Direction::Input) continue;
    const auto hit = std::find_if(
        result.verdict.hits.begin(), result.verdict.hits.end(),
        [](const prompt::Hit& one) { return one.scanner == prompt::ScannerId::Injection; });
    const bool is_known = hit != result.verdict.hits.end();
    const std::string detail =
        fmt::format("The text {:.16} {}; score {:.2f}", hex(result.receipt.text),
                    is_known ? hit->why : "reads like known attacks", result.verdict.score);
    std::string line = alert_line({.value = client_ip,
                                   .rule = "prompt-injection",
                                   .title = "Attack on a language model",
                                   .severity = "high",
                                   .techniques = "AML.T0051",
                                   .detail = detail,
                                   .time = format_rfc3339(service.engine().clock.now())});
    // When the journal is full, the verdict counts all the same.
    static_cast<void>(journal->append(std::move(line), [](Result<source::Place>) {}));
    return;
  }
}

Result<net::HttpResponse> scanned(Service& service, const Exchange& exchange) {
  ScanPool* scans = service.scans();
  if (scans == nullptr) return Error{Errc::RouteUnknown, "this instance scans no prompts"};
  VD_TRY(const Json body, Json::parse(exchange.request.body));
  VD_TRY(Asked asked, read(body));
  const ScanPool::Policies policies = scans->policies();
  VD_TRY(const prompt::ActivePolicy* const policy, policy_of(*policies, exchange, asked.policy));
  const auto results = scans->run(std::move(asked.parts), *policy);
  service.keep(results, asked.client_ip);
  report(service, asked.client_ip, results);
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  if (asked.one) {
    write_result(json, results.front());
  } else {
    json.field("verdict", to_string(worst_of(results))).key("results").begin_array();
    for (const PromptResult& result : results) {
      json.begin_object().field("message", std::uint64_t{result.part.message});
      json.field("direction", to_string(result.part.direction));
      write_result(json, result);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  return json_response(std::move(out));
}

}  // namespace

void add_tool_calls(const Json& message, std::size_t place, std::vector<PromptPart>& parts) {
  const Json* calls = message.find(kToolCalls);
  if (calls == nullptr || !calls->is(Json::Kind::Array)) return;
  for (const Json& call : calls->items) {
    const Json* function = call.find("function");
    const std::string_view arguments =
        text_of(function != nullptr ? function->find("arguments") : call.find("arguments"));
    if (arguments.empty()) continue;
    parts.push_back({std::string(arguments), Direction::Output, place, kToolCalls});
  }
}

Result<void> check_size(const std::vector<PromptPart>& parts) {
  if (parts.size() > kMessagesMax) {
    return Error{Errc::BodyTooLarge, fmt::format("at most {} texts may be", kMessagesMax)};
  }
  std::size_t bytes = 0;
  for (const PromptPart& part : parts) bytes += part.text.size();
  if (bytes > prompt::kTextBytesMax) {
    return Error{Errc::BodyTooLarge,
                 fmt::format("at most {} bytes of text may be", prompt::kTextBytesMax)};
  }
  return {};
}

Result<std::vector<PromptPart>> parts_of_messages(const Json& messages) {
  if (!messages.is(Json::Kind::Array)) {
    return Error{Errc::RequestInvalid, "messages: no list"};
  }
  if (messages.items.size() > kMessagesMax) {
    return Error{Errc::BodyTooLarge, fmt::format("at most {} messages may be", kMessagesMax)};
  }
  std::vector<PromptPart> parts;
  for (std::size_t i = 0; i < messages.items.size(); ++i) {
    const Json& message = messages.items[i];
    if (!message.is(Json::Kind::Object)) {
      return Error{Errc::RequestInvalid, "messages: one is no object"};
    }
    const auto direction = direction_of(text_of(message.find("role")));
    if (!direction) continue;
    const Json* content = message.find("content");
    if (content != nullptr) add_content(*content, {{}, *direction, i, "content"}, parts);
    add_tool_calls(message, i, parts);
  }
  VD_CHECK(check_size(parts));
  return parts;
}

std::span<const std::string_view> prompt_routes() {
  static const std::vector<std::string_view> paths = [] {
    std::vector<std::string_view> found;
    for (const Route& route : routes()) {
      if (route.scans) found.push_back(route.path);
    }
    return found;
  }();
  return paths;
}

Result<const prompt::ActivePolicy*> policy_of(const prompt::Firewall& firewall,
                                              const Exchange& exchange, std::string_view named) {
  const Caller& caller = exchange.caller;
  const prompt::ActivePolicy* const bound =
      caller.token_id.empty() ? nullptr : firewall.policy_of_token(caller.token_id, caller.name);
  if (bound != nullptr) {
    if (named.empty() || named == bound->policy.name) return bound;
    return Error{Errc::RequestInvalid, "policy: this token is bound to another"};
  }
  if (named.empty()) return &firewall.policy_of_route(exchange.route->path);
  const prompt::ActivePolicy* const chosen = firewall.policy(named);
  if (chosen != nullptr) return chosen;
  return Error{Errc::RequestInvalid, fmt::format("policy: there is no {}", named)};
}

ScanPool::Policies ScanPool::policies() const {
  MutexLock guard(mutex_);
  return policies_;
}

void ScanPool::replace(Policies policies) {
  MutexLock guard(mutex_);
  policies_.swap(policies);  // the old ones go after the lock
}

std::unique_ptr<prompt::Scan> ScanPool::take() {
  {
    MutexLock guard(mutex_);
    if (!idle_.empty()) {
      auto scan = std::move(idle_.back());
      idle_.pop_back();
      return scan;
    }
  }
  return std::make_unique<prompt::Scan>(model_);
}

std::vector<PromptResult> ScanPool::run(std::vector<PromptPart> parts,
                                        const prompt::ActivePolicy& policy) {
  auto scan = take();
  std::vector<PromptResult> results;
  results.reserve(parts.size());
  for (PromptPart& part : parts) {
    PromptResult& result = results.emplace_back();
    result.receipt = scan->receipt(part.text, part.direction, policy);
    if (cache_ == nullptr ||
        !cache_->find(part.text, policy.policy, result.receipt, result.verdict)) {
      scan->run(part.text, part.direction, policy, result.verdict);
      if (cache_ != nullptr) cache_->put(part.text, result.receipt, result.verdict);
    }
    result.part = std::move(part);
  }
  give_back(std::move(scan));
  return results;
}

void ScanPool::give_back(std::unique_ptr<prompt::Scan> scan) {
  MutexLock guard(mutex_);
  idle_.push_back(std::move(scan));
}

void ScanPool::warm() {
  give_back(take());
}

Decision worst_of(const std::vector<PromptResult>& results) {
  Decision worst = Decision::Allow;
  for (const PromptResult& result : results) worst = std::max(worst, result.verdict.decision);
  return worst;
}

void scan_prompts(Service& service, const ExchangePtr& exchange) {
  exchange->send(scanned(service, *exchange));
}

}  // namespace vedette::api
