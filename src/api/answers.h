// What the routes answer with: one function for each operation, in files by topic. All run on an io
// thread and must not block.
#pragma once

#include "api/exchange.h"
#include "api/json.h"
#include "engine/change.h"
#include "model/threat_query.h"

namespace vedette::api {

class Service;

// threats.cpp
void list_threats(Service& service, const ExchangePtr& exchange);
void get_threat(Service& service, const ExchangePtr& exchange);
void get_timeline(Service& service, const ExchangePtr& exchange);
void list_findings(Service& service, const ExchangePtr& exchange);
void get_entity(Service& service, const ExchangePtr& exchange);
// changes.cpp
void change_threat(Service& service, const ExchangePtr& exchange);
void change_threats(Service& service, const ExchangePtr& exchange);
// search.cpp
void search_events(Service& service, const ExchangePtr& exchange);
// ingest.cpp
void ingest_events(Service& service, const ExchangePtr& exchange);
void create_threats(Service& service, const ExchangePtr& exchange);
void analyze(Service& service, const ExchangePtr& exchange);
// suppressions.cpp
void list_suppressions(Service& service, const ExchangePtr& exchange);
void propose_suppression(Service& service, const ExchangePtr& exchange);
void create_suppression(Service& service, const ExchangePtr& exchange);
void end_suppression(Service& service, const ExchangePtr& exchange);
// tokens.cpp
void list_tokens(Service& service, const ExchangePtr& exchange);
void create_token(Service& service, const ExchangePtr& exchange);
void revoke_token(Service& service, const ExchangePtr& exchange);
void list_audit(Service& service, const ExchangePtr& exchange);
// status.cpp
void get_health(Service& service, const ExchangePtr& exchange);
void get_readiness(Service& service, const ExchangePtr& exchange);
void get_metrics(Service& service, const ExchangePtr& exchange);
void get_status(Service& service, const ExchangePtr& exchange);
void get_statistics(Service& service, const ExchangePtr& exchange);
void list_rules(Service& service, const ExchangePtr& exchange);
void get_rule(Service& service, const ExchangePtr& exchange);
void list_decisions(Service& service, const ExchangePtr& exchange);
void get_openapi(Service& service, const ExchangePtr& exchange);
void watch(Service& service, const ExchangePtr& exchange);

// prompts.cpp
void scan_prompts(Service& service, const ExchangePtr& exchange);
// verdicts.cpp
void list_verdicts(Service& service, const ExchangePtr& exchange);
void get_verdict(Service& service, const ExchangePtr& exchange);
// dialects.cpp
void guard_analyze_prompt(Service& service, const ExchangePtr& exchange);
void guard_scan_prompt(Service& service, const ExchangePtr& exchange);
void guard_analyze_output(Service& service, const ExchangePtr& exchange);
void guard_scan_output(Service& service, const ExchangePtr& exchange);
void lakera_guard(Service& service, const ExchangePtr& exchange);
void generic_guardrail(Service& service, const ExchangePtr& exchange);
void moderate(Service& service, const ExchangePtr& exchange);
void shield_prompt(Service& service, const ExchangePtr& exchange);

// parameters.cpp: what several of them read.
/// The conditions of a list of threats.
Result<ThreatQuery> threat_query(const Exchange& exchange, Time now);
/// The same, as the members of an object in a body.
Result<ThreatQuery> threat_query(const Json& object, Time now);
/// `limit`, 1 to `limit_max`.
Result<std::size_t> limit_of(const Exchange& exchange, std::size_t initial, std::size_t limit_max);
std::string cursor_of(const ThreatQuery& query, const RankKey& last);
/// RequestInvalid for what is none, or is of another order.
Result<std::optional<RankKey>> read_cursor(const Exchange& exchange, const ThreatQuery& query);
/// The threat that the path names by its id, or by what it is about.
Result<std::uint64_t> threat_named(Service& service, const std::string& which);
Result<engine::Change> read_change(Service& service, const Json& object, const Caller& caller);
/// A member that must be a text of at most that many bytes; nothing if it is absent or null.
Result<std::optional<std::string>> text_member(const Json& object, std::string_view name,
                                               std::size_t bytes_max);
/// RequestInvalid for a member that is not among these, and for what is no object.
Result<void> only_members(const Json& object, std::initializer_list<std::string_view> names);

}  // namespace vedette::api
