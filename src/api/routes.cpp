// The table of routes.
#include "api/answers.h"
#include "api/route.h"

namespace vedette::api {
namespace {

constexpr std::string_view kText = R"({"type":"string"})";
constexpr std::string_view kCursor = R"({"type":"string","pattern":"^[A-Za-z0-9_-]+$"})";
constexpr std::string_view kTime = R"({"type":"string","format":"date-time"})";

constexpr Parameter kLimit{"limit", R"({"type":"integer","minimum":1,"maximum":1000})",
                           "Rows at most."};
constexpr Parameter kSmallLimit{"limit", R"({"type":"integer","minimum":1,"maximum":100})",
                                "Threats whose findings are given, at most."};
constexpr Parameter kNext{"cursor", kCursor, "`next` of the page before."};

#define VD_THREAT_CONDITIONS                                                                  \
  {"status", R"({"type":"string","pattern":"^[a-z,-]*$"})",                                   \
   "Any of these, with commas: new, acknowledged, in-progress, resolved, false-positive, "    \
   "duplicate."},                                                                             \
      {"severity", R"({"type":"string","pattern":"^[a-z,]*$"})",                              \
       "Any of these, with commas: informational, low, medium, high, critical."},             \
      {"severity_min",                                                                        \
       R"({"type":"string","enum":["informational","low","medium","high",)"                   \
       R"("critical"]})",                                                                     \
       "Of at least this severity."},                                                         \
      {"tier", R"({"type":"string","pattern":"^[a-z,-]*$"})",                                 \
       "Any of these, with commas: working, short-term, long-term."},                         \
      {"entity_type",                                                                         \
       R"({"type":"string","enum":["source.ip","source.address","user.name","host.name"]})",  \
       "What it is about."},                                                                  \
      {"entity", kText, "The address, name, user or host it is about, whole."},               \
      {"technique", kText, "An ATT&CK technique among its own."},                             \
      {"rule", kText, "The id of a rule among its findings."}, {"tag", kText, "A tag."},      \
      {"assignee", kText, "Who has it."}, {"seen_from", kTime, "Last seen then or later."},   \
      {"seen_to", kTime, "Last seen then or earlier."},                                       \
      {"snoozed", R"({"type":"boolean"})", "Whether it is snoozed now."},                     \
      {"merged_into", R"({"type":"string","pattern":"^t-[0-9a-f]{12}$"})",                    \
       "The id of the threat it was merged into."},                                           \
  {                                                                                           \
    "sort",                                                                                   \
        R"({"type":"string","enum":["rank","score","last_seen","+rank","+score",)"            \
        R"("+last_seen"]})",                                                                  \
        "rank (severity, then score), score or last_seen, highest first; with + the reverse." \
  }

constexpr Parameter kThreatList[] = {VD_THREAT_CONDITIONS, kLimit, kNext};
constexpr Parameter kFindingList[] = {VD_THREAT_CONDITIONS, kSmallLimit, kNext};
constexpr Parameter kAuditList[] = {
    {"threat", kText, "Of this threat only: its id, or what it is about."},
    kLimit,
    {"cursor", R"({"type":"string","pattern":"^[0-9]+$"})", "`next` of the page before."}};

constexpr Parameter kEventList[] = {
    {"from", kTime, "Not before then."},
    {"to", kTime, "Before then."},
    {"entity_type",
     R"({"type":"string","enum":["source.ip","source.address","user.name","host.name"]})",
     "What `entity` is; an address if it is not given."},
    {"entity", kText, "Whom it is about; an IPv6 address stands for its /64."},
    {"text", kText, "Stands in the line, in any case, not within longer words."},
    {"field", R"({"type":"string","pattern":"^[^:]+:"})",
     "NAME:VALUE, an ECS field as `vedette decode` shows it; may be given several times."},
    {"order", R"({"type":"string","enum":["newest","oldest"]})", "Which come first."},
    kLimit,
    {"cursor", kText, "`next` of the page before; the other parameters stay as they were."}};

constexpr std::size_t kIngestBytesMax = 32u << 20;
constexpr std::size_t kBulkBytesMax = 1u << 20;

constexpr Route kRoutes[] = {
    {"GET", "/healthz", std::nullopt, "getHealth", "Whether the process answers", get_health},
    {"GET", "/readyz", std::nullopt, "getReadiness", "Whether it does its work", get_readiness},
    {"GET", "/metrics", Role::Viewer, "getMetrics", "Metrics for Prometheus", get_metrics},
    {"GET",
     "/api/openapi.json",
     Role::Viewer,
     "getOpenapi",
     "This document",
     get_openapi,
     {},
     {},
     "Any"},

    {"GET",
     "/api/v1/threats",
     Role::Viewer,
     "listThreats",
     "Threats over all tiers, in one order, a page at a time",
     list_threats,
     kThreatList,
     {},
     "ThreatPage"},
    {"POST",
     "/api/v1/threats",
     Role::Ingest,
     "createThreats",
     "Threats that another program found; they become findings about their entities",
     create_threats,
     {},
     "NewThreats",
     "ThreatIds",
     202,
     kBulkBytesMax},
    {"POST",
     "/api/v1/threats/bulk",
     Role::Analyst,
     "changeThreats",
     "One change to many threats, named by their ids or found by a query",
     change_threats,
     {},
     "BulkChange",
     "BulkResult",
     200,
     kBulkBytesMax},
    {"GET",
     "/api/v1/threats/{id}",
     Role::Viewer,
     "getThreat",
     "One threat with its evidence; by its id, or by what it is about",
     get_threat,
     {},
     {},
     "Threat"},
    {"PATCH",
     "/api/v1/threats/{id}",
     Role::Analyst,
     "changeThreat",
     "Changes status, assignee, tags, snoozing, or merges; `If-Match` refuses what was changed "
     "meanwhile",
     change_threat,
     {},
     "Change",
     "ThreatHead"},
    {"GET",
     "/api/v1/threats/{id}/timeline",
     Role::Viewer,
     "getTimeline",
     "What the entity did and what people did about it",
     get_timeline,
     {},
     {},
     "Timeline"},
    {"GET",
     "/api/v1/findings",
     Role::Viewer,
     "listFindings",
     "Findings of the threats that a query finds",
     list_findings,
     kFindingList,
     {},
     "FindingPage"},
    {"GET",
     "/api/v1/entities/{type}/{value}",
     Role::Viewer,
     "getEntity",
     "Everything about one address, user or host",
     get_entity,
     {},
     {},
     "Entity"},

    {"GET",
     "/api/v1/events",
     Role::Viewer,
     "searchEvents",
     "Lines that were read, as events, by time, entity, fields and text",
     search_events,
     kEventList,
     {},
     "EventPage"},
    {"POST",
     "/api/v1/events",
     Role::Ingest,
     "ingestEvents",
     "Events as JSON or NDJSON, or lines of log; acknowledged when they are on disk",
     ingest_events,
     {},
     "Events",
     "Accepted",
     202,
     kIngestBytesMax},
    {"POST",
     "/api/v1/analyze",
     Role::Analyst,
     "analyze",
     "Looks at an event or at lines of log at once, and passes them on",
     analyze,
     {},
     "Content",
     "Analysis"},

    {"GET",
     "/api/v1/rules",
     Role::Viewer,
     "listRules",
     "The rules that are loaded",
     list_rules,
     {},
     {},
     "Rules"},
    {"GET", "/api/v1/rules/{id}", Role::Viewer, "getRule", "One rule", get_rule, {}, {}, "Rule"},
    {"GET",
     "/api/v1/decisions",
     Role::Viewer,
     "listDecisions",
     "What is enforced; in observe mode nothing",
     list_decisions,
     {},
     {},
     "Decisions"},
    {"GET",
     "/api/v1/suppressions",
     Role::Viewer,
     "listSuppressions",
     "What is hidden",
     list_suppressions,
     {},
     {},
     "Suppressions"},
    {"POST",
     "/api/v1/suppressions",
     Role::Analyst,
     "createSuppression",
     "Hides findings of a rule, about an entity, or both, until a day comes",
     create_suppression,
     {},
     "NewSuppression",
     "Suppression",
     201},
    {"POST",
     "/api/v1/suppressions/propose",
     Role::Analyst,
     "proposeSuppression",
     "The narrowest suppression for a threat, or one as given, and what it would have hidden",
     propose_suppression,
     {},
     "SuppressionIdea",
     "SuppressionProposal"},
    {"DELETE",
     "/api/v1/suppressions/{id}",
     Role::Analyst,
     "endSuppression",
     "Shows again what it hid",
     end_suppression,
     {},
     {},
     {},
     204},
    {"GET",
     "/api/v1/audit",
     Role::Viewer,
     "listAudit",
     "Who changed what, the latest first",
     list_audit,
     kAuditList,
     {},
     "Audit"},
    {"GET",
     "/api/v1/tokens",
     Role::Admin,
     "listTokens",
     "Tokens, without their secrets",
     list_tokens,
     {},
     {},
     "Tokens"},
    {"POST",
     "/api/v1/tokens",
     Role::Admin,
     "createToken",
     "A new token; its secret is in the answer and nowhere else",
     create_token,
     {},
     "NewToken",
     "CreatedToken",
     201},
    {"DELETE",
     "/api/v1/tokens/{id}",
     Role::Admin,
     "revokeToken",
     "Lets its holder in no more",
     revoke_token,
     {},
     {},
     {},
     204},
    {"GET",
     "/api/v1/status",
     Role::Viewer,
     "getStatus",
     "How the instance is",
     get_status,
     {},
     {},
     "Status"},
    {"GET",
     "/api/v1/statistics",
     Role::Viewer,
     "getStatistics",
     "Counts of everything",
     get_statistics,
     {},
     {},
     "Any"},
    {"GET", "/api/v1/stream", Role::Viewer, "watch",
     "Changes of threats as server-sent events; resumes with Last-Event-ID", watch},

    // For programs that speak to other services of this kind.
    {"POST",
     "/api/threats/analyze",
     Role::Analyst,
     "analyzeAlias",
     "The same as analyze",
     analyze,
     {},
     "Content",
     "Analysis"},
    {"GET",
     "/api/threats/{id}",
     Role::Viewer,
     "getThreatAlias",
     "The same as getThreat",
     get_threat,
     {},
     {},
     "Threat"},
    {"GET",
     "/api/security/status",
     Role::Viewer,
     "getStatusAlias",
     "The same as getStatus",
     get_status,
     {},
     {},
     "Status"},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace vedette::api
